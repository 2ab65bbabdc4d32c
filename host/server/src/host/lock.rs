//! Locks between processes, as files that the system frees when a process ends, however it ends.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use crate::error::CommandError;

/// Held together by all who have the store open.
const PRESENCE: &str = "host.lock";
/// Held by one: who backs up, purges or changes keys.
const UPKEEP: &str = "upkeep.lock";

/// Says that a process has the store of a data directory open. Clones are of the same one.
#[derive(Debug, Clone)]
pub struct Presence(#[expect(dead_code, reason = "held, not used")] Arc<File>);

/// The right to back up, to purge or to change keys: a backup holds neither half of what was purged nor a secret whose key
/// went meanwhile.
#[derive(Debug)]
pub struct Upkeep(#[expect(dead_code, reason = "held, not used")] File);

impl Presence {
    /// Say so.
    pub(super) fn enter(data: &Path) -> Result<Self, CommandError> {
        // Where the store is a shared database, nothing else may have been kept here yet.
        DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(CommandError::io("making", data))?;
        let file = open(data, PRESENCE)?;
        file.lock_shared().map_err(CommandError::io("locking", &data.join(PRESENCE)))?;
        Ok(Self(Arc::new(file)))
    }

    /// Whether any process says so of this data directory.
    ///
    /// # Errors
    /// When the lock cannot be looked at.
    pub fn is_there(data: &Path) -> Result<bool, CommandError> {
        let path = data.join(PRESENCE);
        if !path.exists() {
            return Ok(false);
        }
        match open(data, PRESENCE)?.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(CommandError::io("locking", &path)(error)),
        }
    }
}

impl Upkeep {
    /// Take it.
    ///
    /// # Errors
    /// A refusal, where another process has it.
    pub fn take(data: &Path) -> Result<Self, CommandError> {
        let file = open(data, UPKEEP)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(CommandError::failed(
                "another backup, purge or change of keys is under way on this store: wait for its end",
            )),
            Err(TryLockError::Error(error)) => Err(CommandError::io("locking", &data.join(UPKEEP))(error)),
        }
    }
}

fn open(data: &Path, name: &str) -> Result<File, CommandError> {
    let path = data.join(name);
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    opened.map_err(CommandError::io("opening", &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_keeps_up_at_a_time_and_many_are_present() {
        let data = tempfile::tempdir().expect("a folder");
        let taken = Upkeep::take(data.path()).expect("free");
        assert!(Upkeep::take(data.path()).is_err_and(|error| error.to_string().contains("under way")));
        drop(taken);
        assert!(Upkeep::take(data.path()).is_ok());

        assert!(!Presence::is_there(data.path()).expect("a look"));
        let present = [Presence::enter(data.path()), Presence::enter(data.path())].map(|one| one.expect("present"));
        assert!(Presence::is_there(data.path()).expect("a look"));
        drop(present);
        assert!(!Presence::is_there(data.path()).expect("a look"));
    }
}
