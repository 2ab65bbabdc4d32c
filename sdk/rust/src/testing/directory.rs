//! The connection's directory: one on disk, or one in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::files::{CHUNK, Entry, EntryKind, FileError};

/// What the capability `files` reads. `Default` is an empty directory.
#[derive(Debug)]
pub struct Files(Source);

#[derive(Debug)]
enum Source {
    Memory(BTreeMap<String, Vec<u8>>),
    Disk(PathBuf),
}

impl Default for Files {
    fn default() -> Self {
        Self(Source::Memory(BTreeMap::new()))
    }
}

impl Files {
    /// A directory on disk.
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self(Source::Disk(path.into()))
    }

    /// Files in memory, by their path. As on a disk, `a//./b` is `a/b`, and what leads out is not in it.
    pub fn memory<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let files = files.into_iter().filter_map(|(path, bytes)| Some((checked(&path.into()).ok()?, bytes.into())));
        Self(Source::Memory(files.filter(|(path, _)| !path.is_empty()).collect()))
    }

    pub(crate) fn stat(&self, path: &str) -> Result<Entry, FileError> {
        let path = checked(path)?;
        let name = path.rsplit('/').next().unwrap_or_default();
        match &self.0 {
            Source::Disk(root) => describe(name, &within(root, &path)?),
            Source::Memory(files) => match files.get(&path) {
                Some(bytes) => Ok(file(name, bytes.len() as u64)),
                None if path.is_empty() || files.keys().any(|known| below(known, &path).is_some()) => Ok(folder(name)),
                None => Err(FileError::NotFound),
            },
        }
    }

    pub(crate) fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        if self.stat(path)?.kind != EntryKind::Directory {
            return Err(FileError::WrongKind);
        }
        let path = checked(path)?;
        match &self.0 {
            Source::Disk(root) => list_disk(&within(root, &path)?),
            Source::Memory(files) => {
                let mut entries = BTreeMap::new();
                for (name, bytes) in files.iter().filter_map(|(known, bytes)| Some((below(known, &path)?, bytes))) {
                    let entry = match name.split_once('/') {
                        Some((name, _)) => folder(name),
                        None => file(name, bytes.len() as u64),
                    };
                    entries.insert(entry.name.clone(), entry);
                }
                Ok(entries.into_values().collect())
            }
        }
    }

    pub(crate) fn read(&self, path: &str, offset: u64, length: u32) -> Result<Vec<u8>, FileError> {
        if self.stat(path)?.kind != EntryKind::File {
            return Err(FileError::WrongKind);
        }
        let path = checked(path)?;
        let length = u64::from(length.min(CHUNK));
        match &self.0 {
            Source::Disk(root) => {
                let mut file = fs::File::open(within(root, &path)?).map_err(io)?;
                file.seek(SeekFrom::Start(offset)).map_err(io)?;
                let mut bytes = Vec::new();
                file.take(length).read_to_end(&mut bytes).map_err(io)?;
                Ok(bytes)
            }
            Source::Memory(files) => {
                let bytes = files.get(&path).ok_or(FileError::NotFound)?;
                let size = bytes.len() as u64;
                let start = offset.min(size);
                let end = offset.saturating_add(length).min(size);
                let at = |place| usize::try_from(place).unwrap_or(bytes.len());
                Ok(bytes[at(start)..at(end)].to_vec())
            }
        }
    }
}

fn file(name: &str, size: u64) -> Entry {
    Entry { name: name.to_owned(), kind: EntryKind::File, size }
}

fn folder(name: &str) -> Entry {
    Entry { name: name.to_owned(), kind: EntryKind::Directory, size: 0 }
}

/// What remains of a path below a directory.
fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
}

/// The path in its plain form. The host refuses the same ones.
fn checked(path: &str) -> Result<String, FileError> {
    if path.starts_with('/') || path.contains('\0') || path.split('/').any(|part| part == "..") {
        return Err(FileError::Denied(format!("`{path}` is not a relative path below the directory")));
    }
    Ok(path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/"))
}

/// The path on disk, once it is known not to lead out by a link.
fn within(root: &Path, path: &str) -> Result<PathBuf, FileError> {
    let root = root.canonicalize().map_err(io)?;
    let full = root.join(path).canonicalize().map_err(io)?;
    if full.starts_with(&root) {
        Ok(full)
    } else {
        Err(FileError::Denied(format!("`{path}` leads out of the directory")))
    }
}

fn describe(name: &str, path: &Path) -> Result<Entry, FileError> {
    let data = fs::metadata(path).map_err(io)?;
    Ok(match (data.is_file(), data.is_dir()) {
        (true, _) => file(name, data.len()),
        (_, true) => folder(name),
        _ => Entry { name: name.to_owned(), kind: EntryKind::Other, size: 0 },
    })
}

fn list_disk(path: &Path) -> Result<Vec<Entry>, FileError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        if let Some(name) = entry.file_name().to_str() {
            let other = Entry { name: name.to_owned(), kind: EntryKind::Other, size: 0 };
            // A link that leads nowhere is still listed.
            entries.push(describe(name, &entry.path()).unwrap_or(other));
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn io(error: std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => FileError::WrongKind,
        _ => FileError::Io(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(check: impl Fn(&Files)) {
        check(&Files::memory([("src/lib.rs", "abcdef"), ("src/b/c.txt", "x"), ("top", "")]));
        let root = std::env::temp_dir().join(format!("weighbridge-sdk-{}", std::process::id()));
        fs::create_dir_all(root.join("src/b")).expect("a folder");
        for (name, text) in [("src/lib.rs", "abcdef"), ("src/b/c.txt", "x"), ("top", "")] {
            fs::write(root.join(name), text).expect("a file");
        }
        check(&Files::directory(&root));
        fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn memory_has_no_names_that_no_disk_has() {
        let files = Files::memory([("a//./b", "x"), ("./", "nothing"), ("/c", "out"), ("../d", "out")]);
        let names = |path| files.list(path).expect("a listing").into_iter().map(|entry| entry.name).collect::<Vec<_>>();
        assert_eq!((names(""), names("a")), (vec!["a".to_owned()], vec!["b".to_owned()]));
    }

    #[test]
    fn memory_and_disk_answer_alike() {
        both(|files| {
            let names = |path| {
                let entries = files.list(path).expect("a listing");
                entries.into_iter().map(|entry| (entry.name, entry.kind, entry.size)).collect::<Vec<_>>()
            };
            assert_eq!(names("src/"), [("b".into(), EntryKind::Directory, 0), ("lib.rs".into(), EntryKind::File, 6)]);
            assert_eq!(names("").len(), 2);
            assert_eq!(files.read("src/lib.rs", 2, 3).expect("read"), b"cde");
            assert_eq!(files.read("src/lib.rs", 9, 3).expect("read"), b"");
            assert_eq!(files.read("src", 0, 3), Err(FileError::WrongKind));
            assert_eq!(files.list("top"), Err(FileError::WrongKind));
            assert_eq!(files.stat("none"), Err(FileError::NotFound));
            assert!(matches!(files.stat("../etc"), Err(FileError::Denied(_))));
            assert!(matches!(files.stat("/etc"), Err(FileError::Denied(_))));
        });
    }
}
