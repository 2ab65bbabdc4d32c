//! `weighbridge plugin trust apply`: all that a trust file says, or nothing of it; and `export`, which writes one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use domain::Digest;
use sandbox::trust::{MAX_TRUST_FILE_BYTES, PublisherKey, RevokedKey, RevokedPackage, TrustFile};
use serde::{Deserialize, Serialize};
use store::{StoreError, SystemRead, meta, trust};

use super::add::{revoked, row};
use super::steps::{Step, Steps};
use crate::command::{CommandError, in_words};
use crate::host::Host;

/// Which file was applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Applied {
    sequence: u64,
    digest: Digest,
}

/// The steps, and what of the file was left as it was.
pub(super) async fn apply(host: &Host, path: &Path) -> Result<(Vec<Step>, Vec<String>), CommandError> {
    let bytes = read(path)?;
    let file =
        TrustFile::parse(&bytes).map_err(|error| CommandError::failed(format!("`{}`, {error}", path.display())))?;
    let this = Applied { sequence: file.sequence, digest: TrustFile::digest(&bytes) };
    host.store
        .system("apply a trust file", async |tx| {
            let mut steps = Steps::new(tx);
            let last = last(steps.tx).await?;
            if let Some(refusal) = last.and_then(|last| this.refusal_after(last)) {
                return Ok(Err(refusal));
            }
            for key in &file.keys {
                if let Some(refusal) = revoked(&mut steps, key.id()).await? {
                    return Ok::<_, StoreError>(Err(refusal));
                }
            }
            let kept = take(&mut steps, &file).await?;
            meta::set(steps.tx, meta::TRUST_FILE, &serde_json::to_vec(&this)?).await?;
            let (before, after) = (serde_json::to_value(last)?, serde_json::to_value(this)?);
            steps.note("trust.apply", path.display().to_string(), before, after).await?;
            Ok(Ok((steps.done, kept)))
        })
        .await?
}

/// Revocations first: nothing in between is trusted that should not be.
async fn take(steps: &mut Steps<'_>, file: &TrustFile) -> Result<Vec<String>, StoreError> {
    // Destructured whole, so that a part that is forgotten does not compile.
    let TrustFile { sequence: _, floors, keys, revoked_keys, revoked_packages } = file;
    for RevokedKey { id, reason } in revoked_keys {
        steps.revoke_key(&id.to_string(), reason).await?;
    }
    for RevokedPackage { digest, reason } in revoked_packages {
        steps.revoke_package(*digest, reason).await?;
    }
    let mut kept = Vec::new();
    for (plugin, floor) in floors {
        match trust::find_floor(steps.tx, plugin).await? {
            Some(higher) if higher > *floor => kept.push(format!(
                "the floor of {plugin} stays at {higher}, above the file's {floor}: `weighbridge plugin trust floor --lower` lowers it"
            )),
            _ => steps.floor(plugin, *floor).await?,
        }
    }
    for key in keys {
        let PublisherKey { name, public_key, plugins, not_before, not_after } = key;
        let patterns = plugins.iter().map(ToString::to_string).collect();
        let (name, valid_from, valid_until) = (name.clone(), *not_before, *not_after);
        steps.key(&trust::PublisherKey { name, valid_from, valid_until, ..row(public_key, patterns) }).await?;
    }
    Ok(kept)
}

impl Applied {
    /// Why this file does not come after that one.
    fn refusal_after(self, last: Self) -> Option<CommandError> {
        let Self { sequence, digest } = self;
        if sequence < last.sequence {
            return Some(CommandError::refused(format!(
                "the file has `sequence = {sequence}`, and {} was applied before: an older file does not undo a newer one",
                last.sequence
            )));
        }
        (sequence == last.sequence && digest != last.digest).then(|| {
            CommandError::refused(format!(
                "`sequence = {sequence}` was applied before with another text: write `sequence = {}`",
                sequence.saturating_add(1)
            ))
        })
    }
}

async fn last(tx: &mut SystemRead) -> Result<Option<Applied>, StoreError> {
    let stored = meta::find(tx, meta::TRUST_FILE).await?;
    Ok(stored.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
}

/// No more than the cap is read, and one byte.
fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_TRUST_FILE_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(CommandError::io("reading", path))?;
    Ok(bytes)
}

/// What is trusted now, as a file whose sequence is the next one.
pub(super) async fn export(host: &Host) -> Result<String, CommandError> {
    let policy = host.trust_policy().await?;
    let last = host.store.system_read("read the last trust file", async |tx| last(tx).await).await?;
    let revoked = |id| policy.revoked_keys.contains_key(&id);
    let file = TrustFile {
        sequence: last.map_or(1, |last| last.sequence + 1),
        floors: policy.floors.clone(),
        keys: policy.keys.iter().filter(|key| !revoked(key.id())).cloned().collect(),
        revoked_keys: policy
            .revoked_keys
            .iter()
            .map(|(id, one)| RevokedKey { id: *id, reason: one.reason.clone() })
            .collect(),
        revoked_packages: policy
            .revoked_digests
            .iter()
            .map(|(digest, one)| RevokedPackage { digest: *digest, reason: one.reason.clone() })
            .collect(),
    };
    file.to_toml().map_err(|error| CommandError::failed(in_words(&error)))
}
