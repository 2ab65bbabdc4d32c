//! Pausing, resuming and removing a connection, and giving it another credential. Each answers with what it did.

use domain::Instant;
use serde_json::{Value, json};
use store::audit::Entry;
use store::connections::{self, Connection, ConnectionState};
use store::{SystemTx, credentials};

use super::secrets;
use crate::command::CommandError;
use crate::host::Host;

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
    change(host, connection, "connection.resume", json!({}), async |tx| start(tx, connection).await).await?;
    let name = &connection.name;
    Ok(format!("`{name}` is due now: a host that serves takes it, and so does `weighbridge sync {name}`"))
}

pub(super) async fn remove(host: &Host, connection: &Connection) -> Result<String, CommandError> {
    change(host, connection, "connection.remove", json!({}), async |tx| {
        // Destroys the credentials, too.
        connections::set_state(tx, connection.workspace, connection.id, ConnectionState::Removed, None).await
    })
    .await?;
    Ok(format!(
        "`{}` is removed, and its credentials are destroyed. What it has brought stays in the workspace and in its figures: \
         another connection to the same source would bring it a second time{}",
        connection.name,
        ending(connection)
    ))
}

/// Another secret in the same slot. A connection that somebody paused stays paused; any other is due at once.
pub(super) async fn credential(host: &Host, connection: &Connection, given: &[String]) -> Result<String, CommandError> {
    let plugin = &connection.plugin;
    let installed =
        host.store.system_read("find the plugin", async |tx| store::plugins::find_active(tx, plugin).await).await?;
    let slots = installed.map(|installed| installed.granted.auth).ok_or_else(|| {
        CommandError::usage(format!("{plugin} is not installed any more: `weighbridge plugin install` does it"))
    })?;
    let mut sealed = Vec::new();
    for (slot, secret) in secrets::read(given, plugin, &slots)? {
        let (workspace, id) = (connection.workspace, connection.id);
        sealed.push((slot.name.clone(), host.keys.seal_credential(&host.store, workspace, id, &slot, &secret).await?));
    }
    let names: Vec<_> = sealed.iter().map(|(slot, _)| slot.as_str()).collect();
    let is_paused = connection.state == ConnectionState::Paused;
    change(host, connection, "connection.credential", json!({ "slots": names }), async |tx| {
        for (slot, bytes) in &sealed {
            credentials::put(tx, connection.id, slot, bytes, Instant::now()).await?;
        }
        if is_paused { Ok(()) } else { start(tx, connection).await }
    })
    .await?;
    let (name, slots) = (&connection.name, names.join("`, `"));
    let follows = if is_paused {
        format!("stays paused until `weighbridge connection resume {name}`")
    } else {
        "is due now".to_owned()
    };
    Ok(format!("`{name}` has another credential in `{slots}`, and {follows}"))
}

async fn start(tx: &mut SystemTx, connection: &Connection) -> Result<(), store::StoreError> {
    let Connection { workspace, id, .. } = connection;
    connections::set_state(tx, *workspace, *id, ConnectionState::Active, None).await?;
    connections::set_due(tx, *workspace, *id, Instant::now()).await
}

/// Change it, with the entry that says so.
async fn change(
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
    if runs { "; the run that goes on now ends by itself" } else { "" }
}
