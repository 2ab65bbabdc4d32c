//! Files that are their owner's alone, whole or not there, and on the disk before anybody is told of them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::Digest;
use sha2::{Digest as _, Sha256};

use crate::error::CommandError;

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// How large a file is, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its size.
    pub(crate) bytes: u64,
    /// Its SHA-256.
    pub(crate) sha256: Digest,
}

/// A new folder that its owner alone can enter.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// The content of a file.
pub(crate) fn content(path: &Path) -> io::Result<Content> {
    pour(&mut File::open(path)?, &mut io::sink())
}

/// Copy a file to a new one; the content is that of the bytes that were written.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<Content> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let content = pour(&mut File::open(from)?, &mut file)?;
    file.sync_all()?;
    Ok(content)
}

fn pour(from: &mut impl io::Read, to: &mut impl io::Write) -> io::Result<Content> {
    let (mut bytes, mut digest, mut buffer) = (0, Sha256::new(), vec![0; CHUNK]);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(Content { bytes, sha256: Digest::from_bytes(digest.finalize().into()) }),
            read => {
                digest.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
                bytes += read as u64;
            }
        }
    }
}

/// Write a file in the place of what is there: whoever reads it finds the old content or the new.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = path.with_added_extension("partial");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    sync(parent(path))
}

/// See to it that a file's bytes, or a folder's names, are on the disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The folder that a path lies in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Every file below a folder, by its path in it, in order.
pub(crate) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(folder.join(&next))? {
            let entry = entry?;
            let path = next.join(entry.file_name());
            if entry.file_type()?.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// See to it that everything below a folder is on the disk.
pub(crate) fn sync_below(folder: &Path) -> io::Result<()> {
    for path in below(folder)? {
        let path = folder.join(path);
        sync(&path)?;
        sync(parent(&path))?;
    }
    sync(folder)
}

/// For `map_err`.
pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> CommandError {
    CommandError::io("writing", path)
}
