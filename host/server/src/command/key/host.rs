//! `weighbridge key rotate --host`. Where the key is a file, it holds both keys before the store changes, and the new one
//! alone after: whenever this is broken off, the file holds the key that the store hangs on, and the same command goes on.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use vault::{HostKey, KeyCheck};

use crate::command::CommandError;
use crate::host::{Host, KeySource, KeysError, rotate};
use crate::output::Output;

/// What is to be done.
enum Step {
    /// Let this key take the place of the one that is.
    Change(HostKey),
    /// The store hangs on this key already; its file is to hold it alone.
    Finish(HostKey),
}

pub(super) async fn rotate(host: &Host, to: Option<&Path>, output: Output) -> Result<(), CommandError> {
    let data = &host.config.storage.data;
    let source = host.keys.source();
    let given = source.load(data).await?;
    let (before, file) = (host.keys.check(), file(source));
    let (next, kept) = match step(given, before, source, to, data)? {
        Step::Finish(key) => (key, None),
        Step::Change(next) => {
            let kept = file.map(|file| keep(file, data, &before)).transpose()?;
            if let Some(file) = file {
                let current = HostKey::load(file, data).map_err(KeysError::from)?;
                HostKey::replace(file, data, &[&current[0], &next]).map_err(KeysError::from)?;
            }
            let detail = json!({ "from": before.to_string(), "to": next.check().to_string() });
            let entry = rotate::entry("key.rotate.host", host.keys.instance(), None, detail);
            host.keys.rotate_host(&host.store, &next, &entry).await?;
            (next, kept)
        }
    };
    if let Some(file) = file {
        HostKey::replace(file, data, &[&next]).map_err(KeysError::from)?;
    }
    let name = next.check().to_string();
    let answer = json!({ "host_key": name, "before": before.to_string(), "kept": kept });
    output.say(&answer, || match (&kept, source) {
        (Some(kept), _) => format!(
            "the store hangs on the host key `{name}`, which `{source}` holds: keep a copy of it elsewhere. The one before is \
             kept in `{}`: move it to where your backups' keys are, since those from before open with it alone",
            kept.display()
        ),
        (None, KeySource::File(_)) => format!("the store hangs on the host key `{name}` already, which `{source}` holds alone"),
        (None, _) => format!(
            "the store hangs on the host key `{name}`: let `{source}` give it alone from now, and keep the one before for as \
             long as you keep backups from before"
        ),
    });
    Ok(())
}

/// Of two keys the second is the one that will be.
fn step(
    mut given: Vec<HostKey>,
    current: KeyCheck,
    source: &KeySource,
    to: Option<&Path>,
    data: &Path,
) -> Result<Step, CommandError> {
    let second = (given.len() == 2).then(|| given.remove(1));
    let is_current = |key: &HostKey| key.check().matches(current.as_bytes());
    let named = |path: &Path| {
        let loaded = if path.exists() {
            HostKey::load(path, data).map(|mut keys| keys.remove(0))
        } else {
            HostKey::create(path, data)
        };
        loaded.map_err(|error| CommandError::from(KeysError::from(error)))
    };
    match (second, source, to) {
        (Some(second), _, Some(path)) if path.exists() && !named(path)?.check().matches(second.check().as_bytes()) => {
            Err(CommandError::usage(format!(
                "a change to another key is under way: `weighbridge key rotate --host` without `--to {}` ends it first",
                path.display()
            )))
        }
        (Some(second), _, _) => Ok(if is_current(&second) { Step::Finish(second) } else { Step::Change(second) }),
        (None, KeySource::File(_), Some(path)) => {
            let next = named(path)?;
            Ok(if is_current(&next) { Step::Finish(next) } else { Step::Change(next) })
        }
        (None, KeySource::File(_), None) => {
            Err(CommandError::usage("name the file of the new host key with `--to`: it is made where there is none"))
        }
        (None, _, _) => Err(CommandError::usage(format!(
            "`{source}` gives one key: let it give both first, a line each, the new one second, and start the hosts again \
             that have it in their environment; `openssl rand -base64 32` makes a key"
        ))),
    }
}

fn file(source: &KeySource) -> Option<&Path> {
    match source {
        KeySource::File(path) => Some(path),
        KeySource::Environment | KeySource::Command(_) => None,
    }
}

/// The key before stays beside its file, under its own name: backups from before hang on it.
fn keep(file: &Path, data: &Path, check: &KeyCheck) -> Result<PathBuf, CommandError> {
    let kept = file.with_added_extension(check.to_string().get(..12).unwrap_or_default());
    if fs::exists(&kept).map_err(CommandError::io("looking for", &kept))? {
        return Ok(kept);
    }
    let current = HostKey::load(file, data).map_err(KeysError::from)?;
    HostKey::replace(&kept, data, &[&current[0]]).map_err(KeysError::from)?;
    Ok(kept)
}
