//! What is erased from a store of files, down to the bytes.

use domain::WorkspaceId;

use super::{Engine, Store};
use crate::StoreError;
use crate::sqlite::Sqlite;

impl Store {
    /// Refuses a store that is not made of files. `doing` is what cannot be done with it.
    ///
    /// # Errors
    /// [`StoreError::NoFiles`] for a shared database.
    pub fn require_files(&self, doing: &'static str) -> Result<(), StoreError> {
        self.files(doing).map(drop)
    }

    /// Empties the control database's write-ahead log, so that what was deleted there is gone from the disk; whether it
    /// could: a reader that stays keeps it from being emptied, and the next checkpoint does it later. A shared database has
    /// a log of its own, which nobody empties.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.empty_log().await,
            Engine::Postgres { .. } => Ok(false),
        }
    }

    /// Closes a workspace's file and removes it with its log and its index; whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed; [`StoreError::NoFiles`] for a shared database.
    pub async fn remove_file(&self, id: WorkspaceId) -> Result<bool, StoreError> {
        self.files("the purge of a workspace")?.remove_file(id).await
    }

    /// Lets go of the files that are not there any more: another process removed them.
    pub async fn close_removed(&self) {
        if let Engine::Sqlite(sqlite) = &self.0.engine {
            sqlite.close_removed().await;
        }
    }

    fn files(&self, doing: &'static str) -> Result<&Sqlite, StoreError> {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => Ok(sqlite),
            Engine::Postgres { .. } => Err(StoreError::NoFiles(doing)),
        }
    }
}
