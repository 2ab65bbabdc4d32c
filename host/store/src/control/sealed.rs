//! Ciphertexts under a workspace's key, wherever they lie: which version sealed each, and how they come under the next one.
//!
//! The rule: nothing is stored that names a key which is gone, and a ciphertext is replaced only where it is still the one
//! that was read. To add a place where ciphertexts lie: a variant of [`Place`], its statements, and its line in
//! `keys::RETIRE`.

use domain::{ConnectionId, PluginId, WorkspaceId};

use crate::row::Row;
use crate::sql::Statement;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A ciphertext, and the version of the workspace's key that sealed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// The ciphertext.
    pub sealed: Vec<u8>,
    /// The version.
    pub key_version: u32,
}

/// Where ciphertexts lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Credentials that operators gave.
    Credentials,
    /// Tokens that providers gave.
    Authorizations,
}

/// A secret that an older version of the key sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// Whose.
    pub connection: ConnectionId,
    /// Its connection's name.
    pub name: String,
    /// Its connection's plugin.
    pub plugin: PluginId,
    /// The slot.
    pub slot: String,
    /// What lies there.
    pub secret: SealedSecret,
}

/// Those of one workspace after a connection and slot, in order.
macro_rules! outdated {
    ($table:literal) => {
        concat!(
            "SELECT s.connection_id, c.name, c.plugin_id, s.slot, s.sealed, s.key_version FROM ",
            $table,
            " AS s JOIN connections AS c ON c.id = s.connection_id
            WHERE c.workspace_id = $1 AND s.key_version < $2 AND s.sealed IS NOT NULL
                AND (s.connection_id > $3 OR (s.connection_id = $3 AND s.slot > $4))
            ORDER BY s.connection_id, s.slot LIMIT $5"
        )
    };
}

macro_rules! replace {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET sealed = $4, key_version = $5 WHERE connection_id = $1 AND slot = $2 AND sealed = $3"
        )
    };
}

sql::statements! {
    REQUIRE = "SELECT version FROM keys
        WHERE version = $2 AND workspace_id = (SELECT workspace_id FROM connections WHERE id = $1)";
    OUTDATED_CREDENTIALS = outdated!("credentials");
    OUTDATED_AUTHORIZATIONS = outdated!("authorizations");
    REPLACE_CREDENTIAL = replace!("credentials");
    REPLACE_AUTHORIZATION = replace!("authorizations");
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Credentials, Self::Authorizations];
}

/// Refuses what a key sealed that is not the connection's workspace's, or not any more.
pub(crate) async fn require(
    tx: &mut SystemTx,
    connection: ConnectionId,
    secret: &SealedSecret,
) -> Result<(), StoreError> {
    let query = sql::query(&REQUIRE).bind(connection).bind(secret.key_version);
    query.fetch_optional(tx.conn()).await?.map(drop).ok_or(StoreError::KeyRetired)
}

/// Up to `limit` secrets of a workspace that a version before `version` sealed, in order, those after `last`.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_outdated(
    tx: &mut SystemRead,
    place: Place,
    workspace: WorkspaceId,
    version: u32,
    last: Option<&Outdated>,
    limit: u32,
) -> Result<Vec<Outdated>, StoreError> {
    let statement: &'static Statement = match place {
        Place::Credentials => &OUTDATED_CREDENTIALS,
        Place::Authorizations => &OUTDATED_AUTHORIZATIONS,
    };
    let after = last.map_or(ConnectionId::from_bytes([0; 16]), |last| last.connection);
    let rows = sql::query(statement)
        .bind(workspace)
        .bind(version)
        .bind(after)
        .bind(last.map(|last| last.slot.clone()).unwrap_or_default())
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    let outdated = |row: &Row| {
        Ok(Outdated {
            connection: row.id("connection_id")?,
            name: row.cell("name")?,
            plugin: row.parsed("plugin_id")?,
            slot: row.cell("slot")?,
            secret: read(row)?,
        })
    };
    rows.iter().map(outdated).collect()
}

/// Puts the same secret, sealed by another version, into the place of what was read; whether that was still there. A
/// writer that saw the tokens before sees them unchanged.
///
/// # Errors
/// When the database cannot be written.
pub async fn replace(
    tx: &mut SystemTx,
    place: Place,
    before: &Outdated,
    after: &SealedSecret,
) -> Result<bool, StoreError> {
    let statement: &'static Statement = match place {
        Place::Credentials => &REPLACE_CREDENTIAL,
        Place::Authorizations => &REPLACE_AUTHORIZATION,
    };
    require(tx, before.connection, after).await?;
    let done = sql::query(statement)
        .bind(before.connection)
        .bind(before.slot.clone())
        .bind(before.secret.sealed.clone())
        .bind(after.sealed.clone())
        .bind(after.key_version)
        .execute(tx.conn())
        .await?;
    Ok(done > 0)
}

pub(super) fn read(row: &Row) -> Result<SealedSecret, StoreError> {
    Ok(SealedSecret { sealed: row.cell("sealed")?, key_version: row.cell("key_version")? })
}

pub(super) fn read_optional(row: &Row) -> Result<Option<SealedSecret>, StoreError> {
    let sealed: Option<Vec<u8>> = row.cell("sealed")?;
    let key_version = row.cell("key_version")?;
    Ok(sealed.map(|sealed| SealedSecret { sealed, key_version }))
}

#[cfg(test)]
mod tests;
