//! `weighbridge plugin trust …`: whom this host believes.

use std::fs;
use std::path::Path;

use domain::{Digest, Instant};
use sandbox::trust::{PluginPattern, PublicKey};
use serde_json::json;
use store::audit::Entry;
use store::trust::{self, PublisherKey};

use crate::cli::Trust;
use crate::command::{CommandError, in_words};
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, command: Trust, output: Output) -> Result<(), CommandError> {
    match command {
        Trust::Add { key, patterns } => add(host, &key, &patterns, output).await,
        Trust::Revoke { id } => revoke(host, &id, output).await,
        Trust::List => list(host, output).await,
    }
}

async fn add(host: &Host, path: &Path, patterns: &[String], output: Output) -> Result<(), CommandError> {
    let pem = fs::read_to_string(path).map_err(CommandError::io("reading", path))?;
    let key = PublicKey::from_pem(&pem)?;
    for pattern in patterns {
        pattern.parse::<PluginPattern>().map_err(|error| CommandError::usage(in_words(&error)))?;
    }
    let now = Instant::now();
    let row = PublisherKey {
        id: key.id().to_string(),
        public_key: key.to_pem().into_bytes(),
        patterns: patterns.to_vec(),
        valid_from: None,
        valid_until: None,
        added_at: now,
        revoked_at: None,
    };
    let known = host.store.system_read("find a key", async |tx| trust::find_key(tx, &row.id).await).await?;
    if known.is_some_and(|known| known.revoked_at.is_some()) {
        return Err(CommandError::refused(format!("key {} was revoked, and stays so: sign with another one", row.id)));
    }
    let entry = entry(now, "trust.add", &row.id, json!({ "patterns": patterns }));
    host.store
        .system("trust a key", async |tx| {
            trust::add_key(tx, &row).await?;
            store::audit::append(tx, &entry).await
        })
        .await?;
    output.say(&json!({ "key": row.id, "for": patterns }), || {
        format!("key {} is trusted for {}", row.id, patterns.join(", "))
    });
    Ok(())
}

/// A key and a digest look alike: 64 digits. What is a known key is revoked as one.
async fn revoke(host: &Host, id: &str, output: Output) -> Result<(), CommandError> {
    let digest: Digest = id.parse().map_err(|error| CommandError::usage(format!("{error}")))?;
    let now = Instant::now();
    let is_key = host
        .store
        .system("revoke trust", async |tx| {
            let is_key = trust::find_key(tx, id).await?.is_some();
            if is_key {
                trust::revoke_key(tx, id, now).await?;
            } else {
                trust::revoke_digest(tx, digest, "revoked by the operator", now).await?;
            }
            let entry = entry(now, if is_key { "trust.revoke-key" } else { "trust.revoke-package" }, id, json!({}));
            store::audit::append(tx, &entry).await?;
            Ok(is_key)
        })
        .await?;
    let what = if is_key { "key" } else { "package" };
    output.say(&json!({ "revoked": id, "kind": what }), || {
        format!("{what} {id} is not trusted any more: what runs by it stops at its next call")
    });
    Ok(())
}

async fn list(host: &Host, output: Output) -> Result<(), CommandError> {
    let policy = host.trust_policy().await?;
    output.table(&policy, &["trusted", "id", "standing"], || {
        let keys = policy.keys.iter().map(|key| {
            let patterns: Vec<_> = key.plugins.iter().map(ToString::to_string).collect();
            let standing = key.revoked_at.map_or_else(|| "trusted".to_owned(), |at| format!("revoked at {at}"));
            vec![format!("key for {}", patterns.join(", ")), key.id().to_string(), standing]
        });
        let digests = policy
            .revoked_digests
            .iter()
            .map(|digest| vec!["package".to_owned(), digest.to_string(), "revoked".to_owned()]);
        let floors = policy
            .floors
            .iter()
            .map(|(plugin, floor)| vec![plugin.to_string(), format!("sequence {floor}"), "lowest".to_owned()]);
        keys.chain(digests).chain(floors).collect()
    });
    Ok(())
}

fn entry(at: Instant, action: &str, subject: &str, detail: serde_json::Value) -> Entry {
    Entry {
        at,
        actor: "operator".to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        workspace: None,
        detail,
    }
}
