//! The objects of a repository, from packs and from files of their own, each checked against its id.
//!
//! Whole packs are never loaded: an entry is read through windows and decoded by the library as a pack of one entry, so
//! memory depends on the largest object and not on the repository.

mod cache;
mod loose;
mod pack;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use gix_hash::{Kind as HashKind, ObjectId, oid};
use gix_object::Kind;
use gix_pack::data::entry::Header;
use weighbridge_sdk::files::{self, FileError};

use crate::effort::Effort;
use crate::error::{Error, Result};
use cache::Cache;
use pack::Pack;

/// Commits, trees and tags beyond this are refused.
pub(crate) const TREE_CAP: u64 = 32 * 1024 * 1024;
const OBJECT_CACHE: usize = 40 * 1024 * 1024;
const WINDOW_CACHE: usize = 24 * 1024 * 1024;
/// Indexes are held whole: about 2.8 million objects.
const INDEX_CAP: u64 = 80 * 1024 * 1024;
/// Git itself writes chains of at most 4,095.
const LONGEST_CHAIN: usize = 8 * 1024;

/// A decoded object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) data: Rc<[u8]>,
}

/// Where an object was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Packed { pack: usize, offset: u64 },
    Loose(ObjectId),
}

/// All objects of a repository.
pub(crate) struct Objects {
    directories: Vec<String>,
    packs: Vec<Pack>,
    last_pack: Cell<usize>,
    cache: RefCell<Cache<Place, Object>>,
    inflate: RefCell<gix_zlib::Inflate>,
    scratch: RefCell<Vec<u8>>,
    verified: RefCell<HashSet<ObjectId>>,
    pub(crate) effort: Effort,
}

impl Objects {
    /// The packs and files below these `objects` directories.
    pub(crate) fn open(directories: Vec<String>) -> Result<Self> {
        let mut found = Vec::new();
        for directory in &directories {
            found.extend(list_packs(directory)?);
        }
        let windows = Rc::new(RefCell::new(Cache::new(WINDOW_CACHE)));
        let pack = |(number, (stem, size))| Pack::new(number, stem, size, Rc::clone(&windows));
        let packs = found.into_iter().enumerate().map(pack).collect();
        Ok(Self {
            directories,
            packs,
            last_pack: Cell::new(0),
            cache: RefCell::new(Cache::new(OBJECT_CACHE)),
            inflate: RefCell::default(),
            scratch: RefCell::default(),
            verified: RefCell::default(),
            effort: Effort::unlimited(),
        })
    }

    /// A commit, tree or tag.
    pub(crate) fn get(&self, id: &oid, kind: Kind) -> Result<Object> {
        let object = self.read(id, TREE_CAP)?;
        if object.kind != kind {
            let reason = format!("it is a {}, and a {kind} was meant", object.kind);
            return Err(self.corrupt(id, reason));
        }
        Ok(object)
    }

    /// Any object of at most `cap` bytes.
    pub(crate) fn read(&self, id: &oid, cap: u64) -> Result<Object> {
        let oversized = || Error::Oversized { object: id.to_string(), cap };
        let object = match self.locate(id)? {
            Some((pack, offset)) => match self.unpack(pack, offset, cap, id) {
                Err(Error::Oversized { .. }) => return Err(oversized()),
                other => other?,
            },
            None => self.read_loose(id, cap)?.ok_or_else(oversized)?,
        };
        self.verify(id, &object)?;
        Ok(object)
    }

    /// Where it is packed. Packs are asked in the order of their last success.
    fn locate(&self, id: &oid) -> Result<Option<(usize, u64)>> {
        let last = self.last_pack.get();
        let order = (last..self.packs.len()).chain(0..last);
        for number in order {
            if let Some(offset) = self.packs[number].find(id, &self.effort)? {
                self.last_pack.set(number);
                return Ok(Some((number, offset)));
            }
        }
        Ok(None)
    }

