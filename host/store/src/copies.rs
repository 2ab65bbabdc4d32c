//! Copies of a store's files, made while hosts write, and looked at without writing.
//!
//! A copy is one state of its file: SQLite makes it in one reading transaction, without what was deleted. The rule between
//! files: workspaces first, the control database last, so that whatever a workspace's file names (a connection, a release,
//! the number of a lease) is in the control database of the same backup.

use std::path::{Path, PathBuf};

use domain::WorkspaceId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::sql::Conn;
use crate::sqlite::database::{BEGIN_READ, Commits, create_private_file, options};
use crate::sqlite::migrate::FIND;
use crate::sqlite::{Migrations, layout};
use crate::{StoreError, SystemRead, control, workspace};

const COPY: &str = "VACUUM INTO $1";
const COUNT_TABLES: &str = "SELECT COUNT(*) FROM sqlite_schema";
const CHECK: &str = "PRAGMA integrity_check(5)";
const CHECK_REFERENCES: &str = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check";

/// Which of a store's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The control database.
    Control,
    /// The file of this workspace.
    Workspace(WorkspaceId),
}

impl File {
    /// Where it lies below a store's directory.
    #[must_use]
    pub fn path(self, dir: &Path) -> PathBuf {
        match self {
            Self::Control => layout::control(dir),
            Self::Workspace(id) => layout::workspace(&layout::workspaces(dir), id),
        }
    }

    /// The newest schema that this version knows.
    #[must_use]
    pub fn newest_schema(self) -> i64 {
        self.migrations().newest()
    }

    fn migrations(self) -> &'static Migrations {
        match self {
            Self::Control => &control::MIGRATIONS,
            Self::Workspace(_) => &workspace::MIGRATIONS,
        }
    }

    /// Copies it as it is now from one store's directory to the same place below another; whether it is there at all. A
    /// workspace that was never used has none.
    ///
    /// # Errors
    /// When it cannot be read, or the copy cannot be written.
    pub async fn copy(self, from: &Path, to: &Path) -> Result<bool, StoreError> {
        let (from, to) = (self.path(from), self.path(to));
        if !from.exists() {
            return Ok(false);
        }
        let unusable = |source| StoreError::Open { path: from.clone(), source };
        let mut connection =
            options(&from, Commits::Soon).create_if_missing(false).connect().await.map_err(unusable)?;
        let tables: i64 = sqlx::query_scalar(COUNT_TABLES).fetch_one(&mut connection).await?;
        if tables == 0 {
            // Somebody opens it for the first time right now: its schema comes in one transaction, and has not yet.
            return Ok(false);
        }
        // Made before SQLite does, so that it is its owner's alone from the first byte.
        create_private_file(&to)?;
        let into = to.display().to_string();
        sqlx::query(COPY).bind(into).execute(&mut connection).await?;
        connection.close().await?;
        Ok(true)
    }

    /// Checks the file below this directory to its last page, and tells its schema. Nothing is written, not even beside it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::NewerSchema`], or when it cannot be read.
    pub async fn check(self, dir: &Path) -> Result<i64, StoreError> {
        let path = self.path(dir);
        let unusable = |source| StoreError::Open { path: path.clone(), source };
        let mut connection = untouched(&path).connect().await.map_err(unusable)?;
        let schema = look(&mut connection, &path).await.map_err(|error| match error {
            StoreError::Database(source) => StoreError::Open { path: path.clone(), source },
            other => other,
        })?;
        let known = self.newest_schema();
        if schema > known { Err(StoreError::NewerSchema { path, found: schema, known }) } else { Ok(schema) }
    }
}

async fn look(connection: &mut SqliteConnection, path: &Path) -> Result<i64, StoreError> {
    let damaged = |problem: String| StoreError::Damaged { path: path.to_owned(), problem };
    let found: Vec<String> = sqlx::query_scalar(CHECK).fetch_all(&mut *connection).await?;
    if found != ["ok"] {
        return Err(damaged(found.join("; ")));
    }
    let broken: Vec<String> = sqlx::query_scalar(CHECK_REFERENCES).fetch_all(&mut *connection).await?;
    if !broken.is_empty() {
        return Err(damaged(format!("rows of {} name rows that are not there", broken.join(", "))));
    }
    Ok(sqlx::query_scalar(FIND).fetch_one(connection).await?)
}

/// Reads the control database below a directory that nobody writes to, without writing anything there.
///
/// # Errors
/// What the closure returns, or when it cannot be read.
pub async fn read_control<T>(
    dir: &Path,
    run: impl AsyncFnOnce(&mut SystemRead) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let path = layout::control(dir);
    let unusable = |source| StoreError::Open { path: path.clone(), source };
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(untouched(&path)).await.map_err(unusable)?;
    let value = run(&mut SystemRead::new(Conn::Sqlite(pool.begin_with(BEGIN_READ).await?)))
        .await
        .map_err(|error| error.during("read a copy"));
    pool.close().await;
    value
}

/// A file that is taken as it is: no log is looked for, none is made.
fn untouched(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(false).read_only(true).immutable(true)
}

#[cfg(test)]
mod tests;
