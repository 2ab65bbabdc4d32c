//! Work items, by the instants they were opened and closed.

use std::collections::HashMap;

use domain::Instant;
use domain::fact::{Actor, Key, WorkItemFact};

use super::{author, class, connection, key};
use crate::row::Row;
use crate::{StoreError, WorkspaceRead, sql};

/// The work items of a range; each of the two instants has an index of its own.
macro_rules! in_range {
    ($statement:expr) => {
        concat!(
            "WITH hit AS MATERIALIZED (
                SELECT q.connection_id, q.id FROM @work_items AS q
                    WHERE q.created_at >= $1 AND q.created_at < $2 AND q.deleted_at IS NULL
                UNION SELECT q.connection_id, q.id FROM @work_items AS q
                    WHERE q.closed_at >= $1 AND q.closed_at < $2 AND q.deleted_at IS NULL) ",
            $statement
        )
    };
}

sql::statements! {
    WORK_ITEMS = in_range!(concat!(
        "SELECT w.connection_id, w.id, w.project, w.author, ", class!("w.author"), " AS author_class,
            w.created_at, w.closed_at, w.state = 'dropped' AS dropped
        FROM hit {then}JOIN @work_items AS w ON w.connection_id = hit.connection_id AND w.id = hit.id
        LEFT JOIN @people AS p ON p.connection_id = w.connection_id AND p.id = w.author
        ORDER BY w.created_at, w.connection_id, w.id"));
    ASSIGNEES = in_range!(concat!(
        "SELECT w.connection_id, w.id, a.value AS author, ", class!("a.value"), " AS author_class
        FROM hit {then}JOIN @work_items AS w ON w.connection_id = hit.connection_id AND w.id = hit.id
        CROSS JOIN {each w.assignees AS a}
        LEFT JOIN @people AS p ON p.connection_id = w.connection_id AND p.id = a.value
        ORDER BY w.connection_id, w.id, a.key"));
}

/// The work items of which at least one of the two instants, opened and closed, lies from `from` until before `to`; in
/// the order in which they were opened.
///
/// # Errors
/// When the database cannot be read.
pub async fn work_items(tx: &mut WorkspaceRead, from: Instant, to: Instant) -> Result<Vec<WorkItemFact>, StoreError> {
    let assignees = sql::query(&ASSIGNEES).bind(from.as_micros()).bind(to.as_micros()).fetch_all(tx.conn()).await?;
    let mut workers: HashMap<Key, Vec<Actor>> = HashMap::new();
    for row in &assignees {
        workers.entry(itself(row)?).or_default().extend(author(row)?);
    }
    let items = sql::query(&WORK_ITEMS).bind(from.as_micros()).bind(to.as_micros()).fetch_all(tx.conn()).await?;
    items.iter().map(|row| read(row, workers.remove(&itself(row)?).unwrap_or_default())).collect()
}

fn itself(row: &Row) -> Result<Key, StoreError> {
    Ok(Key { connection: connection(row)?, id: row.cell("id")? })
}

fn read(row: &Row, assignees: Vec<Actor>) -> Result<WorkItemFact, StoreError> {
    Ok(WorkItemFact {
        project: key(row, "project")?,
        author: author(row)?,
        assignees,
        created_at: row.instant("created_at")?,
        closed_at: row.opt_instant("closed_at")?,
        dropped: row.cell("dropped")?,
    })
}
