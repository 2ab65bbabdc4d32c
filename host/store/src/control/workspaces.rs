//! Workspaces: the tenants. Each has a data file of its own, made when it is first used.

use domain::{Instant, WorkspaceId};

use crate::row::Row;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The name shown, unique in the instance.
    pub name: String,
    /// An IANA time zone name; its days are the days of every metric.
    pub time_zone: String,
    /// When it was made.
    pub created_at: Instant,
}

sql::statements! {
    CREATE = "INSERT INTO workspaces (id, name, time_zone, created_at) VALUES ($1, $2, $3, $4)";
    FIND = "SELECT id, name, time_zone, created_at FROM workspaces WHERE id = $1";
    FIND_BY_NAME = "SELECT id, name, time_zone, created_at FROM workspaces WHERE name = $1";
    LIST = "SELECT id, name, time_zone, created_at FROM workspaces ORDER BY id";
}

/// Writes a new workspace.
///
/// # Errors
/// [`StoreError::Exists`] when the name is taken.
pub async fn create(tx: &mut SystemTx, workspace: &Workspace) -> Result<(), StoreError> {
    let Workspace { id, name, time_zone, created_at } = workspace;
    sql::query(&CREATE)
        .bind(id)
        .bind(name.clone())
        .bind(time_zone.clone())
        .bind(created_at.as_micros())
        .execute(tx.conn())
        .await
        .map_err(StoreError::exists("workspace", name))?;
    Ok(())
}

/// The workspace of this id, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut SystemRead, id: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
    let row = sql::query(&FIND).bind(id).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// The workspace of this id.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub async fn get(tx: &mut SystemRead, id: WorkspaceId) -> Result<Workspace, StoreError> {
    find(tx, id).await?.ok_or_else(|| StoreError::missing("workspace", &id))
}

/// The workspace of this name, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_by_name(tx: &mut SystemRead, name: &str) -> Result<Option<Workspace>, StoreError> {
    let row = sql::query(&FIND_BY_NAME).bind(name.to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// All workspaces, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead) -> Result<Vec<Workspace>, StoreError> {
    sql::query(&LIST).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Workspace, StoreError> {
    Ok(Workspace {
        id: row.id("id")?,
        name: row.cell("name")?,
        time_zone: row.cell("time_zone")?,
        created_at: row.instant("created_at")?,
    })
}
