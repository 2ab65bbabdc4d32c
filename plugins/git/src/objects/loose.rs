//! Objects in files of their own: zlib over `KIND SIZE\0CONTENT`.

use gix_hash::oid;
use gix_object::decode::loose_header;
use weighbridge_sdk::files::{self, CHUNK, FileError};

use super::Object;
use crate::error::{Error, Result};

/// A file longer than this holds an object over every cap.
const FILE_CAP: usize = 32 * 1024 * 1024;
/// Room for the longest header.
const HEADER: usize = 64;

/// The object's file below an `objects` directory.
pub(super) fn path(directory: &str, id: &oid) -> String {
    let hex = id.to_hex().to_string();
    let (first, rest) = hex.split_at(2);
    format!("{directory}/{first}/{rest}")
}

/// The object, if it has a file. `None` inside where it is over `cap`.
pub(super) fn read(path: &str, id: &oid, cap: u64, inflate: &mut gix_zlib::Inflate) -> Result<Option<Option<Object>>> {
    let Some(bytes) = read_file(path)? else { return Ok(None) };
    if bytes.len() > FILE_CAP {
        return Ok(Some(None));
    }
    unpack(&bytes, cap, inflate).map(Some).map_err(|reason| Error::Corrupt {
        object: id.to_string(),
        file: path.to_owned(),
        reason,
    })
}

fn read_file(path: &str) -> Result<Option<Vec<u8>>> {
    let mut bytes = match files::read(path, 0, CHUNK) {
        Ok(bytes) => bytes,
        Err(FileError::NotFound) => return Ok(None),
        Err(error) => return Err(Error::file(path)(error)),
    };
    while bytes.len() % CHUNK as usize == 0 && !bytes.is_empty() && bytes.len() <= FILE_CAP {
        let more = files::read(path, bytes.len() as u64, CHUNK).map_err(Error::file(path))?;
        if more.is_empty() {
            break;
        }
        bytes.extend_from_slice(&more);
    }
    Ok(Some(bytes))
}

fn unpack(bytes: &[u8], cap: u64, inflate: &mut gix_zlib::Inflate) -> std::result::Result<Option<Object>, String> {
    let mut head = [0; HEADER];
    inflate.reset();
    let (_, consumed, written) = inflate.prefix(bytes, &mut head).map_err(|error| error.to_string())?;
    let (kind, size, skip) = loose_header(&head[..written]).map_err(|error| error.to_string())?;
    if size > cap {
        return Ok(None);
    }
    // One byte more than promised shows content that is longer than its header says.
    let room = (size as usize + 1).max(written - skip);
    let mut content = Vec::new();
    let length = inflate
        .rest(&bytes[consumed..], &head[..written], skip, &mut content, room)
        .map_err(|error| error.to_string())?;
    if length as u64 != size {
        return Err(format!("it holds {length} bytes, and its header says {size}"));
    }
    Ok(Some(Object { kind, data: content.into() }))
}
