//! Streams: where each goes on. A cursor moves in the transaction that stores its page (`pages::commit`), and nowhere
//! else.

use domain::{ConnectionId, Digest, Failure, Instant, RecordKind, StreamInfo, StreamMode};

use super::faults::{Faults, NO_STREAM};
use super::marks;
use crate::row::{Row, json, stored, word};
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
    /// The faults of one package in a row, where the last thing that happened to it was one.
    pub faults: Option<Faults>,
    /// The signed sequence of the release that wrote the cursor.
    pub writer: u64,
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
            faults: None,
            writer: 0,
            kinds: Vec::new(),
        }
    }

    /// Whether this package does not try it any more.
    #[must_use]
    pub fn is_set_aside_from(&self, package: Digest) -> bool {
        self.faults.is_some_and(|faults| faults.set_aside && faults.package == package)
    }
}

sql::statements! {
    FIND = "SELECT name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at, failure, failed_at,
            writer, faults, faulted_by, regressed, set_aside
        FROM @streams WHERE connection_id = $1 AND name = $2";
    LIST = "SELECT name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at, failure, failed_at,
            writer, faults, faulted_by, regressed, set_aside
        FROM @streams WHERE connection_id = $1 AND name <> $2 ORDER BY name";
    NEWEST_PAGE = "SELECT MAX(advanced_at) FROM @streams";
    ADVANCE = "INSERT INTO streams
            ({scope}connection_id, name, mode, cursor, generation, kinds, records, advanced_at, caught_up_at, writer)
        VALUES ({scoped}$1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT ({scope}connection_id, name) DO UPDATE SET mode = excluded.mode, cursor = excluded.cursor,
            generation = excluded.generation, kinds = excluded.kinds, records = excluded.records,
            advanced_at = excluded.advanced_at, caught_up_at = excluded.caught_up_at, writer = excluded.writer,
            failure = NULL, failed_at = NULL, faults = 0, faulted_by = NULL, regressed = FALSE,
            set_aside = FALSE";
    ANY_OLDER = "SELECT EXISTS (SELECT 1 FROM @streams
        WHERE connection_id = $1 AND advanced_at IS NOT NULL AND writer < $2)";
    CAUGHT_UP = "SELECT MAX(caught_up_at) FROM @streams
        WHERE EXISTS (SELECT 1 FROM {each kinds AS j} WHERE j.value = $1)";
    FAIL = "INSERT INTO streams ({scope}connection_id, name, mode, failure, failed_at) VALUES ({scoped}$1, $2, $3, $4, $5)
        ON CONFLICT ({scope}connection_id, name) DO UPDATE SET failure = excluded.failure, failed_at = excluded.failed_at";
}

/// Where a declared stream goes on with the release of this sequence: at its beginning, when it is new or its mode has
/// changed. Where a later release wrote the cursor, it goes on from this one's mark. A sweep begins anew instead: its
/// mark may lie in a generation that has ended, whose first half would be taken for deleted.
///
/// # Errors
/// When the database cannot be read.
pub async fn position(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    declared: &StreamInfo,
    sequence: u64,
) -> Result<Stream, StoreError> {
    let Some(stream) = find(tx, connection, &declared.name).await? else {
        return Ok(Stream::new(&declared.name, declared.mode));
    };
    let cursor = match declared.mode {
        mode if mode != stream.mode => None,
        _ if stream.writer <= sequence => stream.cursor,
        StreamMode::Incremental => marks::cursor(tx, connection, &declared.name, sequence).await?,
        StreamMode::Sweep => None,
    };
    Ok(Stream { mode: declared.mode, cursor, ..stream })
}

/// The stream of this name, if it has ever had a page or a failure.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut WorkspaceRead, connection: ConnectionId, name: &str) -> Result<Option<Stream>, StoreError> {
    let query = sql::query(&FIND).bind(connection).bind(name.to_owned());
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// A connection's streams, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<Vec<Stream>, StoreError> {
    let query = sql::query(&LIST).bind(connection).bind(NO_STREAM.to_owned());
    query.fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// Whether a release before `sequence` wrote the cursor of any stream.
pub(crate) async fn any_older(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    sequence: u64,
) -> Result<bool, StoreError> {
    let query = sql::scalar(&ANY_OLDER).bind(connection).bind(stored(sequence));
    Ok(query.fetch_one(tx.conn()).await?)
}

/// When the newest page of the workspace was committed. It moves with pages alone, so that every data version has one.
///
/// # Errors
/// When the database cannot be read.
pub async fn newest_page(tx: &mut WorkspaceRead) -> Result<Option<Instant>, StoreError> {
    let newest: Option<i64> = sql::scalar(&NEWEST_PAGE).fetch_one(tx.conn()).await?;
    Ok(newest.map(Instant::from_micros))
}

/// When a stream that brings this kind was last read to its end, the latest of all. None where none was yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn caught_up(tx: &mut WorkspaceRead, kind: RecordKind) -> Result<Option<Instant>, StoreError> {
    let latest: Option<i64> = sql::scalar(&CAUGHT_UP).bind(word(kind)?).fetch_one(tx.conn()).await?;
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
    sql::query(&FAIL)
        .bind(connection)
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
    let Stream {
        name,
        mode,
        cursor,
        generation,
        records,
        advanced_at,
        caught_up_at,
        failure: _,
        faults: _,
        writer,
        kinds,
    } = stream;
    sql::query(&ADVANCE)
        .bind(connection)
        .bind(name.clone())
        .bind(word(mode)?)
        .bind(cursor.clone())
        .bind(*generation)
        .bind(json(kinds)?)
        .bind(stored(*records))
        .bind(advanced_at.map(Instant::as_micros))
        .bind(caught_up_at.map(Instant::as_micros))
        .bind(stored(*writer))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Stream, StoreError> {
    let failed_at = row.opt_instant("failed_at")?;
    let failure = failed_at.map(|at| Ok::<_, StoreError>((row.json("failure")?, at))).transpose()?;
    let faults = row.opt_digest("faulted_by")?.map(|package| {
        Ok::<_, StoreError>(Faults {
            count: row.cell("faults")?,
            package,
            regressed: row.cell("regressed")?,
            set_aside: row.cell("set_aside")?,
        })
    });
    Ok(Stream {
        name: row.cell("name")?,
        mode: row.word("mode")?,
        cursor: row.cell("cursor")?,
        generation: row.cell("generation")?,
        records: row.count("records")?,
        advanced_at: row.opt_instant("advanced_at")?,
        caught_up_at: row.opt_instant("caught_up_at")?,
        failure,
        faults: faults.transpose()?,
        writer: row.count("writer")?,
        kinds: row.json("kinds")?,
    })
}
