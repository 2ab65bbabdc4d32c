//! Where a key file may not lie: below the data directory, or in a backup of it.

use std::io;
use std::path::{Path, PathBuf};

use super::HostKeyError;

/// The name of the file that tells a backup: what lies in the same folder or below is part of one.
pub const BACKUP_MANIFEST: &str = "weighbridge-backup.json";

/// Paths are followed to where they really lead; what does not exist yet counts by its nearest folder that does.
pub(super) fn check(path: &Path, data: &Path) -> Result<(), HostKeyError> {
    let resolve = |which: &Path| resolve(which).map_err(|source| HostKeyError::File { path: path.to_owned(), source });
    let real = resolve(path)?;
    if real.starts_with(resolve(data)?) {
        return Err(HostKeyError::InsideData { path: path.to_owned(), data: data.to_owned() });
    }
    match real.ancestors().skip(1).find(|folder| folder.join(BACKUP_MANIFEST).exists()) {
        Some(backup) => Err(HostKeyError::InsideBackup { path: path.to_owned(), backup: backup.to_owned() }),
        None => Ok(()),
    }
}

fn resolve(path: &Path) -> io::Result<PathBuf> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(resolve(parent)?.join(name))
        }
        (resolved, _, _) => resolved,
    }
}
