//! One pack: its index, held whole, and its entries, read through windows so that a pack may be larger than memory.

use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use gix_hash::{Kind as HashKind, ObjectId, oid};
use gix_object::Kind;
use gix_pack::data::decode::{entry, header};
use gix_pack::data::entry::Header;
use gix_pack::data::{Entry, Version};
use gix_pack::{cache, data, index};
use weighbridge_sdk::files;

use super::Object;
use super::cache::Cache;
use crate::effort::Effort;
use crate::error::{Error, Result};

/// What is read of a pack at a time.
const WINDOW: u64 = 64 * 1024;
/// The longest entry header: ten bytes of size and an object id, or an offset.
const HEADER: u64 = 32;
const TRAILER: u64 = 20;

/// Windows into packs, by the pack's number and the window's.
pub(super) type Windows = RefCell<Cache<(usize, u64), Rc<[u8]>>>;

/// A pack and its index.
pub(super) struct Pack {
    /// Its place among the packs.
    number: usize,
    /// Its path without extension.
    stem: String,
    size: u64,
    index: OnceCell<index::File<Vec<u8>>>,
    windows: Rc<Windows>,
}

/// An entry of a pack, with the bytes that begin at it. The bytes are a pack of this one entry, so that the library
/// decodes it without the rest.
pub(super) struct RawEntry {
    /// What the entry says of itself; its offsets are those in `bytes`.
    pub(super) entry: Entry,
    bytes: Vec<u8>,
}

impl Pack {
    /// A pack of `size` bytes.
    pub(super) fn new(number: usize, stem: String, size: u64, windows: Rc<Windows>) -> Self {
        Self { number, stem, size, index: OnceCell::new(), windows }
    }

    /// The pack's file.
    pub(super) fn path(&self) -> String {
        format!("{}.pack", self.stem)
    }

    /// Where the object stands in the pack, if it does.
    pub(super) fn find(&self, id: &oid, effort: &Effort) -> Result<Option<u64>> {
        let index = self.index(effort)?;
        let Some(at) = index.lookup(id) else { return Ok(None) };
        let offset = index.pack_offset_at_index(at);
        if offset.saturating_add(TRAILER) >= self.size {
            let reason = format!("it places object {id} at {offset}, and the pack ends at {}", self.size);
            return Err(Error::damaged(format!("{}.idx", self.stem), reason));
        }
        Ok(Some(offset))
    }

    fn index(&self, effort: &Effort) -> Result<&index::File<Vec<u8>>> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let path = format!("{}.idx", self.stem);
        let bytes = files::read_all(&path).map_err(Error::file(&path))?;
        effort.spend(bytes.len() as u64 / 16)?;
        let index = index::File::from_data(bytes, PathBuf::new(), HashKind::Sha1)
            .map_err(|error| Error::damaged(&path, error))?;
        Ok(self.index.get_or_init(|| index))
    }

    /// The entry at an offset, refused when it says to be longer than `cap`.
    pub(super) fn entry(&self, offset: u64, cap: u64, effort: &Effort) -> Result<RawEntry> {
        let start = data::header::encode(Version::V2, 1).to_vec();
        let first = start.len();
        let mut bytes = start;
        self.read(offset, HEADER, &mut bytes, effort)?;
        let entry = Entry::from_bytes(&bytes[first..], first as u64, HashKind::Sha1)
            .map_err(|error| Error::damaged(self.path(), format!("entry at {offset}: {error}")))?;
        if entry.decompressed_size > cap {
            return Err(Error::Oversized { object: format!("at {offset} of `{}`", self.path()), cap });
        }
        // Deflate never makes data much longer than it was; what follows the entry does no harm.
        let longest = entry.decompressed_size + entry.decompressed_size / 8 + 1024;
        self.read(offset + HEADER, longest, &mut bytes, effort)?;
        bytes.resize(bytes.len() + TRAILER as usize, 0);
        effort.spend(512 + entry.decompressed_size)?;
        Ok(RawEntry { entry, bytes })
    }

    /// Append up to `length` bytes from `offset`; fewer where the pack ends.
    fn read(&self, offset: u64, length: u64, out: &mut Vec<u8>, effort: &Effort) -> Result<()> {
        let mut at = offset;
        let end = (offset + length).min(self.size.saturating_sub(TRAILER));
        while at < end {
            let window = self.window(at / WINDOW, effort)?;
            let from = (at % WINDOW) as usize;
            let part = window.get(from..).unwrap_or_default();
            let part = &part[..part.len().min((end - at) as usize)];
            if part.is_empty() {
                return Err(Error::damaged(self.path(), format!("it ends before {at}")));
            }
            out.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(())
    }

    fn window(&self, number: u64, effort: &Effort) -> Result<Rc<[u8]>> {
        let key = (self.number, number);
        if let Some(window) = self.windows.borrow_mut().get(&key) {
            return Ok(window);
        }
        effort.spend(WINDOW)?;
        let path = self.path();
        let bytes = files::read(&path, number * WINDOW, WINDOW as u32).map_err(Error::file(&path))?;
        let window: Rc<[u8]> = bytes.into();
        self.windows.borrow_mut().put(key, window.len(), Rc::clone(&window));
        Ok(window)
    }
}

impl RawEntry {
    /// The object, made from its base where the entry is a delta. The reason where it cannot be.
    pub(super) fn decode(
        self,
        base: Option<&Object>,
        cap: u64,
        inflate: &mut gix_zlib::Inflate,
        scratch: &mut Vec<u8>,
    ) -> std::result::Result<Option<Object>, String> {
        let Self { mut entry, bytes } = self;
        let kind = base.map_or(Kind::Blob, |base| base.kind);
        // Whatever the delta's base is in the real pack, here it comes from outside.
        if entry.header.is_delta() {
            entry.header = Header::RefDelta { base_id: ObjectId::null(HashKind::Sha1) };
        }
        let file = data::File::from_data(bytes, PathBuf::new(), HashKind::Sha1).map_err(|error| error.to_string())?;
        let outside = |_: &oid| Ok(Some(header::ResolvedBase::OutOfPack { kind, num_deltas: None }));
        let size = file.decode_header(entry.clone(), inflate, &outside).map_err(|error| error.to_string())?.object_size;
        if size > cap {
            return Ok(None);
        }
        scratch.clear();
        let resolve = |_: &oid, out: &mut Vec<u8>| {
            let base = base.map_or(&[][..], |base| &base.data);
            out.clear();
            out.extend_from_slice(base);
            Ok(Some(entry::ResolvedBase::OutOfPack { kind, end: base.len() }))
        };
        let outcome = file
            .decode_entry(entry, scratch, inflate, &resolve, &mut cache::Never)
            .map_err(|error| error.to_string())?;
        Ok(Some(Object { kind: outcome.kind, data: scratch.as_slice().into() }))
    }
}
