//! Installed packages. One package of a plugin is active at a time; the others stay, so that the version floor holds
//! and the last good one can be gone back to.

use domain::{Capabilities, ConnectionId, Digest, Instant, PluginId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::offers;
use crate::row::{Row, json, stored, word};
use crate::{StoreError, SystemRead, SystemTx, sql};

/// An installed package.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// The plugin.
    pub id: PluginId,
    /// Its version, for people.
    pub version: String,
    /// The signed sequence number, which never goes back.
    pub sequence: u64,
    /// SHA-256 of the whole package.
    pub digest: Digest,
    /// The manifest as JSON.
    pub manifest: Box<RawValue>,
    /// The id of the key that signed it.
    pub signer: String,
    /// What the operator granted.
    pub granted: Capabilities,
    /// Where it stands.
    pub state: PluginState,
    /// Why it is quarantined.
    pub reason: Option<String>,
    /// When it was installed.
    pub installed_at: Instant,
    /// The package in whose place it went live: where a rollback leads.
    pub previous: Option<Digest>,
}

/// Where a package stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluginState {
    /// It runs.
    Active,
    /// Another package of the plugin took its place.
    Superseded,
    /// It failed too often, and is kept from running.
    Quarantined,
    /// The operator removed it.
    Removed,
}

sql::statements! {
    SUPERSEDE = "UPDATE plugins SET state = 'superseded' WHERE plugin_id = $1 AND state = 'active'";
    INSTALL = "INSERT INTO plugins
            (plugin_id, version, sequence, digest, manifest, signer, granted, state, reason, installed_at, previous)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', NULL, $8, $9)
        ON CONFLICT (plugin_id, digest) DO UPDATE SET state = 'active', reason = NULL, signer = excluded.signer,
            granted = excluded.granted, installed_at = excluded.installed_at,
            previous = COALESCE(excluded.previous, plugins.previous)";
    FIND_ACTIVE = "SELECT plugin_id, version, sequence, digest, manifest, signer, granted, state, reason, installed_at,
            previous
        FROM plugins WHERE plugin_id = $1 AND state = 'active'";
    FIND = "SELECT plugin_id, version, sequence, digest, manifest, signer, granted, state, reason, installed_at, previous
        FROM plugins WHERE plugin_id = $1 AND digest = $2";
    /// The release that a connection stays on runs although it is not the live one, unless it is kept from running.
    FIND_RUNNING = "SELECT p.plugin_id, p.version, p.sequence, p.digest, p.manifest, p.signer, p.granted, p.state,
            p.reason, p.installed_at, p.previous
        FROM connections AS c JOIN plugins AS p ON p.plugin_id = c.plugin_id
        WHERE c.id = $1 AND CASE WHEN c.package IS NULL THEN p.state = 'active'
            ELSE p.digest = c.package AND p.state IN ('active', 'superseded') END";
    FIND_HELD = "SELECT plugin_id, version, sequence, digest, manifest, signer, granted, state, reason, installed_at,
            previous
        FROM plugins AS p WHERE plugin_id = $1 AND state = 'quarantined'
            AND NOT EXISTS (SELECT 1 FROM plugins AS a WHERE a.plugin_id = p.plugin_id AND a.state = 'active')
        ORDER BY installed_at DESC LIMIT 1";
    LIST = "SELECT plugin_id, version, sequence, digest, manifest, signer, granted, state, reason, installed_at, previous
        FROM plugins ORDER BY plugin_id, sequence DESC, installed_at DESC";
    HIGHEST = "SELECT plugin_id, MAX(sequence) AS sequence FROM plugins GROUP BY plugin_id ORDER BY plugin_id";
    FLOOR = "SELECT MAX(sequence) FROM plugins WHERE plugin_id = $1";
    SET_STATE = "UPDATE plugins SET state = $3, reason = $4 WHERE plugin_id = $1 AND digest = $2";
}

