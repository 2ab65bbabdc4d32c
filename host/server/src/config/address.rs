//! The address of a database, which may have a password in it.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// `postgres://USER:PASSWORD@HOST/NAME`. It is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseAddress(String);

impl DatabaseAddress {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address of a database")
    }
}

pub(super) fn unless_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DatabaseAddress>, D::Error> {
    Ok(Some(DatabaseAddress::deserialize(from)?).filter(|address| !address.0.is_empty()))
}
