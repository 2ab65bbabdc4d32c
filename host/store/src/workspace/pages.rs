//! Pages: the one way for records to come in. A page is one transaction: fence, records, tombstones, cursor, state,
//! the run's counters and the dirty marks are written together or not at all.

use std::collections::BTreeMap;

use domain::{ConnectionId, Instant, Next, Page, RecordKind, RunId, StreamMode};

use super::marks;
use super::records::batch::Batches;
use super::records::{self, Provenance};
use super::streams::Stream;
use crate::{StoreError, WorkspaceTx, fences, runs, state, streams, version};

/// A page, and all that is stored with it.
#[derive(Debug)]
pub struct PageCommit<'a> {
    /// The connection that brought it.
    pub connection: ConnectionId,
    /// The stream.
    pub stream: &'a str,
    /// How the stream moves.
    pub mode: StreamMode,
    /// The run, which has begun (`runs::begin`).
    pub run: RunId,
    /// The lease under which the writer works, raised before (`fences::raise`).
    pub fence: i64,
    /// The signed sequence of the release that brought it.
    pub sequence: u64,
    /// The sweep that the page belongs to, as `streams::position` gave it.
    pub generation: i64,
    /// The page.
    pub page: &'a Page,
    /// The connection's whole state after the call; `None` leaves it as it was.
    pub state: Option<&'a BTreeMap<String, String>>,
    /// The instant of the call.
    pub now: Instant,
}

/// What a page did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCommitted {
    /// Records written, per kind.
    pub records: BTreeMap<RecordKind, u64>,
    /// Records that were noted as deleted, by tombstones or by the end of a sweep.
    pub deleted: u64,
    /// The data version now.
    pub version: i64,
    /// Where the stream goes on, and in which sweep.
    pub stream: Stream,
}

/// Commits a page.
///
/// # Errors
/// [`StoreError::StaleFence`] and [`StoreError::StaleGeneration`] when the writer is too late,
/// [`StoreError::KindNotStored`] for a record without a table, [`StoreError::Missing`] when the run has not begun.
pub async fn commit(tx: &mut WorkspaceTx, commit: PageCommit<'_>) -> Result<PageCommitted, StoreError> {
    let PageCommit { connection, stream: name, mode, run, fence, sequence, generation, page, state, now } = commit;
    fences::check(tx, connection, fence).await?;
    let mut stream = streams::find(tx, connection, name).await?.unwrap_or_else(|| Stream::new(name, mode));
    if stream.generation != generation {
        let current = stream.generation;
        return Err(StoreError::StaleGeneration { stream: stream.name, found: generation, current });
    }
    let version = version::raise(tx).await?;
    let from = Provenance { connection, stream: name, run, generation, now, version };
    let (records, mut deleted) = write(tx, from, page).await?;
    marks::take(tx, connection, &stream, sequence).await?;
    stream.writer = sequence;
    stream.take(mode, &page.next, &records, now);
    if mode == StreamMode::Sweep && matches!(page.next, Next::Done(_)) {
        deleted += end_sweep(tx, from, &mut stream).await?;
    }
    streams::advance(tx, connection, &stream).await?;
    if let Some(state) = state {
        state::replace(tx, connection, state, sequence).await?;
    }
    runs::count_page(tx, run, records.values().sum()).await?;
    Ok(PageCommitted { records, deleted, version, stream })
}

/// Writes the records and the tombstones: the counts per kind, and how many were deleted.
async fn write(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    page: &Page,
) -> Result<(BTreeMap<RecordKind, u64>, u64), StoreError> {
    let Batches { upserts, tombstones } = Batches::of(&page.records)?;
    let mut counts = BTreeMap::new();
    for batch in &upserts {
        records::upsert(tx, from, batch).await?;
        counts.insert(batch.kind, batch.len());
    }
    let mut deleted = 0;
    for (kind, ids) in &tombstones {
        deleted += records::bury(tx, from, *kind, ids).await?;
    }
    Ok((counts, deleted))
}

async fn end_sweep(tx: &mut WorkspaceTx, from: Provenance<'_>, stream: &mut Stream) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for kind in &stream.kinds {
        deleted += records::bury_unseen(tx, from, *kind).await?;
    }
    stream.generation += 1;
    stream.cursor = None;
    Ok(deleted)
}

impl Stream {
    /// Where the stream stands after a page.
    fn take(&mut self, mode: StreamMode, next: &Next, records: &BTreeMap<RecordKind, u64>, now: Instant) {
        self.mode = mode;
        self.cursor = Some(next.cursor().to_owned());
        self.records += records.values().sum::<u64>();
        self.advanced_at = Some(now);
        self.failure = None;
        self.faults = None;
        if matches!(next, Next::Done(_)) {
            self.caught_up_at = Some(now);
        }
        for kind in records.keys() {
            if !self.kinds.contains(kind) {
                self.kinds.push(*kind);
            }
        }
    }
}

#[cfg(test)]
mod tests;
