//! Marks: where each release of a plugin stopped before a newer one went on.
//!
//! The rule: no release is ever handed a cursor or a state that a newer one wrote, for it cannot know how to read it. When
//! an older release runs again, it goes on from its own mark; what it then brings a second time is written over the same
//! records. A mark is taken with the first page of a newer release, in that page's transaction, so that there is nothing
//! for a rollback to put back, and nothing that it could forget. Releases are told apart by their signed sequence.

use std::collections::BTreeMap;

use domain::ConnectionId;

use super::streams::Stream;
use crate::row::{json, stored};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    FIND_CURSOR = "SELECT cursor FROM @marks WHERE connection_id = $1 AND name = $2 AND writer <= $3
        ORDER BY writer DESC LIMIT 1";
    HAS_OLDER = "SELECT EXISTS (SELECT 1 FROM @marks WHERE connection_id = $1 AND name = $2 AND writer < $3)";
    KEEP = "INSERT INTO marks ({scope}connection_id, name, writer, cursor) VALUES ({scoped}$1, $2, $3, $4)
        ON CONFLICT ({scope}connection_id, name, writer) DO UPDATE SET cursor = excluded.cursor";
    DROP_FROM = "DELETE FROM marks WHERE {mine} AND connection_id = $1 AND name = $2 AND writer >= $3";
    FIND_WRITER = "SELECT writer FROM @state_writers WHERE connection_id = $1";
    SET_WRITER = "INSERT INTO state_writers ({scope}connection_id, writer) VALUES ({scoped}$1, $2)
        ON CONFLICT ({scope}connection_id) DO UPDATE SET writer = excluded.writer";
    FIND_STATE = "SELECT entries FROM @state_marks WHERE connection_id = $1 AND writer <= $2
        ORDER BY writer DESC LIMIT 1";
    KEEP_STATE = "INSERT INTO state_marks ({scope}connection_id, writer, entries) VALUES ({scoped}$1, $2, $3)
        ON CONFLICT ({scope}connection_id, writer) DO UPDATE SET entries = excluded.entries";
    DROP_STATE_FROM = "DELETE FROM state_marks WHERE {mine} AND connection_id = $1 AND writer >= $2";
}

/// Where the newest release up to `sequence` stopped; none where none such has brought a page.
pub(crate) async fn cursor(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    stream: &str,
    sequence: u64,
) -> Result<Option<String>, StoreError> {
    let query = sql::scalar(&FIND_CURSOR).bind(connection).bind(stream.to_owned());
    let found: Option<Option<String>> = query.bind(stored(sequence)).fetch_optional(tx.conn()).await?;
    Ok(found.flatten())
}

/// Whether a release before `sequence` has brought pages of this stream.
pub(crate) async fn has_older(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    stream: &Stream,
    sequence: u64,
) -> Result<bool, StoreError> {
    if stream.advanced_at.is_some() && stream.writer < sequence {
        return Ok(true);
    }
    let query = sql::scalar(&HAS_OLDER).bind(connection).bind(stream.name.clone());
    Ok(query.bind(stored(sequence)).fetch_one(tx.conn()).await?)
}

/// The release of this sequence goes on with a stream that stands as given: what a release before it leaves is marked, and
/// what a later one left is void.
pub(crate) async fn take(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    stream: &Stream,
    sequence: u64,
) -> Result<(), StoreError> {
    let (id, name) = (connection, stream.name.clone());
    if sequence > stream.writer && stream.advanced_at.is_some() {
        let keep = sql::query(&KEEP).bind(id).bind(name).bind(stored(stream.writer)).bind(stream.cursor.clone());
        keep.execute(tx.conn()).await?;
    } else if sequence < stream.writer {
        sql::query(&DROP_FROM).bind(id).bind(name).bind(stored(sequence)).execute(tx.conn()).await?;
    }
    Ok(())
}

/// The state that a release may read: the connection's, or its own mark where a later one has written it.
pub(crate) async fn state(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    sequence: u64,
) -> Result<Option<BTreeMap<String, String>>, StoreError> {
    if state_writer(tx, connection).await? <= sequence {
        return Ok(None);
    }
    let query = sql::query(&FIND_STATE).bind(connection).bind(stored(sequence));
    let row = query.fetch_optional(tx.conn()).await?;
    row.as_ref().map_or(Ok(Some(BTreeMap::new())), |row| row.json("entries").map(Some))
}

/// The release of this sequence puts its state in place of `before`: as [`take`], for the state.
pub(crate) async fn take_state(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    before: &BTreeMap<String, String>,
    sequence: u64,
) -> Result<(), StoreError> {
    let (id, writer) = (connection, state_writer(tx, connection).await?);
    if sequence > writer {
        let keep = sql::query(&KEEP_STATE).bind(id).bind(stored(writer)).bind(json(before)?);
        keep.execute(tx.conn()).await?;
    } else {
        sql::query(&DROP_STATE_FROM).bind(id).bind(stored(sequence)).execute(tx.conn()).await?;
    }
    sql::query(&SET_WRITER).bind(id).bind(stored(sequence)).execute(tx.conn()).await?;
    Ok(())
}

/// The release that wrote a connection's state; 0 where none is known.
pub(crate) async fn state_writer(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<u64, StoreError> {
    let found: Option<i64> = sql::scalar(&FIND_WRITER).bind(connection).fetch_optional(tx.conn()).await?;
    Ok(found.and_then(|writer| u64::try_from(writer).ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests;
