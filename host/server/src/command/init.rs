//! `weighbridge init`: configuration, host key, store, first workspace. What is there already is left as it is.

use std::fs;
use std::path::Path;

use domain::{Instant, WorkspaceId};
use jiff::tz::TimeZone;
use serde_json::json;
use store::Store;
use store::workspaces::{self, Workspace};
use vault::HostKey;

use super::CommandError;
use crate::cli::Init;
use crate::config::{Config, DEFAULTS, FILE_NAME};
use crate::host::{Host, Keys};
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A folder that is in use for something else, or a time zone that does not exist.
pub async fn run(arguments: &Init, output: Output) -> Result<(), CommandError> {
    let Init { directory, workspace, time_zone } = arguments;
    TimeZone::get(time_zone).map_err(|_| {
        CommandError::usage(format!("there is no time zone `{time_zone}`: give an IANA name such as `Europe/Berlin`"))
    })?;
    fs::create_dir_all(directory).map_err(CommandError::io("making", directory))?;
    let path = directory.join(FILE_NAME);
    write_configuration(&path)?;
    let config = Config::load(&path)?;
    if !config.vault.key_file.exists() {
        HostKey::create(&config.vault.key_file, &config.storage.data).map_err(crate::host::KeysError::from)?;
    }
    let store = Store::open(&config.storage.data).await?;
    Keys::establish(&config, &store).await?;
    store.close().await;
    let host = Host::open(config).await?;
    first_workspace(&host, workspace, time_zone).await?;
    let shown = directory.display().to_string();
    output.say(&json!({ "directory": shown, "workspace": workspace }), || {
        format!(
            "`{shown}` is ready, with the workspace `{workspace}`.\n\
             Next: `weighbridge plugin trust add`, `plugin install`, `connect`, `serve`. Keep a copy of {}: without it \
             nothing that is encrypted can be read.",
            host.config.vault.key_file.display()
        )
    });
    Ok(())
}

/// All keys with their defaults, commented out: a file to read, that changes nothing.
fn write_configuration(path: &Path) -> Result<(), CommandError> {
    if path.exists() {
        return Ok(());
    }
    let is_assignment = |line: &str| !line.is_empty() && !line.starts_with(['#', '[']);
    let lines =
        DEFAULTS.lines().map(|line| if is_assignment(line) { format!("# {line}\n") } else { format!("{line}\n") });
    fs::write(path, lines.collect::<String>()).map_err(CommandError::io("writing", path))
}

async fn first_workspace(host: &Host, name: &str, time_zone: &str) -> Result<(), CommandError> {
    let created_at = Instant::now();
    let workspace =
        Workspace { id: WorkspaceId::generate(), name: name.to_owned(), time_zone: time_zone.to_owned(), created_at };
    host.store
        .system("make the first workspace", async |tx| {
            if workspaces::find_by_name(tx, name).await?.is_none() {
                workspaces::create(tx, &workspace).await?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}
