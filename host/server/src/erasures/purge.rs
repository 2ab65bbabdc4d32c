//! Erasing a workspace: first in the ledger, then in the control database, then its file.

use std::path::Path;

use domain::{Instant, WorkspaceId};
use serde_json::json;
use store::audit::Entry;
use store::workspaces::{self, Workspace};
use store::{Store, StoreError, SystemTx};

use super::{Erasure, Ledger};
use crate::error::CommandError;
use crate::host::Upkeep;

/// What became of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Whether no byte of its keys is left in the control database and its log. Otherwise a reader kept the log from being
    /// emptied, and the next checkpoint does it.
    pub is_log_empty: bool,
}

/// Erase a workspace. From the entry in the ledger on it is erased: whoever opens the store next finishes what is left.
///
/// # Errors
/// When the ledger, the database or the file cannot be written.
pub async fn purge(
    store: &Store,
    data: &Path,
    instance: &str,
    workspace: &Workspace,
    detail: serde_json::Value,
    _upkeep: &Upkeep,
) -> Result<Purged, CommandError> {
    let mut ledger = Ledger::find(data, instance).map_err(|error| CommandError::because(&error))?;
    ledger.add(Erasure { at: Instant::now(), workspace: workspace.id, person: None });
    ledger.write(data).map_err(|error| CommandError::because(&error))?;
    erase(store, workspace.id, "operator", detail).await?;
    Ok(Purged { is_log_empty: store.empty_log().await? })
}

/// Erase again what the ledger names and the store has: a purge that was broken off, or what came back with a backup.
/// Which workspaces those were.
///
/// # Errors
/// When the ledger cannot be used, names what this version cannot erase, or the store cannot be written.
pub async fn enforce(store: &Store, data: &Path, instance: &str) -> Result<Vec<WorkspaceId>, CommandError> {
    let ledger = Ledger::find(data, instance).map_err(|error| CommandError::because(&error))?;
    let mut erased = Vec::new();
    for id in ledger.workspaces() {
        if erase(store, id, "host", json!({ "from": "the ledger of erasures" })).await? {
            erased.push(id);
        }
    }
    if !erased.is_empty() {
        store.empty_log().await?;
    }
    Ok(erased)
}

/// Whether there was anything.
async fn erase(store: &Store, id: WorkspaceId, actor: &str, detail: serde_json::Value) -> Result<bool, StoreError> {
    let known = store.system_read("find a workspace to purge", async |tx| workspaces::find(tx, id).await).await?;
    let was_known = match known {
        Some(workspace) => {
            let delete = async |tx: &mut SystemTx| delete(tx, &workspace, actor, detail).await;
            store.system("purge a workspace", delete).await?
        }
        None => false,
    };
    let had_file = store.remove_file(id).await?;
    Ok(was_known || had_file)
}

async fn delete(
    tx: &mut SystemTx,
    workspace: &Workspace,
    actor: &str,
    detail: serde_json::Value,
) -> Result<bool, StoreError> {
    if !store::purge::workspace(tx, workspace.id).await? {
        return Ok(false);
    }
    let entry = Entry {
        at: Instant::now(),
        actor: actor.to_owned(),
        action: "workspace.purge".to_owned(),
        subject: workspace.name.clone(),
        workspace: Some(workspace.id),
        detail,
    };
    store::audit::append(tx, &entry).await.map(|()| true)
}
