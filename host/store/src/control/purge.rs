//! Purging a workspace: all that the control database has of it goes but the audit log.

use domain::WorkspaceId;

use crate::{StoreError, SystemTx, sql};

sql::statements! {
    /// Its keys, tokens, budgets and connections go with it, and with those their secrets: every table says so.
    WORKSPACE = "DELETE FROM workspaces WHERE id = $1";
}

/// Deletes a workspace with all that is its own; whether there was one. Its file is [`crate::Store::remove_file`]'s affair.
///
/// # Errors
/// When the database cannot be written.
pub async fn workspace(tx: &mut SystemTx, id: WorkspaceId) -> Result<bool, StoreError> {
    Ok(sql::query(&WORKSPACE).bind(id).execute(tx.conn()).await? > 0)
}
