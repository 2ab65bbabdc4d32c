//! Faults of guests, counted by stream: those of one package in a row, until a page comes through.
//!
//! A stream that reaches the limit is set aside: that package does not try it any more, and the other streams go on. What
//! a source or the host could not do is no fault and is not counted (`streams::fail`).

use domain::{ConnectionId, Digest, Failure, Instant, StreamInfo, StreamMode};
use serde::Serialize;

use super::streams::{self, Stream};
use super::{fences, marks};
use crate::row::{json, word};
use crate::{StoreError, WorkspaceTx, sql};

/// The name under which faults of a connector's `streams` are counted, which belong to no stream. None is named so.
pub const NO_STREAM: &str = "";

/// A call that ended by the guest's fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault<'a> {
    /// The connection.
    pub connection: ConnectionId,
    /// The lease under which it ran.
    pub fence: i64,
    /// The package that faulted.
    pub package: Digest,
    /// Its signed sequence.
    pub sequence: u64,
    /// The stream; none where it was asked for its streams.
    pub stream: Option<&'a StreamInfo>,
    /// What it did wrong.
    pub failure: &'a Failure,
    /// After how many faults in a row a stream is set aside.
    pub limit: u32,
    /// When.
    pub now: Instant,
}

/// Faults of one package in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// How many.
    pub count: u32,
    /// Which package's.
    pub package: Digest,
    /// Whether an earlier release brought this stream, which did not fault when this one took its place.
    pub regressed: bool,
    /// Whether the stream is not tried with this package any more.
    pub set_aside: bool,
}

sql::statements! {
    NOTE = "INSERT INTO streams ({scope}connection_id, name, mode, failure, failed_at, faults, faulted_by, regressed, set_aside)
        VALUES ({scoped}$1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT ({scope}connection_id, name) DO UPDATE SET failure = excluded.failure, failed_at = excluded.failed_at,
            faults = excluded.faults, faulted_by = excluded.faulted_by, regressed = excluded.regressed,
            set_aside = excluded.set_aside";
    CLEAR_ONE = "DELETE FROM streams WHERE {mine} AND connection_id = $1 AND name = $2";
    CLEAR = "UPDATE streams SET faults = 0, faulted_by = NULL, regressed = FALSE, set_aside = FALSE
        WHERE {mine} AND connection_id = $1";
}

/// Counts a fault; the cursor stays where it is.
///
/// # Errors
/// [`StoreError::StaleFence`] when the lease has gone on.
pub async fn note(tx: &mut WorkspaceTx, fault: &Fault<'_>) -> Result<Faults, StoreError> {
    let Fault { connection, fence, package, sequence, stream, failure, limit, now } = *fault;
    fences::check(tx, connection, fence).await?;
    let (name, mode) = stream.map_or((NO_STREAM, StreamMode::Sweep), |stream| (&stream.name, stream.mode));
    let found = streams::find(tx, connection, name).await?.unwrap_or_else(|| Stream::new(name, mode));
    let faults = match found.faults {
        Some(before) if before.package == package => Faults { count: before.count + 1, ..before },
        // It faulted before this package came: this one made nothing worse.
        Some(_) => Faults { count: 1, package, regressed: false, set_aside: false },
        None => {
            let worked = if stream.is_some() {
                marks::has_older(tx, connection, &found, sequence).await?
            } else {
                streams::any_older(tx, connection, sequence).await?
            };
            Faults { count: 1, package, regressed: worked, set_aside: false }
        }
    };
    let faults = Faults { set_aside: faults.count >= limit, ..faults };
    sql::query(&NOTE)
        .bind(connection)
        .bind(name.to_owned())
        .bind(word(found.mode)?)
        .bind(json(failure)?)
        .bind(now.as_micros())
        .bind(faults.count)
        .bind(package)
        .bind(faults.regressed)
        .bind(faults.set_aside)
        .execute(tx.conn())
        .await?;
    Ok(faults)
}

/// A connector has said its streams: what it did wrong there before is over.
///
/// # Errors
/// When the database cannot be written.
pub async fn forget_of_no_stream(tx: &mut WorkspaceTx, connection: ConnectionId) -> Result<(), StoreError> {
    let query = sql::query(&CLEAR_ONE).bind(connection).bind(NO_STREAM.to_owned());
    query.execute(tx.conn()).await?;
    Ok(())
}

/// Forgets all faults of a connection: each stream is tried again.
///
/// # Errors
/// When the database cannot be written.
pub async fn release(tx: &mut WorkspaceTx, connection: ConnectionId) -> Result<(), StoreError> {
    sql::query(&CLEAR).bind(connection).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
