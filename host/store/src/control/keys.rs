//! The workspaces' data keys, wrapped by the host key. Destroying them makes what they sealed unreadable.

use domain::{Instant, WorkspaceId};

use crate::row::Row;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A wrapped data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Counts rotations, from 1.
    pub version: u32,
    /// The key, encrypted with the host key.
    pub sealed: Vec<u8>,
}

sql::statements! {
    PUT = "INSERT INTO keys (workspace_id, version, sealed, created_at) VALUES ($1, $2, $3, $4)";
    LIST = "SELECT version, sealed FROM keys WHERE workspace_id = $1 ORDER BY version DESC";
    ALL = "SELECT workspace_id, version, sealed FROM keys ORDER BY workspace_id, version";
    REPLACE = "UPDATE keys SET sealed = $3 WHERE workspace_id = $1 AND version = $2";
    RETIRE = "DELETE FROM keys WHERE workspace_id = $1 AND version < $2
            AND NOT EXISTS (SELECT 1 FROM credentials AS s JOIN connections AS c ON c.id = s.connection_id
                WHERE c.workspace_id = keys.workspace_id AND s.key_version = keys.version)
            AND NOT EXISTS (SELECT 1 FROM authorizations AS s JOIN connections AS c ON c.id = s.connection_id
                WHERE c.workspace_id = keys.workspace_id AND s.key_version = keys.version AND s.sealed IS NOT NULL)";
    DESTROY = "DELETE FROM keys WHERE workspace_id = $1";
}

/// Keeps a new version of a workspace's key.
///
/// # Errors
/// [`StoreError::Exists`] when the workspace has this version.
pub async fn put(tx: &mut SystemTx, workspace: WorkspaceId, key: &SealedKey, now: Instant) -> Result<(), StoreError> {
    let SealedKey { version, sealed } = key;
    sql::query(&PUT)
        .bind(workspace)
        .bind(*version)
        .bind(sealed.clone())
        .bind(now.as_micros())
        .execute(tx.conn())
        .await
        .map_err(StoreError::exists("key version", version.to_string()))?;
    Ok(())
}

/// A workspace's keys, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, workspace: WorkspaceId) -> Result<Vec<SealedKey>, StoreError> {
    let rows = sql::query(&LIST).bind(workspace).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// Every key of every workspace.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_all(tx: &mut SystemRead) -> Result<Vec<(WorkspaceId, SealedKey)>, StoreError> {
    let rows = sql::query(&ALL).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.id("workspace_id")?, read(row)?))).collect()
}

/// Writes the same key as another ciphertext: wrapped by another host key.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no key of this version.
pub async fn replace(tx: &mut SystemTx, workspace: WorkspaceId, key: &SealedKey) -> Result<(), StoreError> {
    let SealedKey { version, sealed } = key;
    let done = sql::query(&REPLACE).bind(workspace).bind(*version).bind(sealed.clone()).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("key version", version)) } else { Ok(()) }
}

/// Destroys the keys of a workspace before this version that no ciphertext names; how many.
///
/// # Errors
/// When the database cannot be written.
pub async fn retire(tx: &mut SystemTx, workspace: WorkspaceId, before: u32) -> Result<u64, StoreError> {
    Ok(sql::query(&RETIRE).bind(workspace).bind(before).execute(tx.conn()).await?)
}

fn read(row: &Row) -> Result<SealedKey, StoreError> {
    Ok(SealedKey { version: row.cell("version")?, sealed: row.cell("sealed")? })
}

/// Destroys all keys of a workspace.
///
/// # Errors
/// When the database cannot be written.
pub async fn destroy(tx: &mut SystemTx, workspace: WorkspaceId) -> Result<(), StoreError> {
    sql::query(&DESTROY).bind(workspace).execute(tx.conn()).await?;
    Ok(())
}
