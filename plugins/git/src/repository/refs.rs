//! References: files below `refs`, lines of `packed-refs`, and symbolic ones that name another.

use gix_hash::ObjectId;
use weighbridge_sdk::files::{self, EntryKind, FileError};

use crate::error::{Error, Result};

/// Git follows at most five symbolic references.
const LONGEST_CHAIN: usize = 5;

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// To an object, with the name of the last reference on the way.
    Object { name: String, id: ObjectId },
    /// To a reference that does not exist (yet).
    Unborn { name: String },
}

/// Follow a reference to its object.
pub(super) fn resolve(directory: &str, name: &str) -> Result<Target> {
    let mut name = name.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let path = join(directory, &name);
        let Some(text) = read_small(&path)? else {
            return Ok(match packed(directory)?.into_iter().find(|(known, _)| *known == name) {
                Some((name, id)) => Target::Object { name, id },
                None => Target::Unborn { name },
            });
        };
        match text.strip_prefix("ref:") {
            Some(next) => name = next.trim().to_owned(),
            None => {
                let id = parse_id(text.trim())
                    .ok_or_else(|| Error::damaged(&path, "it names neither an object nor a reference"))?;
                return Ok(Target::Object { name, id });
            }
        }
    }
    Err(Error::damaged(join(directory, &name), "symbolic references lead in a circle"))
}

/// The names of the branches, sorted, without `refs/heads/`.
pub(super) fn branches(directory: &str) -> Result<Vec<String>> {
    let mut names: Vec<_> = packed(directory)?.into_iter().map(|(name, _)| name).collect();
    let mut folders = vec!["refs/heads".to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match files::list(&join(directory, &folder)) {
            Ok(entries) => entries,
            Err(FileError::NotFound) => continue,
            Err(error) => return Err(Error::file(folder)(error)),
        };
        for entry in entries {
            let path = format!("{folder}/{}", entry.name);
            match entry.kind {
                EntryKind::Directory => folders.push(path),
                EntryKind::File => names.push(path),
                EntryKind::Other => {}
            }
        }
    }
    let mut names: Vec<_> =
        names.iter().filter_map(|name| name.strip_prefix("refs/heads/")).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn packed(directory: &str) -> Result<Vec<(String, ObjectId)>> {
    let path = join(directory, "packed-refs");
    let bytes = match files::read_all(&path) {
        Ok(bytes) => bytes,
        Err(FileError::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(Error::file(path)(error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut refs = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '^'])) {
        let (id, name) = line
            .split_once(' ')
            .and_then(|(id, name)| Some((parse_id(id)?, name)))
            .ok_or_else(|| Error::damaged(&path, format!("`{}` is not a reference", line.escape_debug())))?;
        refs.push((name.to_owned(), id));
    }
    Ok(refs)
}

/// A file of one line; none where nothing, or a directory, is there.
pub(super) fn read_small(path: &str) -> Result<Option<String>> {
    match files::read(path, 0, 4096) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(FileError::NotFound | FileError::WrongKind) => Ok(None),
        Err(error) => Err(Error::file(path)(error)),
    }
}

pub(super) fn parse_id(hex: &str) -> Option<ObjectId> {
    if hex.len() != 40 {
        return None;
    }
    ObjectId::from_hex(hex.as_bytes()).ok()
}

/// A path below a directory that may be the root itself.
pub(super) fn join(directory: &str, path: &str) -> String {
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}
