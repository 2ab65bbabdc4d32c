//! Making a release live, and what that does to the connections: the one place where either is decided.

use domain::{Consent, Digest, Instant};
use sandbox::package::Manifest;
use serde::Serialize;
use serde_json::{Value, json};
use store::audit::{self, Entry};
use store::connections::{self, Connection, ConnectionState};
use store::plugins::{self, Plugin, PluginState};
use store::workspaces;
use store::{StoreError, SystemRead, SystemTx};

use super::fitting_settings;

/// What another release does to the connections of its plugin.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Affected {
    /// How many run it from their next call on.
    pub runs: usize,
    /// Those that stay on the release that they run, until their workspace consents to more.
    pub waits_for_consent: Vec<Named>,
    /// Those whose settings do not fit it, and which stop until these are changed.
    pub unfit: Vec<Named>,
}

/// A connection, as operators know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The workspace's name.
    pub workspace: String,
    /// The connection's name.
    pub connection: String,
    /// What is wrong with it, where something is.
    pub problem: Option<String>,
}

/// Who is tried again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// Those that faults of another release stopped or slowed down.
    OfOthers,
    /// Those of this release, too: the operator has released it.
    All,
}

/// What this release would do to the connections, were it live.
pub(super) async fn foresee(tx: &mut SystemRead, asks: &Consent, manifest: &Manifest) -> Result<Affected, StoreError> {
    let mut affected = Affected::default();
    for connection in connections::list_of_plugin(tx, &manifest.id).await? {
        affected.add(tx, &connection, asks, manifest).await?;
    }
    Ok(affected)
}

impl Affected {
    async fn add(
        &mut self,
        tx: &mut SystemRead,
        connection: &Connection,
        asks: &Consent,
        manifest: &Manifest,
    ) -> Result<(), StoreError> {
        let named = async |tx: &mut SystemRead, problem| {
            let workspace = workspaces::get(tx, connection.workspace).await?.name;
            Ok::<_, StoreError>(Named { workspace, connection: connection.name.clone(), problem })
        };
        if let Err(unfit) = fitting_settings(connection, manifest) {
            self.unfit.push(named(tx, Some(unfit.to_string())).await?);
        }
        if asks.is_within(&connection.consented) {
            self.runs += 1;
        } else {
            self.waits_for_consent.push(named(tx, None).await?);
        }
        Ok(())
    }
}

/// Put a release in the place of the live one.
pub(super) async fn make_live(
    tx: &mut SystemTx,
    plugin: &Plugin,
    manifest: &Manifest,
    wake: Wake,
    now: Instant,
) -> Result<Affected, StoreError> {
    let before = match plugins::find_active(tx, &plugin.id).await? {
        Some(active) => Some(active),
        None => plugins::find_held(tx, &plugin.id).await?,
    };
    let before = before.map(|before| before.digest).filter(|before| *before != plugin.digest);
    plugins::install(tx, plugin).await?;
    settle(tx, plugin, manifest, before, wake, now).await
}

/// Go back from one release to one that was live before it. `state` and `reason` are what becomes of the one that is left.
pub(super) async fn go_back(
    tx: &mut SystemTx,
    (from, state, reason): (&Plugin, PluginState, &str),
    (to, manifest): (&Plugin, &Manifest),
    now: Instant,
) -> Result<Affected, StoreError> {
    plugins::set_state(tx, &from.id, from.digest, state, Some(reason)).await?;
    plugins::set_state(tx, &to.id, to.digest, PluginState::Active, None).await?;
    settle(tx, to, manifest, Some(from.digest), Wake::OfOthers, now).await
}

/// Tell each connection what it runs now: the live release where its workspace has consented to all that it asks for, and
/// the one that it ran otherwise.
async fn settle(
    tx: &mut SystemTx,
    live: &Plugin,
    manifest: &Manifest,
    before: Option<Digest>,
    wake: Wake,
    now: Instant,
) -> Result<Affected, StoreError> {
    let asks = Consent { capabilities: live.granted.clone(), kinds: manifest.kinds.clone() };
    let mut affected = Affected::default();
    for connection in connections::list_of_plugin(tx, &live.id).await? {
        let runs = asks.is_within(&connection.consented);
        let package = if runs { None } else { connection.package.or(before) };
        if package != connection.package {
            connections::set_package(tx, connection.id, package).await?;
        }
        if runs && is_to_wake(&connection, live.digest, wake) {
            connections::set_due(tx, connection.workspace, connection.id, now).await?;
        }
        affected.add(tx, &connection, &asks, manifest).await?;
    }
    Ok(affected)
}

fn is_to_wake(connection: &Connection, live: Digest, wake: Wake) -> bool {
    match (connection.state, connection.quarantined_by) {
        (ConnectionState::Active, _) => connection.failures > 0,
        (ConnectionState::Failed, Some(by)) => wake == Wake::All || by != live,
        _ => false,
    }
}

/// The entry of a change of what is live.
pub(super) async fn note(
    tx: &mut SystemTx,
    (actor, action): (&str, &str),
    plugin: &Plugin,
    affected: &Affected,
    mut detail: Value,
    now: Instant,
) -> Result<(), StoreError> {
    detail["version"] = json!(plugin.version);
    detail["digest"] = json!(plugin.digest);
    let names = |list: &[Named]| -> Vec<_> {
        list.iter().map(|named| format!("{}/{}", named.workspace, named.connection)).collect()
    };
    detail["waits_for_consent"] = json!(names(&affected.waits_for_consent));
    detail["unfit"] = json!(names(&affected.unfit));
    let entry = Entry {
        at: now,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: plugin.id.to_string(),
        workspace: None,
        detail,
    };
    audit::append(tx, &entry).await
}

#[cfg(test)]
mod tests;
