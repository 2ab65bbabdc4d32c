//! Removing artefacts that nobody wants any more: those of other builds of the engine, and of packages that are gone.
//!
//! Nobody says so when an artefact is no longer wanted, so it is told by the time of its last use, which is that of the
//! file. Each new artefact is the occasion to look: a cache that does not grow needs no sweeping.

use std::cmp::Reverse;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime};

use super::Cache;

/// How long an artefact stays that is not used.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How much all artefacts may take, in bytes: beyond it, those go that were used longest ago.
const MOST: u64 = 2 * 1024 * 1024 * 1024;

/// A file of the cache.
struct Kept {
    used: SystemTime,
    bytes: u64,
    name: OsString,
}

/// The artefact in this file is used now. Where that cannot be written down it is only removed earlier, and made anew.
pub(super) fn note_use(artefact: &File) {
    if let Err(error) = artefact.set_modified(SystemTime::now()) {
        tracing::debug!(%error, "the use of an artefact cannot be written down");
    }
}

impl Cache {
    /// Remove what was not used for long, and as much else as is too much.
    ///
    /// # Errors
    /// When the directory cannot be read, or a file not be removed.
    pub(super) fn sweep(&self) -> io::Result<()> {
        let now = SystemTime::now();
        let mut kept = self.kept()?;
        kept.sort_unstable_by_key(|kept| Reverse(kept.used));
        let mut total: u64 = 0;
        for Kept { used, bytes, name } in kept {
            total = total.saturating_add(bytes);
            // What was used after now is new: the clock was set back.
            let unused = now.duration_since(used).unwrap_or_default();
            if unused > UNUSED || total > MOST {
                tracing::info!(file.name = %name.display(), bytes, "an artefact that was not used for long is removed");
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Everything that is kept, drafts of those who never finished among it.
    fn kept(&self) -> io::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let about = match entry.metadata() {
                // Another process may have been quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                about => about?,
            };
            if about.is_file() {
                kept.push(Kept { used: about.modified()?.into_std(), bytes: about.len(), name: entry.file_name() });
            }
        }
        Ok(kept)
    }

    fn remove(&self, name: &OsString) -> io::Result<()> {
        match self.dir.remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
