//! Whom the operator trusts: publishers' keys, revoked packages, version floors. Nothing is deleted: revocation adds.

use domain::{Digest, Instant, PluginId};
use sqlx::sqlite::SqliteRow;

use crate::row::{Cells, json, stored};
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A publisher's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherKey {
    /// The key's id, from its bytes.
    pub id: String,
    /// The ed25519 public key.
    pub public_key: Vec<u8>,
    /// The plugin ids that it may sign: `publisher/*` or whole ids.
    pub patterns: Vec<String>,
    /// From when its signatures count.
    pub valid_from: Option<Instant>,
    /// Until when they count.
    pub valid_until: Option<Instant>,
    /// When it was first trusted.
    pub added_at: Instant,
    /// When trust in it ended.
    pub revoked_at: Option<Instant>,
}

sql::statements! {
    ADD_KEY = "INSERT INTO publishers (key_id, public_key, patterns, valid_from, valid_until, added_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (key_id) DO UPDATE SET patterns = excluded.patterns, valid_from = excluded.valid_from,
            valid_until = excluded.valid_until";
    FIND_KEY = "SELECT key_id, public_key, patterns, valid_from, valid_until, added_at, revoked_at
        FROM publishers WHERE key_id = $1";
    LIST_KEYS = "SELECT key_id, public_key, patterns, valid_from, valid_until, added_at, revoked_at
        FROM publishers ORDER BY added_at, key_id";
    REVOKE_KEY = "UPDATE publishers SET revoked_at = COALESCE(revoked_at, $2) WHERE key_id = $1";
    REVOKE_DIGEST = "INSERT INTO revoked_digests (digest, reason, revoked_at) VALUES ($1, $2, $3)
        ON CONFLICT (digest) DO NOTHING";
    FIND_REVOCATION = "SELECT reason FROM revoked_digests WHERE digest = $1";
    LIST_REVOKED = "SELECT digest, reason FROM revoked_digests ORDER BY revoked_at, digest";
    RAISE_FLOOR = "INSERT INTO floors (plugin_id, sequence, set_at) VALUES ($1, $2, $3)
        ON CONFLICT (plugin_id) DO UPDATE SET sequence = excluded.sequence, set_at = excluded.set_at
        WHERE excluded.sequence > floors.sequence";
    LIST_FLOORS = "SELECT plugin_id, sequence FROM floors ORDER BY plugin_id";
    FIND_FLOOR = "SELECT sequence FROM floors WHERE plugin_id = $1";
}

/// Trusts a key, or changes what it may sign. A revoked key stays revoked.
///
/// # Errors
/// When the database cannot be written.
pub async fn add_key(tx: &mut SystemTx, key: &PublisherKey) -> Result<(), StoreError> {
    let PublisherKey { id, public_key, patterns, valid_from, valid_until, added_at, revoked_at: _ } = key;
    sqlx::query(ADD_KEY)
        .bind(id.clone())
        .bind(public_key.clone())
        .bind(json(patterns)?)
        .bind(valid_from.map(Instant::as_micros))
        .bind(valid_until.map(Instant::as_micros))
        .bind(added_at.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The key of this id, revoked or not, if it was ever trusted.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_key(tx: &mut SystemRead, id: &str) -> Result<Option<PublisherKey>, StoreError> {
    let row = sqlx::query(FIND_KEY).bind(id.to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// All keys, in the order in which they were trusted.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_keys(tx: &mut SystemRead) -> Result<Vec<PublisherKey>, StoreError> {
    sqlx::query(LIST_KEYS).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// Ends the trust in a key.
///
/// # Errors
/// [`StoreError::Missing`] when it was never trusted.
pub async fn revoke_key(tx: &mut SystemTx, id: &str, now: Instant) -> Result<(), StoreError> {
    let done = sqlx::query(REVOKE_KEY).bind(id.to_owned()).bind(now.as_micros()).execute(tx.conn()).await?;
    if done.rows_affected() == 0 { Err(StoreError::missing("publisher key", id)) } else { Ok(()) }
}

/// Forbids a package to run, whoever signed it.
///
/// # Errors
/// When the database cannot be written.
pub async fn revoke_digest(tx: &mut SystemTx, digest: Digest, reason: &str, now: Instant) -> Result<(), StoreError> {
    sqlx::query(REVOKE_DIGEST)
        .bind(digest.as_bytes().to_vec())
        .bind(reason.to_owned())
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Why a package is forbidden, if it is.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_revocation(tx: &mut SystemRead, digest: Digest) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(FIND_REVOCATION).bind(digest.as_bytes().to_vec()).fetch_optional(tx.conn()).await?)
}

/// All forbidden packages, with the reasons.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_revoked(tx: &mut SystemRead) -> Result<Vec<(Digest, String)>, StoreError> {
    let rows = sqlx::query(LIST_REVOKED).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.digest("digest")?, row.cell("reason")?))).collect()
}

/// Sets the lowest sequence that may be installed; a floor only rises.
///
/// # Errors
/// When the database cannot be written.
pub async fn raise_floor(tx: &mut SystemTx, id: &PluginId, sequence: u64, now: Instant) -> Result<(), StoreError> {
    sqlx::query(RAISE_FLOOR)
        .bind(id.as_str().to_owned())
        .bind(stored(sequence))
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// All floors.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_floors(tx: &mut SystemRead) -> Result<Vec<(PluginId, u64)>, StoreError> {
    let rows = sqlx::query(LIST_FLOORS).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.parsed("plugin_id")?, row.count("sequence")?))).collect()
}

/// The floor that the operator set. What was ever installed is a floor too: `plugins::floor`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_floor(tx: &mut SystemRead, id: &PluginId) -> Result<Option<u64>, StoreError> {
    let floor: Option<i64> =
        sqlx::query_scalar(FIND_FLOOR).bind(id.as_str().to_owned()).fetch_optional(tx.conn()).await?;
    Ok(floor.and_then(|sequence| u64::try_from(sequence).ok()))
}

fn read(row: &SqliteRow) -> Result<PublisherKey, StoreError> {
    Ok(PublisherKey {
        id: row.cell("key_id")?,
        public_key: row.cell("public_key")?,
        patterns: row.json("patterns")?,
        valid_from: row.opt_instant("valid_from")?,
        valid_until: row.opt_instant("valid_until")?,
        added_at: row.instant("added_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}
