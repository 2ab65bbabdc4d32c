//! Pausing, resuming and removing a connection, and giving it another credential. Each answers with what it did.

use domain::Instant;
use domain::capability::AuthSlot;
use serde_json::{Value, json};
use store::audit::Entry;
use store::connections::{self, Connection, ConnectionState};
use store::plugins::Plugin;
use store::{SystemTx, authorizations, credentials};

use super::secrets;
use crate::command::CommandError;
use crate::host::Host;
use crate::oauth::{self, Account, Revocation};

pub(super) async fn pause(host: &Host, connection: &Connection) -> Result<String, CommandError> {
    change(host, connection, "connection.pause", json!({}), async |tx| {
        connections::set_state(tx, connection.workspace, connection.id, ConnectionState::Paused, None).await
    })
    .await?;
    let name = &connection.name;
    Ok(format!("`{name}` is paused until `weighbridge connection resume {name}`{}", ending(connection)))
}

/// Out of a pause, a stop or a back-off.
pub(super) async fn resume(host: &Host, connection: &Connection) -> Result<String, CommandError> {
    refuse_quarantined(connection)?;
    change(host, connection, "connection.resume", json!({}), async |tx| start(tx, connection).await).await?;
    let name = &connection.name;
    Ok(format!("`{name}` is due now: a host that serves takes it, and so does `weighbridge sync {name}`"))
}

pub(super) async fn remove(host: &Host, connection: &Connection) -> Result<String, CommandError> {
    let revoked = revoke(host, connection).await?;
    let detail: Vec<_> = revoked.iter().map(|(slot, outcome)| json!({ "slot": slot, "tokens": outcome })).collect();
    change(host, connection, "connection.remove", json!({ "revoked": detail }), async |tx| {
        // Destroys the credentials, too.
        connections::set_state(tx, connection.workspace, connection.id, ConnectionState::Removed, None).await
    })
    .await?;
    let revoked: String = revoked.iter().map(|(slot, outcome)| revoked_in_words(slot, outcome)).collect();
    Ok(format!(
        "`{}` is removed, and its credentials are destroyed{revoked}. What it has brought stays in the workspace and in its \
         figures: another connection to the same source would bring it a second time{}",
        connection.name,
        ending(connection)
    ))
}

/// Have every provider take its tokens back.
pub(in crate::command) async fn revoke(
    host: &Host,
    connection: &Connection,
) -> Result<Vec<(String, Revocation)>, CommandError> {
    let id = connection.id;
    let held = host.store.system_read("list authorizations", async |tx| authorizations::list(tx, id).await).await?;
    let mut revoked = Vec::new();
    if held.is_empty() {
        return Ok(revoked);
    }
    let slots = slots(host, connection).await.unwrap_or_default();
    for authorization in held {
        let slot = slots.iter().find(|slot| slot.name == authorization.slot);
        let outcome = match slot.and_then(|slot| Account::of(host, connection, slot)) {
            Some(account) => account.revoke().await,
            None => Revocation::Failed("the plugin that names its provider is not installed any more".to_owned()),
        };
        revoked.push((authorization.slot, outcome));
    }
    Ok(revoked)
}

fn revoked_in_words(slot: &str, outcome: &Revocation) -> String {
    match outcome {
        Revocation::Nothing => String::new(),
        Revocation::Revoked => format!("; the provider of `{slot}` has taken its tokens back"),
        Revocation::NotOffered => {
            format!("; the tokens of `{slot}` end by themselves, or when you take them back at the provider")
        }
        Revocation::Failed(reason) => format!(
            "; the tokens of `{slot}` could not be taken back ({reason}): do it at the provider, or they end by themselves"
        ),
    }
}

/// The slots that the connection's plugin was granted.
pub(super) async fn slots(host: &Host, connection: &Connection) -> Result<Vec<AuthSlot>, CommandError> {
    Ok(running(host, connection).await?.granted.auth)
}

/// The release that it runs.
pub(super) async fn running(host: &Host, connection: &Connection) -> Result<Plugin, CommandError> {
    let find = async |tx: &mut store::SystemRead| store::plugins::find_running(tx, connection.id).await;
    host.store.system_read("find the plugin", find).await?.ok_or_else(|| {
        let plugin = &connection.plugin;
        CommandError::usage(format!(
            "no release of {plugin} runs for this connection: `weighbridge plugin list` says why"
        ))
    })
}

