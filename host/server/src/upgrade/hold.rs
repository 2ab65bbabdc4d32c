//! What is held because it faulted too often, and letting it go again: a connection, or a release with all of its own.

use domain::{Digest, Instant, PluginId};
use serde_json::json;
use store::audit::{self, Entry};
use store::connections::{self, Connection};
use store::plugins::{self, Plugin, PluginState};
use store::{SystemTx, faults};

use super::live::{self, Affected, Wake};
use super::manifest_of;
use crate::error::CommandError;
use crate::host::Host;

/// Why a release does not run, and the way out.
#[must_use]
pub fn held_in_words(held: &Plugin) -> String {
    let Plugin { id, version, reason, .. } = held;
    let reason = reason.as_deref().unwrap_or("it faulted too often");
    format!("{id} {version} is quarantined: {reason}; `weighbridge plugin release {id}@{version}` lets it run again")
}

/// Note that faults of a package have stopped a connection. Where it has stopped several, the package is held itself.
///
/// # Errors
/// When the store cannot be written.
pub async fn note_quarantine(
    host: &Host,
    connection: &Connection,
    package: Digest,
    reason: &str,
) -> Result<(), CommandError> {
    let (id, now) = (&connection.plugin, Instant::now());
    let detail = json!({ "plugin": id, "name": connection.name, "reason": reason });
    let stopped = Entry {
        workspace: Some(connection.workspace),
        ..entry("host", "connection.quarantine", &connection.id.to_string(), detail, now)
    };
    let most = usize::try_from(host.config.faults.quarantine_release_after).unwrap_or(usize::MAX);
    let held = host
        .store
        .system("note a quarantine", async |tx| {
            audit::append(tx, &stopped).await?;
            let all = connections::list_of_plugin(tx, id).await?;
            let count = all.iter().filter(|one| one.quarantined_by == Some(package)).count();
            let live = plugins::find_active(tx, id).await?.filter(|live| live.digest == package);
            let Some(live) = live.filter(|_| count >= most) else { return Ok(None) };
            let reason = format!("its faults have stopped {count} connections; of the last: {reason}");
            plugins::set_state(tx, id, package, PluginState::Quarantined, Some(&reason)).await?;
            let detail = json!({ "version": live.version, "digest": package, "reason": reason });
            audit::append(tx, &entry("host", "plugin.quarantine", id.as_str(), detail, now)).await?;
            Ok(Some(reason))
        })
        .await?;
    tracing::warn!(connection.id = %connection.id, reason, "connection.quarantined");
    if let Some(reason) = held {
        tracing::warn!(plugin.id = %id, reason, "plugin.quarantined");
    }
    Ok(())
}

/// Let a connection run again, with all of its streams.
///
/// # Errors
/// When the store cannot be written.
pub async fn release_connection(host: &Host, connection: &Connection) -> Result<(), CommandError> {
    let Connection { workspace, id, .. } = *connection;
    let now = Instant::now();
    let released = Entry {
        workspace: Some(workspace),
        ..entry("operator", "connection.release", &id.to_string(), json!({ "name": connection.name }), now)
    };
    host.store.workspace(workspace, "forget faults", async |tx| faults::release(tx, id).await).await?;
    let release = async |tx: &mut SystemTx| {
        connections::set_due(tx, workspace, id, now).await?;
        audit::append(tx, &released).await
    };
    Ok(host.store.system("release a connection", release).await?)
}

/// Let a held release run again, in the place of whatever is live, with every connection that its faults have stopped.
///
/// # Errors
/// When none is held, or not this version.
pub async fn release_plugin(
    host: &Host,
    id: &PluginId,
    version: Option<&str>,
) -> Result<(Plugin, Affected), CommandError> {
    let now = Instant::now();
    let all = host.store.system_read("list plugins", async |tx| plugins::list(tx).await).await?;
    let is_meant = |plugin: &Plugin| {
        plugin.id == *id
            && plugin.state == PluginState::Quarantined
            && version.is_none_or(|version| plugin.version == version)
    };
    let held = all.into_iter().find(is_meant).ok_or_else(|| {
        let what = version.map_or_else(|| format!("release of {id}"), |version| format!("{id} {version}"));
        CommandError::usage(format!("no {what} is quarantined: `weighbridge plugin list` shows what is"))
    })?;
    crate::host::permits(host, &held).await?;
    let manifest = manifest_of(id, &held.manifest)?;
    let list = async |tx: &mut store::SystemRead| connections::list_of_plugin(tx, id).await;
    for connection in host.store.system_read("list a plugin's connections", list).await? {
        let forget = async |tx: &mut store::WorkspaceTx| faults::release(tx, connection.id).await;
        host.store.workspace(connection.workspace, "forget faults", forget).await?;
    }
    let release = async |tx: &mut SystemTx| {
        let affected = live::make_live(tx, &held, &manifest, Wake::All, now).await?;
        live::note(tx, ("operator", "plugin.release"), &held, &affected, json!({}), now).await?;
        Ok(affected)
    };
    let affected = host.store.system("release a plugin", release).await?;
    Ok((held, affected))
}

fn entry(actor: &str, action: &str, subject: &str, detail: serde_json::Value, at: Instant) -> Entry {
    let (actor, action, subject) = (actor.to_owned(), action.to_owned(), subject.to_owned());
    Entry { at, actor, action, subject, workspace: None, detail }
}

#[cfg(test)]
mod tests;
