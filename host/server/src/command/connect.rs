//! `weighbridge connect`: a workspace consents to a plugin, with settings, a directory and credentials of its own.

use std::path::Path;

use domain::capability::AuthSlot;
use domain::{ConnectionId, Instant, PluginId};
use sandbox::package::{Manifest, fill_defaults, validate_settings};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use store::audit::Entry;
use store::connections::{self, ConnectionState, NewConnection};
use store::{StoreError, credentials};

use super::connection::secrets;
use super::{CommandError, in_words};
use crate::cli::Connect;
use crate::config::Config;
use crate::host::Host;
use crate::oauth;
use crate::output::Output;
use crate::upgrade;

/// Do it.
///
/// # Errors
/// A plugin that is not installed, settings that do not fit, a directory or a credential that is missing.
pub async fn run(arguments: &Connect, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    let workspace = host.workspace(&arguments.workspace).await?;
    let plugin = arguments.plugin.parse().map_err(|error| CommandError::usage(format!("{error}")))?;
    let installed = host
        .store
        .system_read("find the plugin", async |tx| store::plugins::find_active(tx, &plugin).await)
        .await?
        .ok_or_else(|| {
            CommandError::usage(format!("{plugin} is not installed: `weighbridge plugin install` does it"))
        })?;
    let manifest = upgrade::manifest_of(&plugin, &installed.manifest)?;

    let settings = settings(&arguments.settings, &manifest)?;
    let directory = directory(arguments.files.as_deref(), &manifest)?;
    let secrets = all_secrets(&arguments.credentials, &plugin, &installed.granted.auth)?;
    let now = Instant::now();
    let connection = NewConnection {
        id: ConnectionId::generate(),
        workspace: workspace.id,
        plugin,
        name: arguments.name.clone().unwrap_or_else(|| manifest.id.name().to_owned()),
        settings,
        directory,
        // Who connects a plugin sees what it may do.
        consented: upgrade::asks_of(&installed)?,
        interval_seconds: arguments.every.unwrap_or(host.config.sync.interval_minutes) * 60,
        created_at: now,
    };
    let entry = Entry {
        at: now,
        actor: "operator".to_owned(),
        action: "connection.new".to_owned(),
        subject: connection.id.to_string(),
        workspace: Some(workspace.id),
        detail: json!({ "plugin": connection.plugin, "name": connection.name }),
    };
    let mut sealed = Vec::new();
    for (slot, secret) in &secrets {
        let bytes = host.keys.seal_credential(&host.store, workspace.id, connection.id, slot, secret).await?;
        sealed.push((slot, bytes));
    }
    let waits = secrets.iter().find_map(|(slot, _)| oauth::awaited(slot, &connection.name));
    host.store
        .system("make a connection", async |tx| {
            connections::create(tx, &connection).await?;
            for (slot, bytes) in &sealed {
                credentials::put(tx, connection.id, &slot.name, bytes, now).await?;
                oauth::begin(tx, connection.id, slot, now).await?;
            }
            if let Some(reason) = &waits {
                let (workspace, id) = (connection.workspace, connection.id);
                connections::set_state(tx, workspace, id, ConnectionState::Failed, Some(reason)).await?;
            }
            store::audit::append(tx, &entry).await
        })
        .await
        .map_err(taken)?;
    let answer = json!({
        "id": connection.id,
        "name": connection.name,
        "plugin": connection.plugin,
        "needs": waits,
    });
    output.say(&answer, || {
        let follows = waits.unwrap_or_else(|| "`weighbridge sync` brings its data in".to_owned());
        format!("`{}` connects {} ({}); {follows}", connection.name, connection.plugin, connection.id)
    });
    Ok(())
}

/// `KEY=VALUE`, where the value is JSON if it is, and text otherwise.
fn settings(given: &[String], manifest: &Manifest) -> Result<Value, CommandError> {
    let settings = Value::Object(assigned(given)?);
    let mut whole = settings.clone();
    fill_defaults(&manifest.settings, &mut whole);
    validate_settings(&manifest.settings, &whole).map_err(|error| CommandError::usage(in_words(&error)))?;
    Ok(settings)
}

/// What was assigned, by key.
pub(super) fn assigned(given: &[String]) -> Result<Map<String, Value>, CommandError> {
    let one = |assignment: &String| {
        let (key, value) = assignment
            .split_once('=')
            .ok_or_else(|| CommandError::usage(format!("`{assignment}` is not `KEY=VALUE`")))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok((key.to_owned(), value))
    };
    given.iter().map(one).collect()
}

/// The directory, as an absolute path, exactly where the plugin asks for one.
fn directory(given: Option<&Path>, manifest: &Manifest) -> Result<Option<String>, CommandError> {
    match (given, manifest.capabilities.files) {
        (None, false) => Ok(None),
        (None, true) => Err(CommandError::usage(format!("{} reads a directory: name it with `--files`", manifest.id))),
        (Some(_), false) => {
            Err(CommandError::usage(format!("{} reads no directory: leave `--files` out", manifest.id)))
        }
        (Some(path), true) => {
            let path = std::fs::canonicalize(path).map_err(CommandError::io("looking for", path))?;
            if !path.is_dir() {
                return Err(CommandError::usage(format!("`{}` is not a directory", path.display())));
            }
            let text = path.to_str().ok_or_else(|| CommandError::usage("the directory's path is not UTF-8"))?;
            Ok(Some(text.to_owned()))
        }
    }
}

/// The credentials, of which none that the plugin needs may be missing.
fn all_secrets(
    given: &[String],
    plugin: &PluginId,
    slots: &[AuthSlot],
) -> Result<Vec<(AuthSlot, SecretString)>, CommandError> {
    let secrets = secrets::read(given, plugin, slots)?;
    let filled = |name: &str| secrets.iter().any(|(slot, _)| slot.name == name);
    match slots.iter().find(|slot| !slot.optional && !filled(&slot.name)) {
        Some(slot) => Err(CommandError::usage(format!(
            "{plugin} needs the credential `{slot}`: give `--credential {slot}=FILE`",
            slot = slot.name
        ))),
        None => Ok(secrets),
    }
}

/// A name that is taken has two ways out.
fn taken(error: StoreError) -> CommandError {
    match error {
        StoreError::Exists { name, .. } => CommandError::failed(format!(
            "there is already a connection `{name}`: choose another name with `--name`, change that one with \
             `weighbridge connection`, or remove it with `weighbridge connection remove {name}`"
        )),
        error => error.into(),
    }
}
