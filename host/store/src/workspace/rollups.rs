//! Roll-ups: the buckets that metrics are read from. They can be computed again from the records at any time.

use std::ops::Range;

use domain::Day;
use domain::rollup::{Bucket, Grain};
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use super::version;
use crate::row::{Cells, json as text, word};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    DELETE = "DELETE FROM rollups WHERE day = $1 AND metric IN (SELECT value FROM json_each($2))
        AND grain IN ('workspace', 'repository', 'person')";
    INSERT = "INSERT INTO rollups (metric, grain, day, key, known, total, unknown, samples)
        SELECT j.value->>0, j.value->>1, j.value->>2, j.value->>3, j.value->>4, j.value->>5, j.value->>6,
            unhex(j.value->>7)
        FROM jsonb_each($1) AS j";
    READ = "SELECT metric, grain, day, key, known, total, unknown, samples FROM rollups
        WHERE metric = $1 AND grain = $2 AND day >= $3 AND day < $4 ORDER BY day, key";
    READ_KEYS = "SELECT metric, grain, day, key, known, total, unknown, samples FROM rollups
        WHERE metric = $1 AND grain = $2 AND day >= $3 AND day < $4 AND key IN (SELECT value FROM json_each($5))
        ORDER BY day, key";
}

/// Puts new buckets of these metrics and this day in place of the old ones. Belongs into one transaction with
/// `dirty::clear`. Every bucket is of this day and of one of these metrics.
///
/// # Errors
/// When the database cannot be written, or two buckets have the same metric, grain and key.
pub async fn replace(tx: &mut WorkspaceTx, day: Day, metrics: &[&str], buckets: &[Bucket]) -> Result<(), StoreError> {
    debug_assert!(buckets.iter().all(|bucket| bucket.day == day && metrics.contains(&bucket.metric.as_str())));
    version::raise(tx).await?;
    sqlx::query(DELETE).bind(day.number()).bind(text(&metrics)?).execute(tx.conn()).await?;
    if !buckets.is_empty() {
        sqlx::query(INSERT).bind(encode(buckets)?).execute(tx.conn()).await?;
    }
    Ok(())
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
    let query = sqlx::query(if keys.is_some() { READ_KEYS } else { READ })
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

fn encode(buckets: &[Bucket]) -> Result<String, StoreError> {
    let rows = buckets.iter().map(|bucket| {
        let Bucket { metric, day, grain, key, known, unknown, sum, samples } = bucket;
        Ok(json!([metric, grain, day.number(), key, known, sum, text(unknown)?, hex(samples)]))
    });
    text(&rows.collect::<Result<Vec<_>, StoreError>>()?)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn bucket(row: &SqliteRow) -> Result<Bucket, StoreError> {
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
