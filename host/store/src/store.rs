//! The store: a directory, and the named closures in which its transactions live.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant as Clock;

use domain::{RecordKind, WorkspaceId};
use tokio::time::timeout;
use turns::{Places, Turns, Weights};

use crate::database::{ACQUIRE_TIMEOUT, Database, create_private_dir};
use crate::files::Files;
use crate::scope::{SystemRead, SystemTx, WorkspaceRead, WorkspaceTx};
use crate::{StoreError, control, counts, workspaces};

/// Workspaces that write at the same time. A few, so that a disk has something to put in order, and one of them may wait
/// for its records rather than for the disk.
const WRITING: Places = Places { total: 4, per_class: 4, per_workspace: 1, kept_one_in: 0 };

/// All that a host keeps. Clones share the same files.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    control: Database,
    files: Files,
    /// Whose turn it is to write. A workspace writes alone in its own file, but all write to one disk.
    writing: Turns<()>,
    weights: Weights,
}

impl Store {
    /// Opens the store in a directory, and makes what is missing: `control.db` and the folder `workspaces`.
    ///
    /// # Errors
    /// When the directory cannot be used, or a file has a newer schema than this version knows.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let files = Files::new(dir.join("workspaces"));
        create_private_dir(dir)?;
        create_private_dir(files.folder())?;
        let control = Database::open(dir.join("control.db"), &control::MIGRATIONS).await?;
        let weights = Weights::default();
        let writing = Turns::new(WRITING, weights.clone());
        Ok(Self(Arc::new(Inner { control, files, writing, weights })))
    }

    /// How much of everything that is shared each workspace has, this store's writes among it. Whoever opens the store
    /// fills them in.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.0.weights
    }

    /// Closes all files in order. Transactions that are under way end first.
    pub async fn close(&self) {
        self.0.files.close().await;
        self.0.control.close().await;
    }

    /// Runs a closure in a transaction on the control tables. It commits when the closure returns `Ok`, and leaves no
    /// trace otherwise. `purpose` completes the sentence "the transaction to …".
    ///
    /// # Errors
    /// What the closure returns, or why the transaction could not begin or commit.
    pub async fn system<T>(
        &self,
        purpose: &'static str,
        run: impl AsyncFnOnce(&mut SystemTx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let clock = Clock::now();
        let begun = self.0.control.write().await;
        let mut tx = SystemTx::new(begun.map_err(|source| StoreError::Transaction { purpose, source })?);
        let value = run(&mut tx).await.map_err(|error| error.during(purpose))?;
        tx.commit().await.map_err(|source| StoreError::Transaction { purpose, source })?;
        trace(purpose, clock);
        Ok(value)
    }

    /// Runs a closure on one state of the control tables.
    ///
    /// # Errors
    /// What the closure returns, or why the transaction could not begin.
    pub async fn system_read<T>(
        &self,
        purpose: &'static str,
        run: impl AsyncFnOnce(&mut SystemRead) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let clock = Clock::now();
        let begun = self.0.control.read().await;
        let mut tx = SystemRead::new(begun.map_err(|source| StoreError::Transaction { purpose, source })?);
        let value = run(&mut tx).await.map_err(|error| error.during(purpose))?;
        trace(purpose, clock);
        Ok(value)
    }

    /// Runs a closure in a transaction on the rows of one workspace, as [`Store::system`] does on the control tables.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a workspace that was not created; else as for [`Store::system`].
    pub async fn workspace<T>(
        &self,
        id: WorkspaceId,
        purpose: &'static str,
        run: impl AsyncFnOnce(&mut WorkspaceTx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let clock = Clock::now();
        let slot = self.0.files.slot(id);
        let file = slot.get_or_try_init(|| self.open_file(id)).await?;
        let turn = timeout(ACQUIRE_TIMEOUT, self.0.writing.take(id, ())).await;
        let _turn = turn.map_err(|_| StoreError::Transaction { purpose, source: sqlx::Error::PoolTimedOut })?;
        let begun = file.write().await;
        let mut tx = WorkspaceTx::new(id, begun.map_err(|source| StoreError::Transaction { purpose, source })?);
        let value = run(&mut tx).await.map_err(|error| error.during(purpose))?;
        tx.commit().await.map_err(|source| StoreError::Transaction { purpose, source })?;
        trace(purpose, clock);
        Ok(value)
    }

    /// Runs a closure on one state of a workspace's rows.
    ///
    /// # Errors
    /// As for [`Store::workspace`].
    pub async fn workspace_read<T>(
        &self,
        id: WorkspaceId,
        purpose: &'static str,
        run: impl AsyncFnOnce(&mut WorkspaceRead) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let clock = Clock::now();
        let slot = self.0.files.slot(id);
        let begun = slot.get_or_try_init(|| self.open_file(id)).await?.read().await;
        let mut tx = WorkspaceRead::new(id, begun.map_err(|source| StoreError::Transaction { purpose, source })?);
        let value = run(&mut tx).await.map_err(|error| error.during(purpose))?;
        trace(purpose, clock);
        Ok(value)
    }

    /// How many records of each kind a workspace has.
    ///
    /// # Errors
    /// As for [`Store::workspace`].
    pub async fn counts(&self, id: WorkspaceId) -> Result<Vec<(RecordKind, u64)>, StoreError> {
        self.workspace_read(id, "count the records", async |tx| counts::of_records(tx).await).await
    }

    /// Only a workspace of the control database has a file, so that a wrong id leaves none behind.
    async fn open_file(&self, id: WorkspaceId) -> Result<Database, StoreError> {
        self.system_read("find the workspace of a file", async |tx| workspaces::get(tx, id).await).await?;
        self.0.files.open(id).await
    }
}

fn trace(purpose: &'static str, clock: Clock) {
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::trace!(purpose, duration_ms, "store.transaction.end");
}

#[cfg(test)]
mod tests;
