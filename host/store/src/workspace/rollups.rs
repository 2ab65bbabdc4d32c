//! Roll-ups: the buckets that metrics are read from. They can be computed again from the records at any time.
//!
//! Several may compute at once, in one process or in several. Who computes reads the [`Epoch`] in the transaction in which
//! it takes marks and reads facts; who writes raises it, and writes nothing where somebody else has raised it since. So no
//! buckets of older facts take the place of newer ones whose marks are cleared. Pages do not raise it: their marks stay.
//!
//! [`basis`] says which formulas the buckets follow.

pub mod basis;

use std::ops::Range;

use domain::Day;
use domain::rollup::{Bucket, Grain};

use super::version;
use crate::row::{Row, json as text, word};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    EPOCH = "SELECT epoch FROM @rollup_epoch";
    RAISE = "UPDATE rollup_epoch SET epoch = epoch + 1 WHERE {mine} AND epoch = $1";
    DELETE = "DELETE FROM rollups WHERE {mine} AND (metric, grain, day) IN (
        SELECT j.value->>0, grains.column1, {int j.value->>1}
        FROM {rows $1 AS j}, (VALUES ('workspace'), ('repository'), ('person')) AS grains)";
    /// `OR FAIL` leaves out the journal of the statement: where it fails, the transaction goes as a whole.
    INSERT = "INSERT{or fail} INTO rollups ({scope}metric, grain, day, key, known, total, unknown, samples)
        SELECT {scoped}j.value->>0, j.value->>1, {int j.value->>2}, j.value->>3, {int j.value->>4}, {real j.value->>5},
            j.value->>6, {bytes j.value->>7}
        FROM {rows $1 AS j}";
    READ = "SELECT metric, grain, day, key, known, total, unknown, samples FROM @rollups
        WHERE metric = $1 AND grain = $2 AND day >= $3 AND day < $4 ORDER BY day, key";
    READ_KEYS = "SELECT metric, grain, day, key, known, total, unknown, samples FROM @rollups
        WHERE metric = $1 AND grain = $2 AND day >= $3 AND day < $4 AND key IN {list $5}
        ORDER BY day, key";
}

/// How many roll-ups there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(i64);

/// A day of some metrics, computed anew.
#[derive(Debug, Clone, Copy)]
pub struct Recomputed<'a> {
    /// The day.
    pub day: Day,
    /// The metrics.
    pub metrics: &'a [&'a str],
    /// All their buckets of this day, and no other.
    pub buckets: &'a [Bucket],
}

/// The epoch of this state of the rows.
///
/// # Errors
/// When the database cannot be read.
pub async fn epoch(tx: &mut WorkspaceRead) -> Result<Epoch, StoreError> {
    Ok(Epoch(sql::scalar(&EPOCH).fetch_one(tx.conn()).await?))
}

/// Puts the new buckets of these days in place of the old ones. Belongs into one transaction with `dirty::clear`.
/// `false` where another roll-up was written since the epoch: then nothing is, and what was taken is to be taken anew.
///
/// # Errors
/// When the database cannot be written, or two buckets have the same metric, grain, day and key.
#[must_use = "where nothing was written, no mark may be cleared"]
pub async fn replace(tx: &mut WorkspaceTx, read_at: Epoch, days: &[Recomputed<'_>]) -> Result<bool, StoreError> {
    if !raise(tx, read_at).await? {
        return Ok(false);
    }
    debug_assert!(days.iter().all(Recomputed::is_whole));
    version::raise(tx).await?;
    let old: Vec<_> = days.iter().flat_map(|of| of.metrics.iter().map(|metric| (metric, of.day.number()))).collect();
    sql::query(&DELETE).bind(text(&old)?).execute(tx.conn()).await?;
    let new = days.iter().flat_map(|of| of.buckets).map(row).collect::<Result<Vec<_>, StoreError>>()?;
    if !new.is_empty() {
        sql::query(&INSERT).bind(text(&new)?).execute(tx.conn()).await?;
    }
    Ok(true)
}

/// Begins the next epoch, unless another has since.
async fn raise(tx: &mut WorkspaceTx, Epoch(read_at): Epoch) -> Result<bool, StoreError> {
    Ok(sql::query(&RAISE).bind(read_at).execute(tx.conn()).await? == 1)
}

impl Recomputed<'_> {
    fn is_whole(&self) -> bool {
        let Self { day, metrics, buckets } = self;
        buckets.iter().all(|bucket| bucket.day == *day && metrics.contains(&bucket.metric.as_str()))
    }
}

/// The buckets of a metric and a grain in a range of days, of these keys or of all, by day and key.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(
    tx: &mut WorkspaceRead,
    metric: &str,
    grain: Grain,
    days: Range<Day>,
    keys: Option<&[String]>,
) -> Result<Vec<Bucket>, StoreError> {
    let query = sql::query(if keys.is_some() { &READ_KEYS } else { &READ })
        .bind(metric.to_owned())
        .bind(word(grain)?)
        .bind(days.start.number())
        .bind(days.end.number());
    let query = match keys {
        Some(keys) => query.bind(text(&keys)?),
        None => query,
    };
    query.fetch_all(tx.conn()).await?.iter().map(bucket).collect()
}

/// A bucket as the statement reads it.
type Encoded<'a> = (&'a str, Grain, i32, &'a str, u64, f64, String, String);

fn row(bucket: &Bucket) -> Result<Encoded<'_>, StoreError> {
    let Bucket { metric, day, grain, key, known, unknown, sum, samples } = bucket;
    Ok((metric, *grain, day.number(), key, *known, *sum, text(unknown)?, hex(samples)))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn bucket(row: &Row) -> Result<Bucket, StoreError> {
    Ok(Bucket {
        metric: row.cell("metric")?,
        day: Day::from_number(row.cell("day")?),
        grain: row.word("grain")?,
        key: row.cell("key")?,
        known: row.count("known")?,
        unknown: row.json("unknown")?,
        sum: row.cell("total")?,
        samples: row.cell("samples")?,
    })
}

#[cfg(test)]
mod tests;
