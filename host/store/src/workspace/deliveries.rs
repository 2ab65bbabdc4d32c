//! Deliveries: when a merged pull request was first in production.
//!
//! That is the end of the first successful production deployment that *contains* the merge commit, which is a question to
//! the graph of commits of one repository in one connection. Walking it anew for each question would cost the history.
//! So each commit that is contained in a release (a deployment that is, or may be, a successful one to production) is
//! marked with the end of the first such release, in `deployed`. A new release walks from its commit and stops at what an
//! earlier one contains; a commit that arrives late walks on from where the graph broke off. Marks only ever fall, and
//! depend on nothing but the records: not on the order in which they came. What cannot be had by a walk, because a release
//! was taken back or has changed, makes the repository's marks anew.
//!
//! Pages do not walk. They note what has come (`note`), and the next roll-up settles it ([`settle`]) before it computes:
//! however many pages a first sync has, and in whatever order, the history is walked once for all that have come by then.
//!
//! Three rules:
//!
//! - Where the source does not say whether a deployment went to production, what it contains before any that surely did is
//!   unknown.
//! - Where a release reaches a commit that has not arrived, it may contain everything, and so what is later known to be
//!   deployed may have been deployed by it. Only what ended before the merge is excepted: nothing contains what does not
//!   exist yet, hence neither does anything that it reaches.
//! - Commits whose records the source has deleted still hold the graph together: a commit's parents are part of its name.

mod answers;
mod graph;
mod note;

pub(crate) use note::note;

use domain::ConnectionId;

use super::records::marks;
use crate::row::Row;
#[cfg(test)]
use crate::sql::Statement;
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql, version};

sql::statements! {
    NEXT = "SELECT connection_id, repository FROM @unsettled LIMIT 1";
    CLEAR = "DELETE FROM unsettled WHERE {mine} AND connection_id = $1 AND repository = $2";
}

/// Every statement of this module and those below it.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static &'static Statement> {
    [STATEMENTS, answers::STATEMENTS, graph::STATEMENTS, note::STATEMENTS].into_iter().flatten()
}

/// A repository of a connection.
#[derive(Debug, Clone)]
struct Place {
    connection: ConnectionId,
    repository: String,
}

impl Place {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { connection: row.id("connection_id")?, repository: row.cell("repository")? })
    }
}

/// Whether something has come that [`settle`] has to look at.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_unsettled(tx: &mut WorkspaceRead) -> Result<bool, StoreError> {
    Ok(sql::query(&NEXT).fetch_optional(tx.conn()).await?.is_some())
}

/// Settles one repository: marks what its new releases contain, and makes the days dirty on which pull requests were
/// merged of which it is now known otherwise when they were in production. `false` where nothing was left to do.
///
/// # Errors
/// When the database cannot be written.
pub async fn settle(tx: &mut WorkspaceTx) -> Result<bool, StoreError> {
    let Some(row) = sql::query(&NEXT).fetch_optional(tx.conn()).await? else { return Ok(false) };
    let place = Place::read(&row)?;
    let reach = graph::update(tx, &place).await?;
    let moved = answers::of(tx, &place, &reach).await?;
    if !moved.is_empty() {
        let version = version::raise(tx).await?;
        marks::mark_merges(tx, place.connection, &moved, version).await?;
    }
    sql::query(&CLEAR).bind(place.connection).bind(place.repository).execute(tx.conn()).await?;
    Ok(true)
}

#[cfg(test)]
mod tests;
