//! Commits, by the instant they were written.

use domain::Instant;
use domain::fact::{CommitFact, Key};

use super::{author, class, connection};
use crate::row::Row;
use crate::{StoreError, WorkspaceRead, sql};

sql::statements! {
    /// Who has no account is known by the address in the commit.
    COMMITS = concat!(
        "SELECT c.connection_id, c.repository, c.authored_at, c.additions, c.deletions,
            {length c.parents} > 1 AS merge,
            COALESCE(c.author_account, 'email:' || NULLIF(lower(c.author_email), '')) AS author,
            ", class!("COALESCE(c.author_account, c.author_name)", "c.author_email"), " AS author_class
        FROM @commits AS c
        LEFT JOIN @people AS p ON p.connection_id = c.connection_id AND p.id = c.author_account
        WHERE c.authored_at >= $1 AND c.authored_at < $2 AND c.deleted_at IS NULL
        ORDER BY c.authored_at, c.connection_id, c.id");
}

/// The commits that were written from `from` until before `to`, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn commits(tx: &mut WorkspaceRead, from: Instant, to: Instant) -> Result<Vec<CommitFact>, StoreError> {
    let query = sql::query(&COMMITS).bind(from.as_micros()).bind(to.as_micros());
    query.fetch_all(tx.conn()).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<CommitFact, StoreError> {
    Ok(CommitFact {
        repository: Key { connection: connection(row)?, id: row.cell("repository")? },
        author: author(row)?,
        authored_at: row.instant("authored_at")?,
        merge: row.cell("merge")?,
        additions: row.opt_u32("additions")?,
        deletions: row.opt_u32("deletions")?,
    })
}
