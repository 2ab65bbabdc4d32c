//! A small store of this connection alone, for what does not fit a cursor. Capability `state`.
//!
//! What a call writes is stored with the call's page, in the same transaction, or not at all.

pub use crate::bindings::weighbridge::connector::state::StateError;

use crate::host;

/// The value of a key.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    host::state_get(key)
}

/// Write a value.
///
/// # Errors
/// The key is empty or over 256 bytes, or the connection's quota would be exceeded.
pub fn set(key: &str, value: &str) -> Result<(), StateError> {
    host::state_set(key, value)
}

/// Remove a value; nothing happens when there is none.
pub fn remove(key: &str) {
    host::state_remove(key);
}

/// All keys, sorted.
#[must_use]
pub fn keys() -> Vec<String> {
    host::state_keys()
}
