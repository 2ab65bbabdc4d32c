//! Reading below the one directory that the operator named for the connection. Capability `files`.
//!
//! Paths are relative and separated by `/`; nothing leads out of the directory.

pub use crate::bindings::weighbridge::connector::files::{Entry, EntryKind, FileError};

use crate::host;

/// The host gives at most this much at a time.
pub const CHUNK: u32 = 4 * 1024 * 1024;

/// What stands at a path.
///
/// # Errors
/// Nothing is there, or it may not be read.
pub fn stat(path: &str) -> Result<Entry, FileError> {
    host::stat(path)
}

/// Whether something stands at a path.
///
/// # Errors
/// It cannot be told: denied, over budget, or the operating system could not.
pub fn exists(path: &str) -> Result<bool, FileError> {
    match stat(path) {
        Ok(_) => Ok(true),
        Err(FileError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The entries of a directory, sorted by name. `""` is the connection's directory itself.
///
/// # Errors
/// Nothing is there, it is not a directory, or it may not be read.
pub fn list(path: &str) -> Result<Vec<Entry>, FileError> {
    host::list_directory(path)
}

/// Up to `length` bytes from `offset`, at most [`CHUNK`]; fewer at the end of the file.
///
/// # Errors
/// Nothing is there, it is not a file, or it may not be read.
pub fn read(path: &str, offset: u64, length: u32) -> Result<Vec<u8>, FileError> {
    host::read(path, offset, length)
}

/// A whole file, however long.
///
/// # Errors
/// As of [`read`]; a file that shrinks meanwhile ends early.
pub fn read_all(path: &str) -> Result<Vec<u8>, FileError> {
    let size = stat(path)?.size;
    let mut bytes = read(path, 0, u32::try_from(size).unwrap_or(CHUNK).clamp(1, CHUNK))?;
    while (bytes.len() as u64) < size {
        let chunk = read(path, bytes.len() as u64, CHUNK)?;
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