/// Somebody has consented: a connection that is not paused is due at once.
pub(super) async fn authorized(
    host: &Host,
    connection: &Connection,
    slot: &str,
    missing: &[String],
) -> Result<(), CommandError> {
    let is_paused = connection.state == ConnectionState::Paused;
    change(host, connection, "connection.authorize", json!({ "slot": slot, "missing_scopes": missing }), async |tx| {
        if is_paused { Ok(()) } else { start(tx, connection).await }
    })
    .await
}

/// Another secret in the same slot. A connection that somebody paused stays paused; one that waits for a consent stops; any
/// other is due at once.
pub(super) async fn credential(host: &Host, connection: &Connection, given: &[String]) -> Result<String, CommandError> {
    let plugin = &connection.plugin;
    let slots = slots(host, connection).await?;
    let mut sealed = Vec::new();
    for (slot, secret) in secrets::read(given, plugin, &slots)? {
        let (workspace, id) = (connection.workspace, connection.id);
        let bytes = host.keys.seal_credential(&host.store, workspace, id, &slot, &secret).await?;
        sealed.push((slot, bytes));
    }
    let names: Vec<_> = sealed.iter().map(|(slot, _)| slot.name.as_str()).collect();
    let waits = sealed.iter().find_map(|(slot, _)| oauth::awaited(slot, &connection.name));
    let is_paused = connection.state == ConnectionState::Paused;
    change(host, connection, "connection.credential", json!({ "slots": names }), async |tx| {
        let now = Instant::now();
        for (slot, bytes) in &sealed {
            credentials::put(tx, connection.id, &slot.name, bytes, now).await?;
            oauth::begin(tx, connection.id, slot, now).await?;
        }
        match &waits {
            _ if is_paused => Ok(()),
            Some(reason) => {
                let (workspace, id) = (connection.workspace, connection.id);
                connections::set_state(tx, workspace, id, ConnectionState::Failed, Some(reason)).await
            }
            None if connection.quarantined_by.is_some() => Ok(()),
            None => start(tx, connection).await,
        }
    })
    .await?;
    let (name, slots) = (&connection.name, names.join("`, `"));
    let follows = match waits {
        _ if is_paused => format!("stays paused until `weighbridge connection resume {name}`"),
        Some(reason) => reason,
        None if connection.quarantined_by.is_some() => {
            format!("stays quarantined until `weighbridge connection release {name}`")
        }
        None => "is due now".to_owned(),
    };
    Ok(format!("`{name}` has another credential in `{slots}`, and {follows}"))
}

/// A quarantine has a way out of its own, since the plugin is at fault and not the connection.
pub(in crate::command) fn refuse_quarantined(connection: &Connection) -> Result<(), CommandError> {
    let Connection { name, reason, quarantined_by, .. } = connection;
    match quarantined_by {
        None => Ok(()),
        Some(_) => Err(CommandError::usage(format!(
            "`{name}` is quarantined: {}; `weighbridge connection release {name}` lets it run again",
            reason.as_deref().unwrap_or("its plugin faulted too often")
        ))),
    }
}

pub(super) async fn start(tx: &mut SystemTx, connection: &Connection) -> Result<(), store::StoreError> {
    let Connection { workspace, id, .. } = connection;
    connections::set_state(tx, *workspace, *id, ConnectionState::Active, None).await?;
    connections::set_due(tx, *workspace, *id, Instant::now()).await
}

/// Change it, with the entry that says so.
pub(super) async fn change(
    host: &Host,
    connection: &Connection,
    action: &str,
    mut detail: Value,
    write: impl AsyncFnOnce(&mut SystemTx) -> Result<(), store::StoreError>,
) -> Result<(), CommandError> {
    detail["name"] = json!(connection.name);
    let entry = Entry {
        at: Instant::now(),
        actor: "operator".to_owned(),
        action: action.to_owned(),
        subject: connection.id.to_string(),
        workspace: Some(connection.workspace),
        detail,
    };
    host.store
        .system("change a connection", async |tx| {
            write(tx).await?;
            store::audit::append(tx, &entry).await
        })
        .await?;
    Ok(())
}

/// What becomes of a run that goes on now.
fn ending(connection: &Connection) -> &'static str {
    let runs = connection.leased_until.is_some_and(|until| until > Instant::now());
    if runs { "; the run that goes on now is stopped within a second" } else { "" }
}
