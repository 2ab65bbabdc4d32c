//! Making a backup of a store that others write to meanwhile.
//!
//! Workspaces first, the control database after them: whatever a workspace's file names is in the control database of the
//! same backup. Packages last, since they are kept before the control database names them. Purges and changes of keys wait.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::WorkspaceId;
use jiff::Timestamp;
use store::copies::File;
use store::workspaces;
use uuid::Uuid;
use vault::BACKUP_MANIFEST;

use super::files::{self, writing};
use super::manifest::{Listed, Manifest};
use crate::erasures::Ledger;
use crate::error::CommandError;
use crate::host::{Host, Upkeep};

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where.
    pub path: PathBuf,
    /// How many workspaces have a file in it.
    pub workspaces: usize,
    /// How many files there are.
    pub files: usize,
    /// Their size together.
    pub bytes: u64,
    /// Folders beside it that backups left behind that were broken off.
    pub left: Vec<PathBuf>,
}

/// Make a backup at this path, which must not exist yet.
///
/// # Errors
/// A path that exists or lies in the data directory, another upkeep under way, or what cannot be read or written. Then there
/// is nothing at the path.
pub async fn make(host: &Host, target: &Path) -> Result<Made, CommandError> {
    host.store.require_files("a backup")?;
    let data = &host.config.storage.data;
    let target = place(target, data)?;
    let _upkeep = Upkeep::take(data)?;
    let folder = files::parent(&target);
    let left = left_behind(folder);
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let partial = folder.join(format!("{name}.{}.partial", Uuid::now_v7().simple()));
    let made = fill(host, &partial).await.and_then(|(workspaces, manifest)| {
        refuse_existing(&target)?;
        fs::rename(&partial, &target).map_err(CommandError::io("naming", &target))?;
        files::sync(folder).map_err(CommandError::io("writing", folder))?;
        let bytes = manifest.files.iter().map(|file| file.bytes).sum();
        Ok(Made { path: target.clone(), workspaces, files: manifest.files.len(), bytes, left })
    });
    if made.is_err() {
        // What is half-written is of no use; if it stays, the next backup says so.
        let _ = fs::remove_dir_all(&partial);
    }
    made
}

/// Where it will be, with every link on the way followed.
fn place(target: &Path, data: &Path) -> Result<PathBuf, CommandError> {
    let name = target.file_name().ok_or_else(|| {
        CommandError::usage(format!("`{}` is no name for a backup: give the folder to make", target.display()))
    })?;
    let folder = files::parent(target);
    let folder = folder.canonicalize().map_err(CommandError::io("looking for", folder))?;
    let data = data.canonicalize().map_err(CommandError::io("looking for", data))?;
    let target = folder.join(name);
    if target.starts_with(&data) {
        return Err(CommandError::usage(format!(
            "`{}` is inside the data directory {}: what befalls that would befall the backup; give a folder elsewhere",
            target.display(),
            data.display()
        )));
    }
    if let Some(other) = target.ancestors().skip(1).find(|folder| folder.join(BACKUP_MANIFEST).exists()) {
        return Err(CommandError::usage(format!("`{}` is a backup itself: give a folder elsewhere", other.display())));
    }
    refuse_existing(&target)?;
    Ok(target)
}

fn refuse_existing(target: &Path) -> Result<(), CommandError> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CommandError::io("looking for", target)(error)),
        Ok(_) => Err(CommandError::usage(format!(
            "`{}` exists already: a backup overwrites nothing; give another name",
            target.display()
        ))),
    }
}

fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let is_partial = |path: &PathBuf| path.is_dir() && path.extension().is_some_and(|ending| ending == "partial");
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).filter(is_partial).collect()
}

/// Everything, with the manifest at the end.
async fn fill(host: &Host, folder: &Path) -> Result<(usize, Manifest), CommandError> {
    let data = &host.config.storage.data;
    let begun_at = Timestamp::now();
    files::create_dir(folder).map_err(writing(folder))?;
    for below in ["workspaces", "packages"] {
        files::create_dir(&folder.join(below)).map_err(writing(folder))?;
    }
    let known = host.store.system_read("list the workspaces", async |tx| workspaces::list(tx).await).await?;
    let mut copied = Vec::new();
    for id in known.into_iter().map(|workspace| workspace.id) {
        if File::Workspace(id).copy(data, folder).await? {
            copied.push(id);
        }
    }
    let copied_at = Timestamp::now();
    File::Control.copy(data, folder).await?;
    copy_packages(data, folder)?;
    let ledger = Ledger::find(data, host.keys.instance()).map_err(|error| CommandError::because(&error))?;
    ledger.write(folder).map_err(|error| CommandError::because(&error))?;
    check(folder, &copied).await?;
    files::sync_below(folder).map_err(writing(folder))?;
    let manifest = Manifest {
        form: Manifest::FORM,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: host.keys.instance().to_owned(),
        host_key: host.keys.check().to_string(),
        begun_at,
        copied_at,
        schemas: [File::Control, File::Workspace(WorkspaceId::from_bytes([0; 16]))].map(File::newest_schema),
        files: list(folder).map_err(CommandError::io("reading", folder))?,
    };
    let written = manifest.write(folder, &host.keys.backup_key());
    written.map_err(|error| CommandError::because(&error))?;
    Ok((copied.len(), manifest))
}

/// A copy that does not hold together is found now, and not when it is needed.
async fn check(folder: &Path, workspaces: &[WorkspaceId]) -> Result<(), CommandError> {
    File::Control.check(folder).await?;
    for id in workspaces {
        File::Workspace(*id).check(folder).await?;
    }
    Ok(())
}

fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    let listed = |path: PathBuf| Ok(Listed::new(path.clone(), files::content(&folder.join(path))?));
    files::below(folder)?.into_iter().map(listed).collect()
}

/// Packages and their envelopes never change once they have their name.
fn copy_packages(data: &Path, folder: &Path) -> Result<(), CommandError> {
    let from = data.join("packages");
    if !from.exists() {
        return Ok(());
    }
    for path in files::below(&from).map_err(CommandError::io("reading", &from))? {
        if path.extension().is_some_and(|ending| ending == "wasm" || ending == "dsse") {
            let path = Path::new("packages").join(path);
            files::copy(&data.join(&path), &folder.join(&path)).map_err(CommandError::io("copying", &path))?;
        }
    }
    Ok(())
}
