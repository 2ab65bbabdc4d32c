//! Reading JSON in the sandbox.
//!
//! What a source sends is mostly what a connector does not name: links to everything, whole accounts and repositories.
//! Skipping that byte by byte is what costs in WebAssembly, so this reader skips it in blocks of 64 bytes ([`block`]).
//!
//! The rule: it reads what is plain, and gives up on anything else. Then the whole text is read again by `serde_json`,
//! which knows every corner and words every error, so that a caller sees one reader. Of values that nobody asked for only
//! strings and brackets are looked at.

mod block;
mod cursor;
mod reader;

use serde::Deserialize;

use cursor::Cursor;
use reader::Reader;

/// Read a value of this type.
///
/// # Errors
/// What `serde_json` says of the text.
pub(crate) fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    match plain(text) {
        Ok(value) => Ok(value),
        Err(GaveUp) => serde_json::from_str(text),
    }
}

fn plain<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, GaveUp> {
    let mut cursor = Cursor::new(text);
    let value = T::deserialize(Reader::new(&mut cursor))?;
    cursor.end().map(|()| value)
}

/// Something that is not plain, or not of the type: `serde_json` is to say what.
#[derive(Debug, PartialEq)]
pub(crate) struct GaveUp;

impl std::fmt::Display for GaveUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not plain JSON of this type")
    }
}

impl std::error::Error for GaveUp {}

impl serde::de::Error for GaveUp {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