    /// Decode a packed entry: down the chain of deltas to what is known or whole, and up again.
    fn unpack(&self, pack: usize, offset: u64, cap: u64, id: &oid) -> Result<Object> {
        let (mut pack, mut offset) = (pack, offset);
        let mut chain = Vec::new();
        let mut base = loop {
            let place = Place::Packed { pack, offset };
            if let Some(object) = self.cache.borrow_mut().get(&place) {
                break Some(object);
            }
            let raw = self.packs[pack].entry(offset, cap, &self.effort)?;
            let header = raw.entry.header;
            chain.push((place, raw));
            match header {
                Header::OfsDelta { base_distance } => {
                    offset = offset.checked_sub(base_distance).filter(|base| *base < offset).ok_or_else(|| {
                        Error::damaged(self.packs[pack].path(), format!("the delta at {offset} has no base"))
                    })?;
                }
                Header::RefDelta { base_id } => match self.locate(&base_id)? {
                    Some(place) => (pack, offset) = place,
                    None => break Some(self.read(&base_id, cap)?),
                },
                _ => break None,
            }
            if chain.len() > LONGEST_CHAIN {
                return Err(Error::damaged(self.packs[pack].path(), format!("the delta at {offset} never ends")));
            }
        };
        while let Some((place, raw)) = chain.pop() {
            let scratch = &mut self.scratch.borrow_mut();
            let object = raw
                .decode(base.as_ref(), cap, &mut self.inflate.borrow_mut(), scratch)
                .map_err(|reason| self.corrupt(id, reason))?
                .ok_or_else(|| Error::Oversized { object: id.to_string(), cap })?;
            self.effort.spend(object.data.len() as u64)?;
            self.cache.borrow_mut().put(place, object.data.len(), object.clone());
            base = Some(object);
        }
        base.ok_or_else(|| Error::Missing { object: id.to_string() })
    }

    fn read_loose(&self, id: &oid, cap: u64) -> Result<Option<Object>> {
        let place = Place::Loose(id.to_owned());
        if let Some(object) = self.cache.borrow_mut().get(&place) {
            return Ok(Some(object));
        }
        for directory in &self.directories {
            let path = loose::path(directory, id);
            let Some(found) = loose::read(&path, id, cap, &mut self.inflate.borrow_mut())? else { continue };
            if let Some(object) = &found {
                self.effort.spend(4096 + object.data.len() as u64)?;
                self.cache.borrow_mut().put(place, object.data.len(), object.clone());
            }
            return Ok(found);
        }
        Err(Error::Missing { object: id.to_string() })
    }

    /// An object whose content has another id was read from the wrong place, or changed there.
    fn verify(&self, id: &oid, object: &Object) -> Result<()> {
        if self.verified.borrow().contains(id) {
            return Ok(());
        }
        self.effort.spend(object.data.len() as u64)?;
        let found = gix_object::compute_hash(HashKind::Sha1, object.kind, &object.data)
            .map_err(|error| self.corrupt(id, error.to_string()))?;
        if found.as_ref() != id {
            return Err(self.corrupt(id, format!("its content has the id {found}")));
        }
        self.verified.borrow_mut().insert(found);
        Ok(())
    }

    /// The error that names the object and the file that it was read from.
    pub(crate) fn corrupt(&self, id: &oid, reason: String) -> Error {
        let file = match self.locate(id) {
            Ok(Some((pack, _))) => self.packs[pack].path(),
            _ => self.directories.first().map(|directory| loose::path(directory, id)).unwrap_or_default(),
        };
        Error::Corrupt { object: id.to_string(), file, reason }
    }
}

/// The packs of one `objects` directory that have an index, without extension, and their lengths.
fn list_packs(directory: &str) -> Result<Vec<(String, u64)>> {
    let folder = format!("{directory}/pack");
    let entries = match files::list(&folder) {
        Ok(entries) => entries,
        Err(FileError::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(Error::file(folder)(error)),
    };
    let indexes: u64 = entries.iter().filter(|entry| entry.name.ends_with(".idx")).map(|entry| entry.size).sum();
    if indexes > INDEX_CAP {
        return Err(Error::Settings(format!(
            "the indexes in `{folder}` have {indexes} bytes together, and at most {INDEX_CAP} fit the sandbox; connect a \
             clone of one branch alone (`git clone --bare --single-branch`)"
        )));
    }
    let mut packs = Vec::new();
    for entry in &entries {
        let Some(stem) = entry.name.strip_suffix(".idx") else { continue };
        let data = format!("{stem}.pack");
        let size = entries.iter().find(|other| other.name == data).map(|other| other.size).ok_or_else(|| {
            Error::damaged(format!("{folder}/{}", entry.name), "the pack that it belongs to is not there")
        })?;
        packs.push((format!("{folder}/{stem}"), size));
    }
    Ok(packs)
}
