//! Days whose roll-ups have to be computed again.
//!
//! A mark carries the data version that made it. A roll-up takes marks, reads facts, and in one transaction writes its
//! buckets and clears the marks *at the versions it took*: a page that came meanwhile has raised the version of its
//! marks, and they stay. Another roll-up that came meanwhile is found by the epoch (`rollups`).

use domain::rollup::Family;
use serde::Serialize;

use crate::row::{Row, json};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

/// One day of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Mark {
    /// The family of metrics.
    pub family: Family,
    /// The day in UTC, counted from 1970. Days of other zones that overlap it are dirty too.
    pub day: i32,
    /// The data version that marked it last.
    pub version: i64,
}

sql::statements! {
    TAKE = "SELECT family, day, version FROM @dirty ORDER BY day DESC, family LIMIT $1";
    CLEAR = "DELETE FROM dirty WHERE {mine} AND (family, day, version) IN (
        SELECT j.value->>'family', {int j.value->>'day'}, {int j.value->>'version'} FROM {rows $1 AS j})";
}

/// Up to `limit` marks, the latest days first. They stay until they are cleared.
///
/// # Errors
/// When the database cannot be read.
pub async fn take(tx: &mut WorkspaceRead, limit: u32) -> Result<Vec<Mark>, StoreError> {
    let rows = sql::query(&TAKE).bind(limit).fetch_all(tx.conn()).await?;
    let read =
        |row: &Row| Ok(Mark { family: row.word("family")?, day: row.cell("day")?, version: row.cell("version")? });
    rows.iter().map(read).collect()
}

/// Clears the marks that were taken, but for those that were made again since. Belongs into the transaction that
/// writes the buckets.
///
/// # Errors
/// When the database cannot be written.
pub async fn clear(tx: &mut WorkspaceTx, marks: &[Mark]) -> Result<(), StoreError> {
    sql::query(&CLEAR).bind(json(&marks)?).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
