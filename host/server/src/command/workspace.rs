//! `weighbridge workspace purge`: a workspace with everything that is its own, gone for good.

use serde_json::json;
use store::SystemRead;
use store::connections::{self, ConnectionState};

use super::CommandError;
use super::confirm::confirm;
use super::connection::revoke;
use crate::cli::Workspaces;
use crate::config::Config;
use crate::erasures::{self, Purged};
use crate::host::{Host, Upkeep};
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A workspace that is not there, no yes, another upkeep under way, or what cannot be written.
pub async fn run(command: Workspaces, config: Config, output: Output) -> Result<(), CommandError> {
    let Workspaces::Purge { name, yes } = command;
    let host = Host::open(config).await?;
    host.store.require_files("the purge of a workspace")?;
    let workspace = host.workspace(&name).await?;
    let read = async |tx: &mut SystemRead| connections::list(tx, workspace.id).await;
    let mut known = host.store.system_read("list connections", read).await?;
    known.retain(|connection| connection.state != ConnectionState::Removed);
    let lines = [
        format!(
            "`{name}` ({}) has {} connections. Its records, figures, runs, keys, credentials and tokens are erased.",
            workspace.id,
            known.len()
        ),
        "It cannot be undone, and no backup brings it back.".to_owned(),
    ];
    if yes {
        lines.iter().for_each(|line| output.note(line));
    } else {
        confirm(&lines, "Erase all of this?", "nothing is erased without a yes: give `--yes` to erase the workspace")?;
    }
    let upkeep = Upkeep::take(&host.config.storage.data)?;
    let mut revoked = Vec::new();
    for connection in &known {
        for (slot, outcome) in revoke(&host, connection).await? {
            revoked.push(json!({ "connection": connection.name, "slot": slot, "tokens": outcome }));
        }
    }
    let detail = json!({ "connections": known.len(), "revoked": revoked });
    let data = &host.config.storage.data;
    let purged = erasures::purge(&host.store, data, host.keys.instance(), &workspace, detail, &upkeep).await?;
    host.store.close().await;
    let Purged { is_log_empty } = purged;
    let answer = json!({ "workspace": workspace.id, "name": name, "purged": true, "log_emptied": is_log_empty, "revoked": revoked });
    output.say(&answer, || {
        let later = if is_log_empty { "" } else { "; another process reads the control database, whose log is emptied later" };
        format!(
            "`{name}` is erased{later}. Backups from before hold it until you delete them; a restore of them leaves it out, as \
             long as it is given `{}`",
            data.join(erasures::FILE).display()
        )
    });
    Ok(())
}
