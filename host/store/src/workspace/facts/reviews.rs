//! Reviews, by the instant they were submitted, whether or not their pull request has arrived.

use domain::Instant;
use domain::fact::{Key, ReviewFact};

use super::{author, class, connection, key};
use crate::row::Row;
use crate::{StoreError, WorkspaceRead, sql};

sql::statements! {
    REVIEWS = concat!(
        "SELECT v.connection_id, v.pull_request, q.repository, v.author, ", class!("v.author"), " AS author_class,
            q.author AS pull_request_author, v.state = 'approved' AS approves, v.submitted_at
        FROM @reviews AS v
        LEFT JOIN @pull_requests AS q ON q.connection_id = v.connection_id AND q.id = v.pull_request
        LEFT JOIN @people AS p ON p.connection_id = v.connection_id AND p.id = v.author
        WHERE v.submitted_at >= $1 AND v.submitted_at < $2 AND v.deleted_at IS NULL AND q.deleted_at IS NULL
        ORDER BY v.submitted_at, v.connection_id, v.id");
}

/// The reviews that were submitted from `from` until before `to`, in order. Those of a deleted pull request are gone
/// with it; those that were dismissed since are there, and do not approve.
///
/// # Errors
/// When the database cannot be read.
pub async fn reviews(tx: &mut WorkspaceRead, from: Instant, to: Instant) -> Result<Vec<ReviewFact>, StoreError> {
    let query = sql::query(&REVIEWS).bind(from.as_micros()).bind(to.as_micros());
    query.fetch_all(tx.conn()).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ReviewFact, StoreError> {
    Ok(ReviewFact {
        pull_request: Key { connection: connection(row)?, id: row.cell("pull_request")? },
        repository: key(row, "repository")?,
        author: author(row)?,
        pull_request_author: key(row, "pull_request_author")?,
        approves: row.cell("approves")?,
        at: row.instant("submitted_at")?,
    })
}
