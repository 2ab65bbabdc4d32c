//! Making a data directory of a backup: all of it, or nothing.
//!
//! It is made in a folder beside the data directory and gets its name last, so that a restore that is broken off leaves no
//! store behind. What was erased since the backup is erased from it before it has that name.

use std::fs;
use std::path::{Path, PathBuf};

use domain::WorkspaceId;
use serde_json::json;
use store::copies::File;
use store::{Store, fences, restored, workspaces};
use uuid::Uuid;
use vault::HostKey;

use super::files::{self, writing};
use super::verify::Verified;
use crate::erasures::{self, Ledger, LedgerError};
use crate::error::CommandError;
use crate::host::{KeySource, Keys, Presence, rotate};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many workspaces there are.
    pub workspaces: usize,
    /// Those of the backup that were erased since, and were not restored.
    pub erased: Vec<WorkspaceId>,
}

/// Make `data` of a verified backup. `ledgers` are files of the same instance, or folders with one; `own` is the host key
/// that the store shall hang on from now.
///
/// # Errors
/// A data directory that is in use or not empty, ledgers that cannot be used or name what this version cannot erase, a file
/// that was changed since it was verified, or what cannot be written. Then `data` is as it was.
pub async fn restore(
    backup: Verified,
    data: &Path,
    source: &KeySource,
    own: &HostKey,
    ledgers: &[PathBuf],
) -> Result<Restored, CommandError> {
    refuse_in_use(data)?;
    let ledger = merged(&backup, ledgers)?;
    let folder = files::parent(data);
    let name = data.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let partial = folder.join(format!("{name}.{}.restoring", Uuid::now_v7().simple()));
    let restored = match lay_out(&backup, &partial, &ledger) {
        Ok(()) => adapt(backup, &partial, source, own).await,
        Err(error) => Err(error),
    };
    let restored = restored.and_then(|restored| {
        files::sync_below(&partial).map_err(writing(&partial))?;
        // A folder takes an empty one's place, and no other's.
        refuse_in_use(data)?;
        fs::rename(&partial, data).map_err(CommandError::io("naming", data))?;
        files::sync(folder).map_err(writing(folder))?;
        Ok(restored)
    });
    if restored.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    restored
}

/// A restore makes a data directory, and changes none.
///
/// # Errors
/// A data directory that a process has open, or that holds anything.
pub(crate) fn refuse_in_use(data: &Path) -> Result<(), CommandError> {
    let Ok(mut entries) = fs::read_dir(data) else { return Ok(()) };
    if entries.next().is_none() {
        return Ok(());
    }
    let shown = data.display();
    if Presence::is_there(data)? {
        return Err(CommandError::refused(format!(
            "a host is running on `{shown}`: stop it, and move that directory away before a restore"
        )));
    }
    let ledger = if data.join(erasures::FILE).exists() {
        format!(
            ", and give its ledger with `--erasures MOVED/{}`, so that nothing that was erased comes back",
            erasures::FILE
        )
    } else {
        String::new()
    };
    Err(CommandError::refused(format!(
        "`{shown}` is not empty, and a restore overwrites nothing: move it away{ledger}"
    )))
}

/// Everything that is known to have been erased.
fn merged(backup: &Verified, ledgers: &[PathBuf]) -> Result<Ledger, CommandError> {
    let refused = |error: LedgerError| CommandError::because(&error);
    let mut ledger = backup.ledger.clone();
    for given in ledgers {
        let path = if given.is_dir() { given.join(erasures::FILE) } else { given.clone() };
        ledger.merge(Ledger::read(&path, &backup.manifest.instance).map_err(refused)?);
    }
    match ledger.persons().count() {
        0 => Ok(ledger),
        persons => Err(CommandError::refused(format!(
            "{persons} persons were erased by a newer version, and this one would bring them back: restore with that version"
        ))),
    }
}

/// Copy the files of all workspaces that were not erased, the ledger, and everything else.
fn lay_out(backup: &Verified, partial: &Path, ledger: &Ledger) -> Result<(), CommandError> {
    files::create_dir(partial).map_err(writing(partial))?;
    let erased: Vec<_> = ledger.workspaces().map(|id| File::Workspace(id).path(Path::new(""))).collect();
    for file in &backup.manifest.files {
        if erased.contains(&file.path) || file.path == Path::new(erasures::FILE) {
            continue;
        }
        let (from, to) = (backup.folder.join(&file.path), partial.join(&file.path));
        let below = files::parent(&to);
        if !below.exists() {
            files::create_dir(below).map_err(writing(below))?;
        }
        let content = files::copy(&from, &to).map_err(CommandError::io("copying", &from))?;
        if !file.is(content) {
            return Err(CommandError::failed(format!("`{}` was changed while it was restored", from.display())));
        }
    }
    ledger.write(partial).map_err(|error| CommandError::because(&error))
}

/// What a store must not take over: leases, numbers of leases below those of its files, what was erased, another host key.
async fn adapt(backup: Verified, partial: &Path, source: &KeySource, own: &HostKey) -> Result<Restored, CommandError> {
    let store = Store::open(partial).await?;
    let erased = erasures::enforce(&store, partial, &backup.manifest.instance).await?;
    store.system("void the leases", async |tx| restored::void_leases(tx).await).await?;
    let known = store.system_read("list the workspaces", async |tx| workspaces::list(tx).await).await?;
    for workspace in &known {
        if !File::Workspace(workspace.id).path(partial).exists() {
            continue;
        }
        let raised = store.workspace_read(workspace.id, "list the fences", async |tx| fences::list(tx).await).await?;
        store
            .system("raise the fences", async |tx| {
                for (connection, fence) in &raised {
                    restored::raise_fence(tx, *connection, *fence).await?;
                }
                Ok(())
            })
            .await?;
    }
    note(backup, &store, source, own, &erased).await?;
    store.empty_log().await?;
    store.close().await;
    Ok(Restored { workspaces: known.len(), erased })
}

/// The entry that tells of it, under the host's own key.
async fn note(
    backup: Verified,
    store: &Store,
    source: &KeySource,
    own: &HostKey,
    erased: &[WorkspaceId],
) -> Result<(), CommandError> {
    let taken = backup.manifest.copied_at.to_string();
    let detail = json!({ "taken_at": taken, "erased_since": erased });
    let entry = rotate::entry("instance.restore", &backup.manifest.instance, None, detail);
    store.system("note the restore", async |tx| store::audit::append(tx, &entry).await).await?;
    if own.check().to_string() == backup.manifest.host_key {
        return Ok(());
    }
    let given = vec![backup.host_key];
    let keys = Keys::of(source.clone(), PathBuf::new(), given, store).await?;
    let detail = json!({ "from": backup.manifest.host_key, "to": own.check().to_string() });
    keys.rotate_host(store, own, &rotate::entry("key.rotate.host", &backup.manifest.instance, None, detail)).await?;
    Ok(())
}
