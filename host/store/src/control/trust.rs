//! Whom the operator trusts: publishers' keys, revoked keys and packages, version floors. Nothing is deleted: a revocation
//! is a row of its own, and nothing takes one back.

use domain::{Digest, Instant, PluginId};

use crate::row::{Row, json, stored};
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A publisher's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherKey {
    /// The key's id, from its bytes.
    pub id: String,
    /// Whose it is, for people.
    pub name: String,
    /// The ed25519 public key.
    pub public_key: Vec<u8>,
    /// The plugin ids that it may sign: `publisher/*` or whole ids.
    pub patterns: Vec<String>,
    /// From when packages may be installed by it.
    pub valid_from: Option<Instant>,
    /// Until when they may.
    pub valid_until: Option<Instant>,
    /// When it was first trusted.
    pub added_at: Instant,
    /// When it was revoked, if it was. Read, never written: see [`revoke_key`].
    pub revoked_at: Option<Instant>,
}

/// Why and since when a key or a package must not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Why, in the operator's words.
    pub reason: String,
    /// Since when.
    pub at: Instant,
}

sql::statements! {
    ADD_KEY = "INSERT INTO publishers (key_id, name, public_key, patterns, valid_from, valid_until, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (key_id) DO UPDATE SET name = excluded.name, patterns = excluded.patterns,
            valid_from = excluded.valid_from, valid_until = excluded.valid_until";
    FIND_KEY = "SELECT key_id, name, public_key, patterns, valid_from, valid_until, added_at, revoked_at
        FROM publishers LEFT JOIN revoked_keys USING (key_id) WHERE key_id = $1";
    LIST_KEYS = "SELECT key_id, name, public_key, patterns, valid_from, valid_until, added_at, revoked_at
        FROM publishers LEFT JOIN revoked_keys USING (key_id) ORDER BY added_at, key_id";
    REVOKE_KEY = "INSERT INTO revoked_keys (key_id, reason, revoked_at) VALUES ($1, $2, $3)
        ON CONFLICT (key_id) DO NOTHING";
    FIND_REVOKED_KEY = "SELECT reason, revoked_at FROM revoked_keys WHERE key_id = $1";
    LIST_REVOKED_KEYS = "SELECT key_id, reason, revoked_at FROM revoked_keys ORDER BY revoked_at, key_id";
    REVOKE_DIGEST = "INSERT INTO revoked_digests (digest, reason, revoked_at) VALUES ($1, $2, $3)
        ON CONFLICT (digest) DO NOTHING";
    FIND_REVOKED_DIGEST = "SELECT reason, revoked_at FROM revoked_digests WHERE digest = $1";
    LIST_REVOKED_DIGESTS = "SELECT digest, reason, revoked_at FROM revoked_digests ORDER BY revoked_at, digest";
    SET_FLOOR = "INSERT INTO floors (plugin_id, sequence, set_at) VALUES ($1, $2, $3)
        ON CONFLICT (plugin_id) DO UPDATE SET sequence = excluded.sequence, set_at = excluded.set_at";
    LIST_FLOORS = "SELECT plugin_id, sequence FROM floors ORDER BY plugin_id";
    FIND_FLOOR = "SELECT sequence FROM floors WHERE plugin_id = $1";
}

/// Trusts a key, or changes its name, what it may sign and when. A revoked key stays revoked.
///
/// # Errors
/// When the database cannot be written.
pub async fn add_key(tx: &mut SystemTx, key: &PublisherKey) -> Result<(), StoreError> {
    let PublisherKey { id, name, public_key, patterns, valid_from, valid_until, added_at, revoked_at: _ } = key;
    sql::query(&ADD_KEY)
        .bind(id.clone())
        .bind(name.clone())
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
    let row = sql::query(&FIND_KEY).bind(id.to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// All keys, in the order in which they were trusted.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_keys(tx: &mut SystemRead) -> Result<Vec<PublisherKey>, StoreError> {
    sql::query(&LIST_KEYS).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// Forbids everything that this key signed, whether it was ever trusted or not.
///
/// # Errors
/// When the database cannot be written.
pub async fn revoke_key(tx: &mut SystemTx, id: &str, reason: &str, now: Instant) -> Result<(), StoreError> {
    let query = sql::query(&REVOKE_KEY).bind(id.to_owned()).bind(reason.to_owned()).bind(now.as_micros());
    query.execute(tx.conn()).await?;
    Ok(())
}

/// Whether a key was revoked, and why.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_revoked_key(tx: &mut SystemRead, id: &str) -> Result<Option<Revocation>, StoreError> {
    let row = sql::query(&FIND_REVOKED_KEY).bind(id.to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(revocation).transpose()
}

/// All revoked keys.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_revoked_keys(tx: &mut SystemRead) -> Result<Vec<(String, Revocation)>, StoreError> {
    let rows = sql::query(&LIST_REVOKED_KEYS).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.cell("key_id")?, revocation(row)?))).collect()
}

/// Forbids a package to run, whoever signed it.
///
/// # Errors
/// When the database cannot be written.
pub async fn revoke_digest(tx: &mut SystemTx, digest: Digest, reason: &str, now: Instant) -> Result<(), StoreError> {
    sql::query(&REVOKE_DIGEST).bind(digest).bind(reason.to_owned()).bind(now.as_micros()).execute(tx.conn()).await?;
    Ok(())
}

/// Whether a package was revoked, and why.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_revoked_digest(tx: &mut SystemRead, digest: Digest) -> Result<Option<Revocation>, StoreError> {
    let row = sql::query(&FIND_REVOKED_DIGEST).bind(digest).fetch_optional(tx.conn()).await?;
    row.as_ref().map(revocation).transpose()
}

/// All revoked packages.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_revoked_digests(tx: &mut SystemRead) -> Result<Vec<(Digest, Revocation)>, StoreError> {
    let rows = sql::query(&LIST_REVOKED_DIGESTS).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.digest("digest")?, revocation(row)?))).collect()
}

/// Sets the lowest sequence of a plugin that may run, higher or lower than before. What was ever installed is a floor of
/// its own, for installs: `plugins::list_highest`.
///
/// # Errors
/// When the database cannot be written.
pub async fn set_floor(tx: &mut SystemTx, id: &PluginId, sequence: u64, now: Instant) -> Result<(), StoreError> {
    sql::query(&SET_FLOOR)
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
    let rows = sql::query(&LIST_FLOORS).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.parsed("plugin_id")?, row.count("sequence")?))).collect()
}

/// The floor that the operator set.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_floor(tx: &mut SystemRead, id: &PluginId) -> Result<Option<u64>, StoreError> {
    let floor: Option<i64> = sql::scalar(&FIND_FLOOR).bind(id.as_str().to_owned()).fetch_optional(tx.conn()).await?;
    Ok(floor.and_then(|sequence| u64::try_from(sequence).ok()))
}

fn read(row: &Row) -> Result<PublisherKey, StoreError> {
    Ok(PublisherKey {
        id: row.cell("key_id")?,
        name: row.cell("name")?,
        public_key: row.cell("public_key")?,
        patterns: row.json("patterns")?,
        valid_from: row.opt_instant("valid_from")?,
        valid_until: row.opt_instant("valid_until")?,
        added_at: row.instant("added_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}

fn revocation(row: &Row) -> Result<Revocation, StoreError> {
    Ok(Revocation { reason: row.cell("reason")?, at: row.instant("revoked_at")? })
}

#[cfg(test)]
mod tests;
