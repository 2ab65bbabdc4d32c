//! PostgreSQL: one database for all hosts, in which every row of a workspace carries its id.
//!
//! Two walls stand between workspaces, and each holds alone. Statements are bound to the workspace of their transaction
//! (`sql::dialect`), and row-level security compares every row with a setting that lives as long as the transaction. The
//! role that a host comes in as owns nothing, so it can take neither wall down: [`role`] refuses any other.
//!
//! Transactions are READ COMMITTED, and those that write hold a lock: one for the control tables, one per workspace. So
//! a closure finds its rows as it finds them on SQLite, alone, whichever host it runs on. Leases are the exception: their
//! statements are each whole in themselves, and hosts take them side by side.

mod migrate;
mod role;

use std::time::Duration;

use domain::WorkspaceId;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Postgres as Engine, Transaction};
use tokio::time::timeout;
use uuid::Uuid;

use crate::StoreError;
use crate::sql::{Conn, Statement, query, statements};
use crate::store::ACQUIRE_TIMEOUT;
pub(crate) use migrate::migrate;
#[cfg(test)]
pub(crate) use migrate::texts;

/// Connections of one host.
const CONNECTIONS: u32 = 16;
const FIRST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may lie idle and be given out unasked: asking costs every transaction a round trip.
const TRUSTED_IDLE: Duration = Duration::from_millis(500);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// As a test prepares them with those of the workspaces.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static Statement> {
    STATEMENTS.iter().copied()
}

statements! {
    /// The lock goes by a number. Two workspaces of one number would wait for each other, and nothing else.
    ENTER_TO_WRITE = "SELECT set_config('weighbridge.workspace', $1, true), pg_advisory_xact_lock(hashtextextended($1, 0))";
    ENTER_TO_READ = "SELECT set_config('weighbridge.workspace', $1, true)";
    LOCK_CONTROL = "SELECT pg_advisory_xact_lock(hashtextextended('weighbridge.control', 0))";
    FILL = "INSERT INTO data_version ({scope}version) VALUES ({scoped}0) ON CONFLICT DO NOTHING";
    FILL_EPOCH = "INSERT INTO rollup_epoch ({scope}epoch) VALUES ({scoped}0) ON CONFLICT DO NOTHING";
}
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A database that hosts share.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Opens a database whose schema is there.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let pool = pool(url, CONNECTIONS).await?;
        migrate::check(&pool).await?;
        role::check(&pool).await?;
        Ok(Self { pool })
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction on the control tables. Without the lock each statement has to be whole in itself.
    pub(crate) async fn write_control(&self, locked: bool) -> Result<Conn, sqlx::Error> {
        let mut conn = self.begin(BEGIN, None).await?;
        if locked {
            query(&LOCK_CONTROL).execute(&mut conn).await?;
        }
        Ok(conn)
    }

    pub(crate) async fn read_control(&self) -> Result<Conn, sqlx::Error> {
        self.begin(BEGIN_READ, None).await
    }

    /// The one transaction of all hosts that writes rows of a workspace.
    pub(crate) async fn write(&self, workspace: WorkspaceId) -> Result<Conn, sqlx::Error> {
        self.enter(BEGIN, workspace, &ENTER_TO_WRITE).await
    }

    pub(crate) async fn read(&self, workspace: WorkspaceId) -> Result<Conn, sqlx::Error> {
        self.enter(BEGIN_READ, workspace, &ENTER_TO_READ).await
    }

    /// Makes the rows that every workspace has, as its file has them on SQLite.
    pub(crate) async fn fill(&self, workspace: WorkspaceId) -> Result<(), sqlx::Error> {
        let mut conn = self.write(workspace).await?;
        query(&FILL).execute(&mut conn).await?;
        query(&FILL_EPOCH).execute(&mut conn).await?;
        conn.commit().await
    }

    async fn enter(
        &self,
        begin: &'static str,
        workspace: WorkspaceId,
        enter: &'static Statement,
    ) -> Result<Conn, sqlx::Error> {
        let mut conn = self.begin(begin, Some(workspace)).await?;
        query(enter).bind(Uuid::from_bytes(*workspace.as_bytes()).to_string()).execute(&mut conn).await?;
        Ok(conn)
    }

    async fn begin(&self, begin: &'static str, scope: Option<WorkspaceId>) -> Result<Conn, sqlx::Error> {
        // In a task of its own, which goes on when this future is dropped: sqlx does not know of a transaction whose
        // beginning was broken off, and would give its connection to the next one with the transaction still open.
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(begin).await });
        let tx: Transaction<'static, Engine> = begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
        Ok(Conn::Postgres { tx, scope })
    }
}

/// Connections whose tables are this program's, whatever else the database holds.
async fn pool(url: &str, connections: u32) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|source| StoreError::Unreachable { source })?;
    let options = options
        .application_name("weighbridge")
        .options([("search_path", "weighbridge"), ("default_transaction_isolation", "read committed")])
        .statement_cache_capacity(512)
        // A statement that waits for a lock would count as slow.
        .disable_statement_logging();
    // A pool tries again until its patience ends; the first connection says at once what is wrong.
    let first = timeout(FIRST_TIMEOUT, PgConnection::connect_with(&options)).await;
    let first = first.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    first.map_err(|source| StoreError::Unreachable { source })?.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .test_before_acquire(false)
        // A server that restarts ends connections that lie here.
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for >= TRUSTED_IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options);
    pool.await.map_err(|source| StoreError::Unreachable { source })
}

#[cfg(test)]
mod alike;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod tests;
