//! The store: an engine, and the named closures in which its transactions live.

mod erase;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Clock};

use domain::{RecordKind, WorkspaceId};
use tokio::time::timeout;
use turns::{Places, Turns, Weights};

use crate::postgres::{self, Postgres};
use crate::scope::{SystemRead, SystemTx, WorkspaceRead, WorkspaceTx};
use crate::sql::Conn;
use crate::sqlite::{self, Sqlite};
use crate::{StoreError, counts, workspaces};

/// How long a transaction may wait to begin.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);
/// Workspaces that write at the same time. A few, so that a disk has something to put in order, and one of them may wait
/// for its records rather than for the disk.
const WRITING: Places = Places { total: 4, per_class: 4, per_workspace: 1, kept_one_in: 0 };

/// All that a host keeps. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    /// Whose turn it is to write. A workspace writes alone in its own rows, but all write to one disk.
    writing: Turns<()>,
    weights: Weights,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres {
        database: Postgres,
        /// The workspaces that are known to have the rows that every one has.
        filled: Mutex<HashSet<WorkspaceId>>,
    },
}

impl Store {
    /// Opens the store in a directory, and makes what is missing: `control.db` and the folder `workspaces`.
    ///
    /// # Errors
    /// When the directory cannot be used, or a file has a newer schema than this version knows.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self::with(Engine::Sqlite(Sqlite::open(dir).await?)))
    }

    /// Opens the store in a PostgreSQL database, which `migrate` has prepared.
    ///
    /// # Errors
    /// When it cannot be reached, its schema is not one that this version runs on, or the role of the address could set
    /// row-level security aside.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let database = Postgres::open(url).await?;
        Ok(Self::with(Engine::Postgres { database, filled: Mutex::default() }))
    }

    /// Brings the schema of a PostgreSQL database up to date as its owner, and lets `role` use it: from which number to
    /// which. Hosts that run go on.
    ///
    /// # Errors
    /// When it cannot be reached, its schema is newer than this version, or there is no such role.
    pub async fn migrate(owner_url: &str, role: &str) -> Result<(i64, i64), StoreError> {
        postgres::migrate(owner_url, role).await.map_err(|error| error.during("bring the schema up to date"))
    }

    fn with(engine: Engine) -> Self {
        let weights = Weights::default();
        let writing = Turns::new(WRITING, weights.clone());
        Self(Arc::new(Inner { engine, writing, weights }))
    }

    /// How much of everything that is shared each workspace has, this store's writes among it. Whoever opens the store
    /// fills them in.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.0.weights
    }

    /// Whether other hosts work on the same rows.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.0.engine, Engine::Postgres { .. })
    }

    /// Closes all connections in order. Transactions that are under way end first.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres { database, filled: _ } => database.close().await,
        }
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
        self.on_control(purpose, true, run).await
    }

    /// Runs a closure on leases alone, as [`Store::system`] does on all of the control tables. Where hosts share a
    /// database they do not wait for each other here, so each of the closure's statements has to be whole in itself, as
    /// those of `connections::leases` are.
    ///
    /// # Errors
    /// As for [`Store::system`].
    pub async fn leases<T>(
        &self,
        purpose: &'static str,
        run: impl AsyncFnOnce(&mut SystemTx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.on_control(purpose, false, run).await
    }

    async fn on_control<T>(
        &self,
        purpose: &'static str,
        locked: bool,
        run: impl AsyncFnOnce(&mut SystemTx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let clock = Clock::now();
        let begun = match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.write_control().await,
            Engine::Postgres { database, filled: _ } => database.write_control(locked).await,
        };
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
        let begun = match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.read_control().await,
            Engine::Postgres { database, filled: _ } => database.read_control().await,
        };
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
        let rows = self.rows(id).await?;
        let turn = timeout(ACQUIRE_TIMEOUT, self.0.writing.take(id, ())).await;
        let _turn = turn.map_err(|_| StoreError::Transaction { purpose, source: sqlx::Error::PoolTimedOut })?;
        let begun = rows.write().await;
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
        let begun = self.rows(id).await?.read().await;
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

    /// Where a workspace's rows are. Only a workspace of the control tables has any, so that a wrong id leaves none behind.
    async fn rows(&self, id: WorkspaceId) -> Result<Rows<'_>, StoreError> {
        let exists =
            async || self.system_read("find the workspace", async |tx| workspaces::get(tx, id).await).await.map(drop);
        match &self.0.engine {
            Engine::Sqlite(sqlite) => Ok(Rows::File(sqlite.file(id, exists).await?)),
            Engine::Postgres { database, filled } => {
                let is_filled = || filled.lock().unwrap_or_else(PoisonError::into_inner);
                if !is_filled().contains(&id) {
                    exists().await?;
                    database.fill(id).await?;
                    is_filled().insert(id);
                }
                Ok(Rows::Shared(database, id))
            }
        }
    }
}

/// Where the rows of one workspace are.
enum Rows<'a> {
    File(sqlite::File),
    Shared(&'a Postgres, WorkspaceId),
}

impl Rows<'_> {
    async fn write(&self) -> Result<Conn, sqlx::Error> {
        match self {
            Self::File(file) => file.write().await,
            Self::Shared(database, id) => database.write(*id).await,
        }
    }

    async fn read(&self) -> Result<Conn, sqlx::Error> {
        match self {
            Self::File(file) => file.read().await,
            Self::Shared(database, id) => database.read(*id).await,
        }
    }
}

fn trace(purpose: &'static str, clock: Clock) {
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::trace!(purpose, duration_ms, "store.transaction.end");
}

#[cfg(test)]
mod tests;
