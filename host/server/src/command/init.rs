//! `weighbridge init`: configuration, host key, store, first workspace. What is there already is left as it is, and said to
//! be; a workspace that is named and not there is added, which is how a host gets a second one.

use std::fs;
use std::path::Path;

use domain::{Instant, WorkspaceId};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::workspaces::{self, Workspace};
use store::{StoreError, SystemTx, audit};

use super::CommandError;
use crate::cli::Init;
use crate::config::{Config, DEFAULTS, FILE_NAME};
use crate::host::{Host, Keys, open_store};
use crate::output::Output;

/// The workspace and the time zone where none is named.
const WORKSPACE: &str = "default";
const TIME_ZONE: &str = "UTC";

/// What was made, and what was there.
#[derive(Serialize)]
struct Made {
    directory: String,
    workspace: String,
    time_zone: String,
    host_made: bool,
    workspace_made: bool,
}

/// Do it.
///
/// # Errors
/// A folder that is in use for something else, a time zone that does not exist, or a store whose host key is lost.
pub async fn run(arguments: &Init, output: Output) -> Result<(), CommandError> {
    let Init { directory, workspace, time_zone } = arguments;
    if let Some(name) = time_zone {
        TimeZone::get(name).map_err(|_| {
            CommandError::usage(format!("there is no time zone `{name}`: give an IANA name such as `Europe/Berlin`"))
        })?;
    }
    fs::create_dir_all(directory).map_err(CommandError::io("making", directory))?;
    let path = directory.join(FILE_NAME);
    write_configuration(&path)?;
    let config = Config::load(&path)?;
    let store = open_store(&config).await?;
    let host_made = Keys::establish(&config, &store).await?;
    store.close().await;
    let host = Host::open(config).await?;
    let add = async |tx: &mut SystemTx| find_or_add(tx, workspace.as_deref(), time_zone.as_deref()).await;
    let (found, workspace_made) = host.store.system("find or make a workspace", add).await?;
    let made = Made {
        directory: directory.display().to_string(),
        workspace: found.name,
        time_zone: found.time_zone,
        host_made,
        workspace_made,
    };
    output.say(&made, || text(&made, time_zone.as_deref(), &host.keys.source().to_string()));
    Ok(())
}

fn text(made: &Made, asked: Option<&str>, key: &str) -> String {
    let Made { directory, workspace, time_zone, host_made, workspace_made } = made;
    if *host_made {
        return format!(
            "`{directory}` is ready, with the workspace `{workspace}` ({time_zone}).\n\
             Next: `weighbridge plugin trust add`, `plugin install`, `connect`, `serve`. Keep a copy of {key}: without it \
             nothing that is encrypted can be read."
        );
    }
    let was = format!("`{directory}` is a host already: its configuration, key and store were left as they are");
    if *workspace_made {
        return format!("{was}.\nThe workspace `{workspace}` ({time_zone}) was added.");
    }
    match asked {
        Some(other) if other != time_zone => {
            format!("{was}, and so was the workspace `{workspace}`: its time zone stays {time_zone}, not {other}.")
        }
        _ => format!("{was}, and so was the workspace `{workspace}` ({time_zone})."),
    }
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

/// The workspace of this name, or a new one. Without a name it is the oldest one, or [`WORKSPACE`] where there is none.
async fn find_or_add(
    tx: &mut SystemTx,
    name: Option<&str>,
    time_zone: Option<&str>,
) -> Result<(Workspace, bool), StoreError> {
    let found = match name {
        Some(name) => workspaces::find_by_name(tx, name).await?,
        None => workspaces::list(tx).await?.into_iter().next(),
    };
    if let Some(workspace) = found {
        return Ok((workspace, false));
    }
    let workspace = Workspace {
        id: WorkspaceId::generate(),
        name: name.unwrap_or(WORKSPACE).to_owned(),
        time_zone: time_zone.unwrap_or(TIME_ZONE).to_owned(),
        created_at: Instant::now(),
    };
    workspaces::create(tx, &workspace).await?;
    let entry = Entry {
        at: workspace.created_at,
        actor: "operator".to_owned(),
        action: "workspace.new".to_owned(),
        subject: workspace.name.clone(),
        workspace: Some(workspace.id),
        detail: json!({ "time_zone": workspace.time_zone }),
    };
    audit::append(tx, &entry).await?;
    Ok((workspace, true))
}
