//! Credentials of connections, as ciphertext. This crate has no key to open them.

use domain::{ConnectionId, Instant};

use super::sealed::{self, SealedSecret};
use crate::{StoreError, SystemRead, SystemTx, sql};

sql::statements! {
    PUT = "INSERT INTO credentials (connection_id, slot, sealed, key_version, stored_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (connection_id, slot) DO UPDATE SET sealed = excluded.sealed, key_version = excluded.key_version,
            stored_at = excluded.stored_at";
    FIND = "SELECT sealed, key_version FROM credentials WHERE connection_id = $1 AND slot = $2";
    LIST = "SELECT slot, sealed, key_version FROM credentials WHERE connection_id = $1 ORDER BY slot";
    REMOVE = "DELETE FROM credentials WHERE connection_id = $1 AND slot = $2";
}

/// Keeps the ciphertext of a slot, in place of what was there.
///
/// # Errors
/// When the connection is not there; [`StoreError::KeyRetired`] when the key that sealed it is not, any more.
pub async fn put(
    tx: &mut SystemTx,
    connection: ConnectionId,
    slot: &str,
    secret: &SealedSecret,
    now: Instant,
) -> Result<(), StoreError> {
    sealed::require(tx, connection, secret).await?;
    sql::query(&PUT)
        .bind(connection)
        .bind(slot.to_owned())
        .bind(secret.sealed.clone())
        .bind(secret.key_version)
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The ciphertext of a slot, if it is filled.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    tx: &mut SystemRead,
    connection: ConnectionId,
    slot: &str,
) -> Result<Option<SealedSecret>, StoreError> {
    let query = sql::query(&FIND).bind(connection).bind(slot.to_owned());
    query.fetch_optional(tx.conn()).await?.as_ref().map(sealed::read).transpose()
}

/// The filled slots of a connection, with their ciphertexts.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, connection: ConnectionId) -> Result<Vec<(String, SealedSecret)>, StoreError> {
    let rows = sql::query(&LIST).bind(connection).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.cell("slot")?, sealed::read(row)?))).collect()
}

/// Empties a slot; nothing happens when it is empty.
///
/// # Errors
/// When the database cannot be written.
pub async fn remove(tx: &mut SystemTx, connection: ConnectionId, slot: &str) -> Result<(), StoreError> {
    sql::query(&REMOVE).bind(connection).bind(slot.to_owned()).execute(tx.conn()).await?;
    Ok(())
}
