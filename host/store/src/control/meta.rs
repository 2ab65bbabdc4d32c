//! Facts about this instance: its id, and the value by which a wrong host key is noticed.

use crate::{StoreError, SystemRead, SystemTx, sql};

/// The instance's own id: part of what every ciphertext is bound to.
pub const INSTANCE_ID: &str = "instance_id";
/// A value sealed with the host key, by which a wrong key is noticed before anything is written.
pub const KEY_CHECK: &str = "key_check";
/// Sequence and digest of the trust file that was applied last, as JSON.
pub const TRUST_FILE: &str = "trust_file";

sql::statements! {
    FIND = "SELECT value FROM meta WHERE name = $1";
    SET = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

/// The value of a fact, such as [`INSTANCE_ID`] or [`KEY_CHECK`].
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut SystemRead, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sql::scalar(&FIND).bind(name.to_owned()).fetch_optional(tx.conn()).await?)
}

/// Writes a fact.
///
/// # Errors
/// When the database cannot be written.
pub async fn set(tx: &mut SystemTx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    sql::query(&SET).bind(name.to_owned()).bind(value.to_vec()).execute(tx.conn()).await?;
    Ok(())
}
