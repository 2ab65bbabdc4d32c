//! `weighbridge plugin trust add`, and the old key's place for a new one: `rotate`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use domain::Instant;
use sandbox::trust::{KeyId, PluginPattern, PublicKey};
use store::StoreError;
use store::trust::{self, PublisherKey};

use super::steps::{Step, Steps};
use crate::command::{CommandError, in_words};
use crate::host::Host;

/// What is said of a key.
pub(super) struct Said<'a> {
    pub(super) patterns: &'a [String],
    pub(super) name: Option<String>,
    pub(super) from: Option<String>,
    pub(super) until: Option<String>,
}

pub(super) async fn add(host: &Host, path: &Path, said: Said<'_>) -> Result<Vec<Step>, CommandError> {
    let Said { patterns, name, from, until } = said;
    let key = read(path)?;
    for pattern in patterns {
        pattern.parse::<PluginPattern>().map_err(|error| CommandError::usage(in_words(&error)))?;
    }
    let (valid_from, valid_until) =
        (from.map(|text| instant(&text)).transpose()?, until.map(|text| instant(&text)).transpose()?);
    if let (Some(from), Some(until)) = (valid_from, valid_until)
        && from >= until
    {
        return Err(CommandError::usage(format!("`--until` {until} is not after `--from` {from}")));
    }
    let name = name.unwrap_or_else(|| patterns.join(", "));
    let row = PublisherKey { name, valid_from, valid_until, ..row(&key, patterns.to_vec()) };
    host.store
        .system("trust a key", async |tx| {
            let mut steps = Steps::new(tx);
            if let Some(refusal) = revoked(&mut steps, key.id()).await? {
                return Ok::<_, StoreError>(Err(refusal));
            }
            steps.key(&row).await?;
            Ok(Ok(steps.done))
        })
        .await?
}

/// The new key may sign what the old one may, from now on; the old one ends when the overlap does, or earlier where it would.
pub(super) async fn rotate(host: &Host, old: &str, path: &Path, overlap: u32) -> Result<Vec<Step>, CommandError> {
    let (old, new) = (old.parse::<KeyId>().map_err(|error| CommandError::usage(in_words(&error)))?, read(path)?);
    host.store
        .system("rotate a key", async |tx| {
            let mut steps = Steps::new(tx);
            for key in [old, new.id()] {
                if let Some(refusal) = revoked(&mut steps, key).await? {
                    return Ok::<_, StoreError>(Err(refusal));
                }
            }
            let Some(before) = trust::find_key(steps.tx, &old.to_string()).await? else {
                return Ok(Err(CommandError::usage(format!(
                    "key {old} is not trusted, so nothing takes its place: `weighbridge plugin trust list` shows those that are"
                ))));
            };
            if trust::find_key(steps.tx, &new.id().to_string()).await?.is_some() {
                return Ok(Err(CommandError::usage(format!(
                    "key {} is trusted already: end the old one with `weighbridge plugin trust add … --until DATE`",
                    new.id()
                ))));
            }
            let end = steps.now.after(Duration::from_secs(u64::from(overlap) * 24 * 60 * 60));
            steps.key(&PublisherKey { name: before.name.clone(), ..row(&new, before.patterns.clone()) }).await?;
            let valid_until = Some(before.valid_until.map_or(end, |until| until.min(end)));
            steps.key(&PublisherKey { valid_until, ..before }).await?;
            Ok(Ok(steps.done))
        })
        .await?
}

/// The refusal where a key was revoked.
pub(super) async fn revoked(steps: &mut Steps<'_>, key: KeyId) -> Result<Option<CommandError>, StoreError> {
    let found = trust::find_revoked_key(steps.tx, &key.to_string()).await?;
    Ok(found.map(|revocation| {
        let trust::Revocation { reason, at } = revocation;
        CommandError::refused(format!("key {key} was revoked at {at} ({reason}), and stays so: sign with another one"))
    }))
}

/// A key that is trusted from now on, for as long as nobody says otherwise.
pub(super) fn row(key: &PublicKey, patterns: Vec<String>) -> PublisherKey {
    PublisherKey {
        id: key.id().to_string(),
        name: String::new(),
        public_key: key.to_pem().into_bytes(),
        patterns,
        valid_from: None,
        valid_until: None,
        added_at: Instant::now(),
        revoked_at: None,
    }
}

fn read(path: &Path) -> Result<PublicKey, CommandError> {
    let pem = fs::read_to_string(path).map_err(CommandError::io("reading", path))?;
    Ok(PublicKey::from_pem(&pem)?)
}

/// A day, which begins at midnight UTC, or an instant.
fn instant(text: &str) -> Result<Instant, CommandError> {
    let midnight = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| midnight.parse()).map_err(|_| {
        CommandError::usage(format!(
            "`{text}` is neither a day such as `2026-03-01` nor an instant such as `2026-03-01T09:30:00Z`"
        ))
    })
}
