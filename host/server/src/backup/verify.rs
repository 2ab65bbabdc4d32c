//! Checking a backup to its last byte, without writing anything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::{Digest, WorkspaceId};
use store::copies::{self, File};
use store::keys::SealedKey;
use store::{SystemRead, keys, meta, workspaces};
use vault::HostKey;

use super::files;
use super::manifest::{Manifest, ManifestError};
use crate::erasures::{self, Ledger, LedgerError};
use crate::error::CommandError;
use crate::host::{BACKUPS, unwraps};

/// A backup that holds together, with the host key that opens it.
pub struct Verified {
    /// Where it is.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// What was erased when it was made.
    pub ledger: Ledger,
    /// The workspaces that it knows.
    pub workspaces: Vec<WorkspaceId>,
    /// The host key that it hangs on.
    pub host_key: HostKey,
}

/// What its control database says.
struct Contents {
    instance: Option<Vec<u8>>,
    key_check: Option<Vec<u8>>,
    workspaces: Vec<WorkspaceId>,
    keys: Vec<(WorkspaceId, SealedKey)>,
}

/// Check a backup with the host keys that are given.
///
/// # Errors
/// What is no backup or half of one, is newer, hangs on another host key, or was altered or damaged anywhere.
pub async fn verify(folder: &Path, given: Vec<HostKey>) -> Result<Verified, CommandError> {
    let refused = |error: ManifestError| CommandError::because(&error);
    let unverified = Manifest::read(folder).map_err(refused)?;
    let known: Vec<_> = given.iter().map(|key| format!("`{}`", key.check())).collect();
    let Some(host_key) = given.into_iter().find(|key| key.check().to_string() == unverified.host_key) else {
        return Err(CommandError::failed(format!(
            "the backup `{}` hangs on the host key `{}`, and this host has {}: give the file of that key with `--key`",
            folder.display(),
            unverified.host_key,
            known.join(" and ")
        )));
    };
    let manifest = unverified.verify(&host_key.derive(BACKUPS)).map_err(refused)?;
    check_files(folder, &manifest)?;
    let contents = check_databases(folder, &manifest).await?;
    let is_own = contents.instance.as_deref() == Some(manifest.instance.as_bytes())
        && contents.key_check.as_deref().is_some_and(|check| host_key.check().matches(check));
    if !is_own {
        return Err(damaged(folder, "its control database is of another instance or host key than its manifest"));
    }
    for (workspace, key) in &contents.keys {
        unwraps(&host_key, &manifest.instance, *workspace, key)?;
    }
    let ledger = Ledger::read(&folder.join(erasures::FILE), &manifest.instance);
    let ledger = ledger.map_err(|error: LedgerError| CommandError::because(&error))?;
    Ok(Verified { folder: folder.to_owned(), manifest, ledger, workspaces: contents.workspaces, host_key })
}

/// Every file is what the manifest says; packages are what they are named for.
fn check_files(folder: &Path, manifest: &Manifest) -> Result<(), CommandError> {
    for file in &manifest.files {
        let path = folder.join(&file.path);
        let content = files::content(&path).map_err(CommandError::io("reading", &path))?;
        if !file.is(content) {
            return Err(damaged(folder, &format!("`{}` is not what was written", file.path.display())));
        }
        let name = file.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_package = file.path.extension().is_some_and(|ending| ending == "wasm");
        if is_package && name.parse::<Digest>() != Ok(content.sha256) {
            return Err(damaged(folder, &format!("`{}` is not the package of its name", file.path.display())));
        }
    }
    Ok(())
}

/// Every database holds together, and there is one for each workspace that the manifest has a file of.
async fn check_databases(folder: &Path, manifest: &Manifest) -> Result<Contents, CommandError> {
    let listed: BTreeSet<&Path> = manifest.files.iter().map(|file| file.path.as_path()).collect();
    let is_listed = |file: File| listed.contains(file.path(Path::new("")).as_path());
    if !is_listed(File::Control) || !listed.contains(Path::new(erasures::FILE)) {
        return Err(damaged(folder, "its manifest names no control database, or no ledger of erasures"));
    }
    File::Control.check(folder).await?;
    let read = async |tx: &mut SystemRead| {
        let known = workspaces::list(tx).await?;
        Ok(Contents {
            instance: meta::find(tx, meta::INSTANCE_ID).await?,
            key_check: meta::find(tx, meta::KEY_CHECK).await?,
            workspaces: known.into_iter().map(|workspace| workspace.id).collect(),
            keys: keys::list_all(tx).await?,
        })
    };
    let contents = copies::read_control(folder, read).await?;
    for id in &contents.workspaces {
        if is_listed(File::Workspace(*id)) {
            File::Workspace(*id).check(folder).await?;
        }
    }
    Ok(contents)
}

fn damaged(folder: &Path, problem: &str) -> CommandError {
    CommandError::failed(format!("the backup `{}` is damaged: {problem}; use another backup", folder.display()))
}
