//! What a workspace consents to, connection by connection.
//!
//! The operator's grant says what a release may do on this host; the workspace's consent says what it may do with the
//! workspace's data. A connection runs no release that asks for more than its workspace consented to.

use domain::{Consent, Instant};
use serde_json::json;
use store::SystemTx;
use store::audit::{self, Entry};
use store::connections::{self, Connection, ConnectionState};
use store::plugins::{self, Plugin};

use super::asks_of;
use crate::error::CommandError;
use crate::host::Host;

/// What the live release asks for beyond a connection's consent: none where it asks for nothing more.
///
/// # Errors
/// When no release of its plugin is live, or the store cannot be read.
pub async fn lacking(host: &Host, connection: &Connection) -> Result<Option<(Plugin, Consent)>, CommandError> {
    let plugin = &connection.plugin;
    let find = async |tx: &mut store::SystemRead| plugins::get_active(tx, plugin).await;
    let live = host.store.system_read("find the live release", find).await?;
    let beyond = asks_of(&live)?.beyond(&connection.consented);
    Ok((beyond != Consent::default()).then_some((live, beyond)))
}

/// Why a connection may not run this release, where its workspace has not consented to it: asked before every call.
///
/// # Errors
/// When the stored manifest cannot be read.
pub fn lacking_consent(connection: &Connection, plugin: &Plugin) -> Result<Option<String>, CommandError> {
    if asks_of(plugin)?.is_within(&connection.consented) {
        return Ok(None);
    }
    let (Plugin { id, version, .. }, name) = (plugin, &connection.name);
    Ok(Some(format!(
        "{id} {version} asks for more than the workspace has consented to; `weighbridge connection consent {name}` shows it"
    )))
}

/// Consent to all that the live release asks for. The connection runs it from its next call on.
///
/// # Errors
/// When the store cannot be written.
pub async fn consent(host: &Host, connection: &Connection, live: &Plugin) -> Result<(), CommandError> {
    let asks = asks_of(live)?;
    let Connection { workspace, id, .. } = *connection;
    let now = Instant::now();
    let entry = Entry {
        at: now,
        actor: "operator".to_owned(),
        action: "connection.consent".to_owned(),
        subject: id.to_string(),
        workspace: Some(workspace),
        detail: json!({ "name": connection.name, "version": live.version, "to": asks.beyond(&connection.consented) }),
    };
    let write = async |tx: &mut SystemTx| {
        connections::set_consent(tx, workspace, id, &asks).await?;
        if connection.state != ConnectionState::Paused && connection.quarantined_by != Some(live.digest) {
            connections::set_due(tx, workspace, id, now).await?;
        }
        audit::append(tx, &entry).await
    };
    Ok(host.store.system("note a consent", write).await?)
}

#[cfg(test)]
mod tests;
