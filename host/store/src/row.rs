//! From rows to values: one place that knows how ids, instants, words and lists are written into columns.

use domain::{ConnectionId, Digest, Instant, RunId, TokenId, WorkspaceId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::sql::Cell;
pub(crate) use crate::sql::Row;

/// An id that is stored as its sixteen bytes.
pub(crate) trait StoredId: Sized {
    fn from_stored(bytes: [u8; 16]) -> Self;
}

macro_rules! stored_ids {
    ($($id:ident),*) => {$(
        impl StoredId for $id {
            fn from_stored(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        }
    )*};
}
stored_ids!(WorkspaceId, ConnectionId, RunId, TokenId);

/// Reads columns by name.
impl Row {
    /// A value as the engine gives it.
    pub(crate) fn cell<'r, T: Cell<'r>>(&'r self, column: &str) -> Result<T, StoreError> {
        Ok(T::read(self, column)?)
    }

    pub(crate) fn id<T: StoredId>(&self, column: &str) -> Result<T, StoreError> {
        self.opt_id(column)?.ok_or_else(|| unreadable(column, "no id"))
    }

    pub(crate) fn opt_id<T: StoredId>(&self, column: &str) -> Result<Option<T>, StoreError> {
        Ok(self.id_bytes(column)?.map(T::from_stored))
    }

    pub(crate) fn digest(&self, column: &str) -> Result<Digest, StoreError> {
        let bytes: &[u8] = self.cell(column)?;
        bytes.try_into().map(Digest::from_bytes).map_err(|_| unreadable(column, "not 32 bytes"))
    }

    pub(crate) fn opt_digest(&self, column: &str) -> Result<Option<Digest>, StoreError> {
        let bytes: Option<&[u8]> = self.cell(column)?;
        let read =
            |bytes: &[u8]| bytes.try_into().map(Digest::from_bytes).map_err(|_| unreadable(column, "not 32 bytes"));
        bytes.map(read).transpose()
    }

    pub(crate) fn instant(&self, column: &str) -> Result<Instant, StoreError> {
        self.cell(column).map(Instant::from_micros)
    }

    pub(crate) fn opt_instant(&self, column: &str) -> Result<Option<Instant>, StoreError> {
        Ok(self.cell::<Option<i64>>(column)?.map(Instant::from_micros))
    }

    /// A count; columns hold no negative ones.
    pub(crate) fn count(&self, column: &str) -> Result<u64, StoreError> {
        u64::try_from(self.cell::<i64>(column)?).map_err(|_| unreadable(column, "a negative count"))
    }

    pub(crate) fn opt_u32(&self, column: &str) -> Result<Option<u32>, StoreError> {
        self.cell(column)
    }

    /// A value that is stored as JSON text.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(self.cell(column)?).map_err(|error| unreadable(column, &error))
    }

    /// A value that is stored as the one word that serde gives it.
    pub(crate) fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let word: &str = self.cell(column)?;
        serde_json::from_value(word.into()).map_err(|error| unreadable(column, &error))
    }

    /// A value that has a text form of its own.
    pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, column: &str) -> Result<T, StoreError> {
        self.cell::<&str>(column)?.parse().map_err(|error| unreadable(column, &error))
    }
}

fn unreadable(column: &str, reason: &(impl ToString + ?Sized)) -> StoreError {
    StoreError::Unreadable { column: column.to_owned(), reason: reason.to_string() }
}

/// The one word that serde gives a value, as [`Row::word`] reads it.
pub(crate) fn word(value: impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(unreadable("word", &other)),
    }
}

/// The text that a column of JSON holds.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// A count as the engine takes it.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
