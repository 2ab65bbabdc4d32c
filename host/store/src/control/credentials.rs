//! Credentials of connections, as ciphertext. This crate has no key to open them.

use domain::{ConnectionId, Instant};

use crate::{StoreError, SystemRead, SystemTx, sql};

sql::statements! {
    PUT = "INSERT INTO credentials (connection_id, slot, sealed, stored_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (connection_id, slot) DO UPDATE SET sealed = excluded.sealed, stored_at = excluded.stored_at";
    FIND = "SELECT sealed FROM credentials WHERE connection_id = $1 AND slot = $2";
    LIST = "SELECT slot, sealed FROM credentials WHERE connection_id = $1 ORDER BY slot";
    REMOVE = "DELETE FROM credentials WHERE connection_id = $1 AND slot = $2";
}

/// Keeps the ciphertext of a slot, in place of what was there.
///
/// # Errors
/// When the connection is not there.
pub async fn put(
    tx: &mut SystemTx,
    connection: ConnectionId,
    slot: &str,
    sealed: &[u8],
    now: Instant,
) -> Result<(), StoreError> {
    sql::query(&PUT)
        .bind(connection)
        .bind(slot.to_owned())
        .bind(sealed.to_vec())
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The ciphertext of a slot, if it is filled.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut SystemRead, connection: ConnectionId, slot: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sql::scalar(&FIND).bind(connection).bind(slot.to_owned());
    Ok(query.fetch_optional(tx.conn()).await?)
}

/// The filled slots of a connection, with their ciphertexts.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, connection: ConnectionId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let rows = sql::query(&LIST).bind(connection).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.cell("slot")?, row.cell("sealed")?))).collect()
}

/// Empties a slot; nothing happens when it is empty.
///
/// # Errors
/// When the database cannot be written.
pub async fn remove(tx: &mut SystemTx, connection: ConnectionId, slot: &str) -> Result<(), StoreError> {
    sql::query(&REMOVE).bind(connection).bind(slot.to_owned()).execute(tx.conn()).await?;
    Ok(())
}
