//! One SQLite file: one writer, a few readers, and the settings that all of them share.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Sqlite, Transaction};

use super::migrate::Migrations;
use crate::StoreError;
use crate::store::ACQUIRE_TIMEOUT;

/// A write-ahead log of older versions can be corrupted when two connections checkpoint at once.
const OLDEST_ENGINE: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);
const READERS: u32 = 3;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

const ENGINE_VERSION: &str = "SELECT sqlite_version()";
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(crate) const BEGIN_READ: &str = "BEGIN DEFERRED";
const TRUNCATE_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// When what is committed is on the disk, whatever becomes of the machine's power.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Commits {
    /// Before the commit returns.
    AtOnce,
    /// With the next checkpoint. A power cut takes the last ones, and each of them whole.
    Soon,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Database {
    /// Opens a file, makes it where it is missing, and brings its schema up to date.
    pub(crate) async fn open(path: PathBuf, migrations: &Migrations, commits: Commits) -> Result<Self, StoreError> {
        create_private_file(&path)?;
        let unusable = |source| StoreError::Open { path: path.clone(), source };
        let writer = pool(1).connect_with(options(&path, commits)).await.map_err(unusable)?;
        let ready = async {
            refuse_old_engine(&writer).await?;
            migrations.apply(&writer, &path).await
        };
        ready.await.map_err(|error| match error {
            StoreError::Database(source) => unusable(source),
            named => named,
        })?;
        let readers = pool(READERS).connect_lazy_with(options(&path, commits).pragma("query_only", "ON"));
        Ok(Self { writer, readers })
    }

    /// The one transaction that writes. Others wait for their turn before they begin, not when they commit.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with(BEGIN_WRITE).await
    }

    /// A transaction that sees one state of the file, and cannot write.
    pub(crate) async fn read(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.readers.begin_with(BEGIN_READ).await
    }

    /// Folds the write-ahead log into the file and empties it, so that what was deleted is nowhere any more; whether no
    /// reader was in the way.
    pub(crate) async fn truncate_log(&self) -> Result<bool, sqlx::Error> {
        let busy: i64 = sqlx::query_scalar(TRUNCATE_LOG).fetch_one(&self.writer).await?;
        Ok(busy == 0)
    }

    /// Closes all connections; the last one folds the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .test_before_acquire(false)
        // Where the disk is full or fails, the engine ends a transaction by itself. The driver goes on to count it, and lets
        // none begin on that connection any more: another takes its place.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
}

pub(crate) fn options(path: &Path, commits: Commits) -> SqliteConnectOptions {
    let synchronous = match commits {
        Commits::AtOnce => SqliteSynchronous::Full,
        Commits::Soon => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(256)
        .thread_name(|number| format!("sqlite-{number}"))
}

async fn refuse_old_engine(pool: &SqlitePool) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar(ENGINE_VERSION).fetch_one(pool).await?;
    let (needed, oldest) = OLDEST_ENGINE;
    if engine_number(&found) >= oldest { Ok(()) } else { Err(StoreError::EngineTooOld { found, needed }) }
}

fn engine_number(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

/// Makes a folder that its owner alone can enter.
pub(crate) fn create_private_dir(path: &Path) -> Result<(), StoreError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| StoreError::Path { path: path.to_owned(), source })
}

/// Makes the file before SQLite does, so that it, its log and its index are its owner's alone.
pub(crate) fn create_private_file(path: &Path) -> Result<(), StoreError> {
    let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    made.map(drop).map_err(|source| StoreError::Path { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_compared_by_number_and_not_by_text() {
        assert!(engine_number("3.51.3") >= OLDEST_ENGINE.1);
        assert!(engine_number("3.100.0") >= OLDEST_ENGINE.1);
        assert!(engine_number("3.51.2") < OLDEST_ENGINE.1);
        assert!(engine_number("3.9.9") < OLDEST_ENGINE.1);
    }
}
