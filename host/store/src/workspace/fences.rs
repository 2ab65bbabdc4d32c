//! Fences: the number of the lease that may write into this file. Raised once when a lease is taken, checked in every
//! transaction that writes under it, so that a worker that comes back late writes nothing.

use domain::ConnectionId;

use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    RAISE = "INSERT INTO fences ({scope}connection_id, fence) VALUES ({scoped}$1, $2)
        ON CONFLICT ({scope}connection_id) DO UPDATE SET fence = excluded.fence WHERE excluded.fence >= fences.fence
        RETURNING fence";
    FIND = "SELECT fence FROM @fences WHERE connection_id = $1";
    LIST = "SELECT connection_id, fence FROM @fences";
}

/// Shuts out all leases before this one.
///
/// # Errors
/// [`StoreError::StaleFence`] when a later lease was here already.
pub async fn raise(tx: &mut WorkspaceTx, connection: ConnectionId, fence: i64) -> Result<(), StoreError> {
    let raised: Option<i64> = sql::scalar(&RAISE).bind(connection).bind(fence).fetch_optional(tx.conn()).await?;
    if raised.is_some() { Ok(()) } else { check(tx, connection, fence).await }
}

/// The fence of every connection that ever ran.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut WorkspaceRead) -> Result<Vec<(ConnectionId, i64)>, StoreError> {
    let rows = sql::query(&LIST).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.id("connection_id")?, row.cell("fence")?))).collect()
}

/// Refuses a writer whose lease is not the current one.
///
/// # Errors
/// [`StoreError::StaleFence`] when it is not.
pub async fn check(tx: &mut WorkspaceTx, connection: ConnectionId, held: i64) -> Result<(), StoreError> {
    let current: Option<i64> = sql::scalar(&FIND).bind(connection).fetch_optional(tx.conn()).await?;
    let current = current.unwrap_or(0);
    if current == held { Ok(()) } else { Err(StoreError::StaleFence { connection, held, current }) }
}