/// Installs a package as the active one; what was active before is superseded in the same transaction. The same
/// package again is reinstalled with the new grant. `state`, `reason` and `previous` of `plugin` are not looked at: the
/// package in whose place it goes live becomes its previous one.
///
/// # Errors
/// When the database cannot be written. Whether the sequence may be installed is for [`floor`] and `trust` to say.
pub async fn install(tx: &mut SystemTx, plugin: &Plugin) -> Result<(), StoreError> {
    let Plugin {
        id,
        version,
        sequence,
        digest,
        manifest,
        signer,
        granted,
        state: _,
        reason: _,
        installed_at,
        previous: _,
    } = plugin;
    let before = find_active(tx, id).await?.map(|before| before.digest).filter(|before| before != digest);
    sql::query(&SUPERSEDE).bind(id.as_str().to_owned()).execute(tx.conn()).await?;
    sql::query(&INSTALL)
        .bind(id.as_str().to_owned())
        .bind(version.clone())
        .bind(stored(*sequence))
        .bind(digest)
        .bind(manifest.get().to_owned())
        .bind(signer.clone())
        .bind(json(granted)?)
        .bind(installed_at.as_micros())
        .bind(before)
        .execute(tx.conn())
        .await?;
    offers::settle(tx, id, *digest).await
}

/// The package that runs, if one does.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_active(tx: &mut SystemRead, id: &PluginId) -> Result<Option<Plugin>, StoreError> {
    let row = sql::query(&FIND_ACTIVE).bind(id.as_str().to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// The package that runs.
///
/// # Errors
/// [`StoreError::Missing`] when none does.
pub async fn get_active(tx: &mut SystemRead, id: &PluginId) -> Result<Plugin, StoreError> {
    find_active(tx, id).await?.ok_or_else(|| StoreError::missing("active plugin", &id))
}

/// The package of this digest, whatever became of it.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut SystemRead, id: &PluginId, digest: Digest) -> Result<Option<Plugin>, StoreError> {
    let query = sql::query(&FIND).bind(id.as_str().to_owned()).bind(digest);
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// The package that runs for a connection, if one does: the live one, or the one that it stays on.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_running(tx: &mut SystemRead, connection: ConnectionId) -> Result<Option<Plugin>, StoreError> {
    let query = sql::query(&FIND_RUNNING).bind(connection);
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// The quarantined package that would run, if it were not: none where another one is live.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_held(tx: &mut SystemRead, id: &PluginId) -> Result<Option<Plugin>, StoreError> {
    let row = sql::query(&FIND_HELD).bind(id.as_str().to_owned()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// All packages, by plugin, the highest sequence first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead) -> Result<Vec<Plugin>, StoreError> {
    sql::query(&LIST).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// The highest sequence that was ever installed, whatever became of it.
///
/// # Errors
/// When the database cannot be read.
pub async fn floor(tx: &mut SystemRead, id: &PluginId) -> Result<Option<u64>, StoreError> {
    let highest: Option<i64> = sql::scalar(&FLOOR).bind(id.as_str().to_owned()).fetch_one(tx.conn()).await?;
    Ok(highest.and_then(|sequence| u64::try_from(sequence).ok()))
}

/// Of each plugin the highest sequence that was ever installed, whatever became of it: what may be installed next is no
/// lower.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_highest(tx: &mut SystemRead) -> Result<Vec<(PluginId, u64)>, StoreError> {
    let rows = sql::query(&HIGHEST).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.parsed("plugin_id")?, row.count("sequence")?))).collect()
}

/// Moves a package to another state, with the reason.
///
/// # Errors
/// [`StoreError::Missing`] when it was never installed; [`StoreError::Exists`] when another package is active.
pub async fn set_state(
    tx: &mut SystemTx,
    id: &PluginId,
    digest: Digest,
    state: PluginState,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let done = sql::query(&SET_STATE)
        .bind(id.as_str().to_owned())
        .bind(digest)
        .bind(word(state)?)
        .bind(reason.map(str::to_owned))
        .execute(tx.conn())
        .await
        .map_err(StoreError::exists("active package of", id.as_str()))?;
    if done == 0 { Err(StoreError::missing("package", &digest)) } else { Ok(()) }
}

fn read(row: &Row) -> Result<Plugin, StoreError> {
    Ok(Plugin {
        id: row.parsed("plugin_id")?,
        version: row.cell("version")?,
        sequence: row.count("sequence")?,
        digest: row.digest("digest")?,
        manifest: row.json("manifest")?,
        signer: row.cell("signer")?,
        granted: row.json("granted")?,
        state: row.word("state")?,
        reason: row.cell("reason")?,
        installed_at: row.instant("installed_at")?,
        previous: row.opt_digest("previous")?,
    })
}

#[cfg(test)]
mod tests;
