//! What a restored store may not take over from its backup: leases of workers that are not there, and numbers of leases that
//! the workspaces' files have gone beyond.

use domain::ConnectionId;

use crate::{StoreError, SystemTx, sql};

sql::statements! {
    VOID_LEASES = "UPDATE connections SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";
    VOID_REFRESHES = "UPDATE authorizations SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";
    RAISE = "UPDATE connections SET fence = $2 WHERE id = $1 AND fence < $2";
}

/// Voids every lease: of runs, and of who asks a provider.
///
/// # Errors
/// When the database cannot be written.
pub async fn void_leases(tx: &mut SystemTx) -> Result<(), StoreError> {
    for statement in [&VOID_LEASES, &VOID_REFRESHES] {
        sql::query(statement).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Lets the next lease of a connection have a number beyond this one.
///
/// # Errors
/// When the database cannot be written.
pub async fn raise_fence(tx: &mut SystemTx, connection: ConnectionId, fence: i64) -> Result<(), StoreError> {
    sql::query(&RAISE).bind(connection).bind(fence).execute(tx.conn()).await?;
    Ok(())
}
