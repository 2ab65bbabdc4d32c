//! Streams: where each goes on. A cursor moves in the transaction that stores its page (`pages::commit`), and nowhere
//! else.

use domain::{ConnectionId, Failure, Instant, RecordKind, StreamInfo, StreamMode};
use sqlx::sqlite::SqliteRow;

use crate::row::{Cells, json, stored, word};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, fences, sql};

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// How it moves.
    pub mode: StreamMode,
    /// Where it goes on; none at its beginning, and at the start of each sweep.
    pub cursor: Option<String>,
    /// The sweep that goes on, or comes next; the pages carry it.
    pub generation: i64,
    /// Records in all its pages.
    pub records: u64,
    /// When its last page was committed.
    pub advanced_at: Option<Instant>,
    /// When it was last caught up.
    pub caught_up_at: Option<Instant>,
    /// What failed since the last page, and when.
    pub failure: Option<(Failure, Instant)>,
    /// The kinds that it has brought: where the end of a sweep looks for what it did not see.
    pub(crate) kinds: Vec<RecordKind>,
}

impl Stream {
    pub(crate) fn new(name: &str, mode: StreamMode) -> Self {
        Self {
            name: name.to_owned(),
            mode,
            cursor: None,
            generation: 1,
            records: 0,
            advanced_at: None,
            caught_up_at: None,
            failure: None,
            kinds: Vec::new(),
        }
    }
}

sql::statements! {
    FIND = "SELECT name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at, failure, failed_at
        FROM streams WHERE connection_id = $1 AND name = $2";
    LIST = "SELECT name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at, failure, failed_at
        FROM streams WHERE connection_id = $1 ORDER BY name";
    NEWEST_PAGE = "SELECT MAX(advanced_at) FROM streams";
    ADVANCE = "INSERT INTO streams
            (connection_id, name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (connection_id, name) DO UPDATE SET mode = excluded.mode, cursor = excluded.cursor,
            generation = excluded.generation, kinds = excluded.kinds, records = excluded.records,
            advanced_at = excluded.advanced_at, caught_up_at = excluded.caught_up_at, failure = NULL,
            failed_at = NULL";
    CAUGHT_UP = "SELECT MAX(caught_up_at) FROM streams
        WHERE EXISTS (SELECT 1 FROM json_each(kinds) AS j WHERE j.value = $1)";
    FAIL = "INSERT INTO streams (connection_id, name, mode, failure, failed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (connection_id, name) DO UPDATE SET failure = excluded.failure, failed_at = excluded.failed_at";
}

/// Where a declared stream goes on: at its beginning, when it is new or its mode has changed.
///
/// # Errors
/// When the database cannot be read.
pub async fn position(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    declared: &StreamInfo,
) -> Result<Stream, StoreError> {
    let found = find(tx, connection, &declared.name).await?;
    Ok(match found {
        Some(stream) if stream.mode == declared.mode => stream,
        Some(stream) => Stream { mode: declared.mode, cursor: None, ..stream },
        None => Stream::new(&declared.name, declared.mode),
    })
}

/// The stream of this name, if it has ever had a page or a failure.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut WorkspaceRead, connection: ConnectionId, name: &str) -> Result<Option<Stream>, StoreError> {
    let query = sqlx::query(FIND).bind(connection.as_bytes().to_vec()).bind(name.to_owned());
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// A connection's streams, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<Vec<Stream>, StoreError> {
    let rows = sqlx::query(LIST).bind(connection.as_bytes().to_vec()).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// When the newest page of the workspace was committed. It moves with pages alone, so that every data version has one.
///
/// # Errors
/// When the database cannot be read.
pub async fn newest_page(tx: &mut WorkspaceRead) -> Result<Option<Instant>, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar(NEWEST_PAGE).fetch_one(tx.conn()).await?;
    Ok(newest.map(Instant::from_micros))
}

/// When a stream that brings this kind was last read to its end, the latest of all. None where none was yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn caught_up(tx: &mut WorkspaceRead, kind: RecordKind) -> Result<Option<Instant>, StoreError> {
    let latest: Option<i64> = sqlx::query_scalar(CAUGHT_UP).bind(word(kind)?).fetch_one(tx.conn()).await?;
    Ok(latest.map(Instant::from_micros))
}

/// Notes that a stream failed; its cursor stays where it is.
///
/// # Errors
/// [`StoreError::StaleFence`] when the lease has gone on.
pub async fn fail(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    fence: i64,
    declared: &StreamInfo,
    failure: &Failure,
    now: Instant,
) -> Result<(), StoreError> {
    fences::check(tx, connection, fence).await?;
    sqlx::query(FAIL)
        .bind(connection.as_bytes().to_vec())
        .bind(declared.name.clone())
        .bind(word(declared.mode)?)
        .bind(json(failure)?)
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes where a stream stands after a page.
pub(crate) async fn advance(tx: &mut WorkspaceTx, connection: ConnectionId, stream: &Stream) -> Result<(), StoreError> {
    let Stream { name, mode, cursor, generation, records, advanced_at, caught_up_at, failure: _, kinds } = stream;
    sqlx::query(ADVANCE)
        .bind(connection.as_bytes().to_vec())
        .bind(name.clone())
        .bind(word(mode)?)
        .bind(cursor.clone())
        .bind(*generation)
        .bind(json(kinds)?)
        .bind(stored(*records))
        .bind(advanced_at.map(Instant::as_micros))
        .bind(caught_up_at.map(Instant::as_micros))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Stream, StoreError> {
    let failed_at = row.opt_instant("failed_at")?;
    let failure = failed_at.map(|at| Ok::<_, StoreError>((row.json("failure")?, at))).transpose()?;
    Ok(Stream {
        name: row.cell("name")?,
        mode: row.word("mode")?,
        cursor: row.cell("cursor")?,
        generation: row.cell("generation")?,
        records: row.count("records")?,
        advanced_at: row.opt_instant("advanced_at")?,
        caught_up_at: row.opt_instant("caught_up_at")?,
        failure,
        kinds: row.json("kinds")?,
    })
}
