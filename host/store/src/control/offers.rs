//! Releases that are not live: those that ask for more than the live one was granted and wait for the operator's yes, and
//! those that the operator rejected. One release of a plugin waits at a time: a newer one takes its place.

use domain::{Digest, Instant, PluginId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::row::{Row, stored};
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A release that was offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The plugin.
    pub id: PluginId,
    /// SHA-256 of the whole package.
    pub digest: Digest,
    /// The signed sequence number.
    pub sequence: u64,
    /// Its version, for people.
    pub version: String,
    /// The manifest as JSON.
    pub manifest: Box<RawValue>,
    /// The id of the key that signed it.
    pub signer: String,
    /// Whether it waits.
    pub state: OfferState,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// When it was offered last.
    pub offered_at: Instant,
}

/// Whether an offer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfferState {
    /// For the operator's yes.
    Pending,
    /// The operator said no, or a newer release took its place.
    Rejected,
}

sql::statements! {
    OUTDATE = "UPDATE offers SET state = 'rejected', reason = 'a newer release took its place'
        WHERE plugin_id = $1 AND digest <> $2 AND state = 'pending'";
    PUT = "INSERT INTO offers (plugin_id, digest, sequence, version, manifest, signer, state, reason, offered_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', NULL, $7)
        ON CONFLICT (plugin_id, digest) DO UPDATE SET state = 'pending', reason = NULL, signer = excluded.signer,
            offered_at = excluded.offered_at";
    FIND_PENDING = "SELECT plugin_id, digest, sequence, version, manifest, signer, state, reason, offered_at
        FROM offers WHERE plugin_id = $1 AND state = 'pending'";
    LIST = "SELECT plugin_id, digest, sequence, version, manifest, signer, state, reason, offered_at
        FROM offers ORDER BY plugin_id, sequence DESC, offered_at DESC";
    REJECT = "UPDATE offers SET state = 'rejected', reason = $3
        WHERE plugin_id = $1 AND digest = $2 AND state = 'pending'";
    DROP = "DELETE FROM offers WHERE plugin_id = $1 AND digest = $2";
}

/// Puts a release up for approval; one that waited before is rejected for it.
///
/// # Errors
/// When the database cannot be written.
pub async fn put(tx: &mut SystemTx, offer: &Offer) -> Result<(), StoreError> {
    let Offer { id, digest, sequence, version, manifest, signer, state: _, reason: _, offered_at } = offer;
    let outdate = sql::query(&OUTDATE).bind(id.as_str().to_owned()).bind(digest);
    outdate.execute(tx.conn()).await?;
    sql::query(&PUT)
        .bind(id.as_str().to_owned())
        .bind(digest)
        .bind(stored(*sequence))
        .bind(version.clone())
        .bind(manifest.get().to_owned())
        .bind(signer.clone())
        .bind(offered_at.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The release that waits, if one does.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_pending(tx: &mut SystemRead, id: &PluginId) -> Result<Option<Offer>, StoreError> {
    let row = sql::query(&FIND_PENDING).bind(id.as_str().to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// All offers, by plugin, the highest sequence first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead) -> Result<Vec<Offer>, StoreError> {
    sql::query(&LIST).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// Says no to a release that waits.
///
/// # Errors
/// [`StoreError::Missing`] when it does not wait.
pub async fn reject(tx: &mut SystemTx, id: &PluginId, digest: Digest, reason: &str) -> Result<(), StoreError> {
    let query = sql::query(&REJECT).bind(id.as_str().to_owned()).bind(digest);
    let done = query.bind(reason.to_owned()).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("release that waits", &digest)) } else { Ok(()) }
}

/// Forgets an offer: the release goes live, and stands among the plugins from here on.
pub(crate) async fn settle(tx: &mut SystemTx, id: &PluginId, digest: Digest) -> Result<(), StoreError> {
    let query = sql::query(&DROP).bind(id.as_str().to_owned()).bind(digest);
    query.execute(tx.conn()).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Offer, StoreError> {
    Ok(Offer {
        id: row.parsed("plugin_id")?,
        digest: row.digest("digest")?,
        sequence: row.count("sequence")?,
        version: row.cell("version")?,
        manifest: row.json("manifest")?,
        signer: row.cell("signer")?,
        state: row.word("state")?,
        reason: row.cell("reason")?,
        offered_at: row.instant("offered_at")?,
    })
}
