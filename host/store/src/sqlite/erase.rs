//! Leaving no byte behind: of what was deleted in the control database, and of a workspace's file.
//!
//! Deleted rows are overwritten in place (`secure_delete`), and the write-ahead log, which holds them still, is emptied. A
//! file that another process has open goes with that process's last handle, so hosts that serve let go of files that are
//! no longer there.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use domain::WorkspaceId;

use super::Sqlite;
use crate::StoreError;

/// How often a reader is waited for that keeps the log from being emptied, and between two looks.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

impl Sqlite {
    /// Empties the control database's log; whether it could.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            if self.control.truncate_log().await? {
                return Ok(true);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(false)
    }

    /// Closes a workspace's file and removes it with its log and its index; whether there was one.
    pub(crate) async fn remove_file(&self, id: WorkspaceId) -> Result<bool, StoreError> {
        self.files.forget(|open| open == id).await;
        let file = self.files.path(id);
        // The log first: without its file it says nothing, and a file that is gone hides no log.
        for ending in ["-wal", "-shm"] {
            let mut beside = file.clone().into_os_string();
            beside.push(ending);
            remove(beside.into())?;
        }
        remove(file)
    }

    /// Lets go of the files that are not there any more.
    pub(crate) async fn close_removed(&self) {
        self.files.forget(|id| !self.files.path(id).exists()).await;
    }
}

fn remove(path: PathBuf) -> Result<bool, StoreError> {
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Path { path, source }),
    }
}
