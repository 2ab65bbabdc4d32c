//! The workspaces' data keys, wrapped by the host key. Destroying them makes what they sealed unreadable.

use domain::{Instant, WorkspaceId};

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
    rows.iter().map(|row| Ok(SealedKey { version: row.cell("version")?, sealed: row.cell("sealed")? })).collect()
}

/// Destroys all keys of a workspace.
///
/// # Errors
/// When the database cannot be written.
pub async fn destroy(tx: &mut SystemTx, workspace: WorkspaceId) -> Result<(), StoreError> {
    sql::query(&DESTROY).bind(workspace).execute(tx.conn()).await?;
    Ok(())
}
