//! Giving a connection other settings, which fit the release that it runs.

use serde_json::{Value, json};
use store::connections::{self, Connection, ConnectionState};

use super::change::{change, running, start};
use crate::command::connect::assigned;
use crate::command::{CommandError, in_words};
use crate::host::Host;
use crate::upgrade;

/// A connection that somebody paused stays paused, and a quarantined one quarantined.
pub(super) async fn set(
    host: &Host,
    connection: &Connection,
    given: &[String],
    unset: &[String],
) -> Result<String, CommandError> {
    let mut settings = connection.settings.as_object().cloned().unwrap_or_default();
    settings.retain(|key, _| !unset.contains(key));
    settings.extend(assigned(given)?);
    let changed = Connection { settings: Value::Object(settings), ..connection.clone() };
    let running = running(host, connection).await?;
    let manifest = upgrade::manifest_of(&running.id, &running.manifest)?;
    upgrade::fitting_settings(&changed, &manifest).map_err(|error| CommandError::usage(in_words(&error)))?;
    let mut keys: Vec<_> = given.iter().filter_map(|one| Some(one.split_once('=')?.0)).collect();
    keys.extend(unset.iter().map(String::as_str));
    let is_to_start = connection.state != ConnectionState::Paused && connection.quarantined_by.is_none();
    change(host, connection, "connection.set", json!({ "keys": keys }), async |tx| {
        connections::set_settings(tx, connection.workspace, connection.id, &changed.settings).await?;
        if is_to_start { start(tx, connection).await } else { Ok(()) }
    })
    .await?;
    Ok(format!("`{}` has other settings: {}", connection.name, changed.settings))
}
