//! Records: one table per kind, filled in bulk.
//!
//! A page is written with a constant number of statements per kind, however many records it has: the records travel as
//! one JSON array, and the statement takes them apart. A statement of many rows with a bind per value would not be a
//! constant, and a statement per row would cost a round trip to the engine's thread each.

pub(crate) mod batch;
pub(crate) mod marks;
mod tables;

use domain::{ConnectionId, Instant, RecordKind, RunId};

use crate::{StoreError, WorkspaceTx, deliveries, sql};

pub(crate) use batch::Batch;
#[cfg(test)]
pub(crate) use tables::statements;
pub(crate) use tables::{Table, table};

/// Where records came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Provenance<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) stream: &'a str,
    pub(crate) run: RunId,
    pub(crate) generation: i64,
    pub(crate) now: Instant,
    /// The data version of the transaction, which dirty marks carry.
    pub(crate) version: i64,
}

/// Writes the records of one kind, and marks the days that they leave and the days that they come to.
pub(crate) async fn upsert(tx: &mut WorkspaceTx, from: Provenance<'_>, batch: &Batch) -> Result<(), StoreError> {
    let table = get_table(batch.kind)?;
    let ids = batch.ids_json()?;
    let reclassified = match batch.kind {
        RecordKind::Person => marks::find_reclassified(tx, from, batch.records_json()).await?,
        _ => None,
    };
    marks::mark(tx, from, table, &ids).await?;
    sql::query(&table.upsert)
        .bind(from.connection)
        .bind(from.stream.to_owned())
        .bind(from.run)
        .bind(from.generation)
        .bind(batch.records_json().to_owned())
        .execute(tx.conn())
        .await?;
    marks::mark(tx, from, table, &ids).await?;
    deliveries::note(tx, from.connection, batch.kind, &ids).await?;
    if let Some(people) = reclassified {
        marks::mark_work_of(tx, from, &people).await?;
    }
    Ok(())
}

/// Notes that the source has deleted these; those that were never seen, or are noted already, stay as they are.
pub(crate) async fn bury(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    kind: RecordKind,
    ids: &str,
) -> Result<u64, StoreError> {
    let table = get_table(kind)?;
    marks::mark(tx, from, table, ids).await?;
    let done = sql::query(&table.bury)
        .bind(from.connection)
        .bind(ids.to_owned())
        .bind(from.now.as_micros())
        .execute(tx.conn())
        .await?;
    deliveries::note(tx, from.connection, kind, ids).await?;
    Ok(done)
}

/// Ends a sweep: what the stream brought in an older sweep, and not in this one, is no longer at the source.
pub(crate) async fn bury_unseen(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    kind: RecordKind,
) -> Result<u64, StoreError> {
    let unseen: String = sql::scalar(&get_table(kind)?.unseen)
        .bind(from.connection)
        .bind(from.stream.to_owned())
        .bind(from.generation)
        .fetch_one(tx.conn())
        .await?;
    if unseen == "[]" { Ok(0) } else { bury(tx, from, kind, &unseen).await }
}

fn get_table(kind: RecordKind) -> Result<&'static Table, StoreError> {
    table(kind).ok_or(StoreError::KindNotStored(kind))
}

#[cfg(test)]
mod tests;
