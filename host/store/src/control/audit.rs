//! The audit log: who did what to what. Entries are added and never changed.

use domain::{Instant, WorkspaceId};
use serde_json::Value;

use crate::row::Row;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// Who: the operator, a token's id, or the host itself.
    pub actor: String,
    /// What was done: `plugin.install`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In which workspace, where it was in one.
    pub workspace: Option<WorkspaceId>,
    /// What else is to be known. Never a secret.
    pub detail: Value,
}

sql::statements! {
    APPEND = "INSERT INTO audit (at, actor, action, subject, workspace_id, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT number, at, actor, action, subject, workspace_id, detail FROM audit
        WHERE number < $1 AND (workspace_id = $2 OR $2 IS NULL) ORDER BY number DESC LIMIT $3";
}

/// Adds an entry, in the transaction of what it tells of.
///
/// # Errors
/// When the database cannot be written.
pub async fn append(tx: &mut SystemTx, entry: &Entry) -> Result<(), StoreError> {
    let Entry { at, actor, action, subject, workspace, detail } = entry;
    sql::query(&APPEND)
        .bind(at.as_micros())
        .bind(actor.clone())
        .bind(action.clone())
        .bind(subject.clone())
        .bind(*workspace)
        .bind(detail.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Entries with their numbers, the newest first: of one workspace or of all, and older than the entry `before`.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    tx: &mut SystemRead,
    workspace: Option<WorkspaceId>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, Entry)>, StoreError> {
    let rows =
        sql::query(&LIST).bind(before.unwrap_or(i64::MAX)).bind(workspace).bind(limit).fetch_all(tx.conn()).await?;
    let read = |row| {
        let row: &Row = row;
        Ok((
            row.cell("number")?,
            Entry {
                at: row.instant("at")?,
                actor: row.cell("actor")?,
                action: row.cell("action")?,
                subject: row.cell("subject")?,
                workspace: row.opt_id("workspace_id")?,
                detail: row.json("detail")?,
            },
        ))
    };
    rows.iter().map(read).collect()
}
