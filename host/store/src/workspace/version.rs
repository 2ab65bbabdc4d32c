//! The data version: a counter that every page and every roll-up raises, so that a reader knows whether anything is new.

use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    CURRENT = "SELECT version FROM @data_version";
    RAISE = "UPDATE data_version SET version = version + 1 WHERE {mine} RETURNING version";
}

/// The version now.
///
/// # Errors
/// When the database cannot be read.
pub async fn current(tx: &mut WorkspaceRead) -> Result<i64, StoreError> {
    Ok(sql::scalar(&CURRENT).fetch_one(tx.conn()).await?)
}

/// The next version, for what this transaction writes.
pub(crate) async fn raise(tx: &mut WorkspaceTx) -> Result<i64, StoreError> {
    Ok(sql::scalar(&RAISE).fetch_one(tx.conn()).await?)
}
