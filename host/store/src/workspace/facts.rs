//! Facts: what metrics are computed from, read by day. A call takes a constant number of statements, each of which
//! finds its rows by an index on their instants, so that it costs what the range holds and not what the table holds.
//!
//! What the source has deleted is no fact. The class of an account is what its person record says, deleted or not; an
//! account that has none is a human's, unless its name ends with `[bot]`, or the commit's address says so.

pub(crate) mod commits;
pub(crate) mod delivery;
pub(crate) mod pull_requests;
pub(crate) mod reviews;
pub(crate) mod work_items;

use domain::ConnectionId;
use domain::fact::{Actor, Key};

pub use commits::commits;
pub use delivery::{deployments, workflow_runs};
pub use pull_requests::pull_requests;
pub use reviews::reviews;
pub use work_items::work_items;

use crate::StoreError;
use crate::row::Row;

/// Whether an address in a commit is a bot's. Word for word the condition of the index `commits_by_bot_address`.
macro_rules! bot_address {
    ($address:literal) => {
        concat!($address, " {like} '%[bot]@%'")
    };
}
pub(crate) use bot_address;

/// The class of an account: `p` is the person, where there is one. Commits have an address beside the account.
macro_rules! class {
    ($account:literal) => {
        concat!("COALESCE(p.kind, CASE WHEN ", $account, " {like} '%[bot]' THEN 'bot' ELSE 'human' END)")
    };
    ($account:literal, $address:literal) => {
        concat!(
            "COALESCE(p.kind, CASE WHEN ",
            $account,
            " {like} '%[bot]' OR ",
            crate::facts::bot_address!($address),
            " THEN 'bot' ELSE 'human' END)"
        )
    };
}
pub(crate) use class;

fn connection(row: &Row) -> Result<String, StoreError> {
    Ok(row.id::<ConnectionId>("connection_id")?.to_string())
}

/// A key of the row's connection, where the column has an id.
fn key(row: &Row, column: &str) -> Result<Option<Key>, StoreError> {
    let id: Option<String> = row.cell(column)?;
    id.map(|id| Ok(Key { connection: connection(row)?, id })).transpose()
}

/// The actor of the columns `author` and `author_class`.
fn author(row: &Row) -> Result<Option<Actor>, StoreError> {
    let key = key(row, "author")?;
    key.map(|key| Ok(Actor { key, class: row.word("author_class")? })).transpose()
}

#[cfg(test)]
mod tests;
