//! The host's key: 32 random bytes in a file of their own, as one line of base64.
//!
//! The file is readable by its owner alone and lies outside of the data directory, so that no copy of the data carries the
//! key that opens it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// The host's key. It wraps the workspaces' keys and seals nothing else.
pub struct HostKey(SecretBox<[u8; 32]>);

/// Tells whether a key is the one that an instance was made with, and nothing else about it.
#[derive(Debug, Clone, Copy)]
pub struct KeyCheck([u8; 16]);

/// Why there is no host key.
#[derive(Debug, thiserror::Error)]
pub enum HostKeyError {
    /// It cannot be opened, read or written.
    #[error("the host key file {path} cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is one already, which is never overwritten.
    #[error("{0} exists already: a host key is never overwritten, for what it sealed could not be opened again")]
    Exists(PathBuf),
    /// Others than its owner may read or change it.
    #[error("the host key file {path} has mode {mode:04o}, so others can read or change it: run `chmod 600 {path}`")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It lies in the data directory.
    #[error(
        "the host key file {path} is inside the data directory {data}: move it, so that no copy of the data has its key"
    )]
    InsideData {
        /// The file.
        path: PathBuf,
        /// The data directory.
        data: PathBuf,
    },
    /// It is a directory, a device or a pipe.
    #[error("{0} is not a file")]
    NotAFile(PathBuf),
    /// It does not hold a key.
    #[error("the host key is not one line of base64 with 32 bytes")]
    Content,
    /// No randomness for a new one.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// More than any key file has.
const MOST_BYTES: u64 = 256;

impl HostKey {
    /// The key of this file.
    ///
    /// # Errors
    /// The file is missing, no file, open to others, inside of `data`, or does not hold a key.
    pub fn load(path: &Path, data: &Path) -> Result<Self, HostKeyError> {
        let failed = |source| HostKeyError::File { path: path.to_owned(), source };
        refuse_inside(path, data)?;
        // Asked before it is opened, since opening a pipe waits for a writer.
        if !path.metadata().map_err(failed)?.is_file() {
            return Err(HostKeyError::NotAFile(path.to_owned()));
        }
        let file = File::open(path).map_err(failed)?;
        // Asked of the opened file, not of its name, which may lead elsewhere by now.
        let mode = file.metadata().map_err(failed)?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(HostKeyError::TooOpen { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(String::with_capacity(MOST_BYTES as usize + 1));
        file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
        Self::from_base64(&text)
    }

    /// A new key, written to a new file that only its owner may read.
    ///
    /// # Errors
    /// The file exists, lies inside of `data`, or cannot be written.
    pub fn create(path: &Path, data: &Path) -> Result<Self, HostKeyError> {
        refuse_inside(path, data)?;
        let failed = |source| match io::Error::kind(&source) {
            io::ErrorKind::AlreadyExists => HostKeyError::Exists(path.to_owned()),
            _ => HostKeyError::File { path: path.to_owned(), source },
        };
        let key = Self::generate()?;
        let mut line = Zeroizing::new(STANDARD.encode(key.expose_bytes()));
        line.push('\n');
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a key is of no use and would be in the way of the next attempt; if it stays, that one says so.
            let _ = fs::remove_file(path);
        }
        written.map(|()| key).map_err(failed)
    }

    /// The key of this line of base64.
    ///
    /// # Errors
    /// It does not hold 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, HostKeyError> {
        let mut bytes = Zeroizing::new([0; MOST_BYTES as usize]);
        let length = STANDARD.decode_slice(text.trim_end(), &mut *bytes).map_err(|_| HostKeyError::Content)?;
        bytes[..length].as_array().map(Self::from_bytes).ok_or(HostKeyError::Content)
    }

    /// A new random key.
    fn generate() -> Result<Self, NoRandomness> {
        let mut filled = Ok(());
        let key = SecretBox::init_with_mut(|bytes: &mut [u8; 32]| filled = random::fill(bytes));
        filled.map(|()| Self(key))
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SecretBox::init_with_mut(|own: &mut [u8; 32]| own.copy_from_slice(bytes)))
    }

    pub(crate) fn expose_bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// The value to keep with the data, by which a wrong key is known before it is used.
    #[must_use]
    pub fn check(&self) -> KeyCheck {
        let derived = self.derive("key-check");
        let mut check = [0; 16];
        check.copy_from_slice(&derived.expose_bytes()[..16]);
        KeyCheck(check)
    }
}

impl KeyCheck {
    /// Its bytes, as they are stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether these stored bytes are of the same key.
    #[must_use]
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

/// Both paths are followed to where they really lead; what does not exist yet counts by its nearest folder that does.
fn refuse_inside(path: &Path, data: &Path) -> Result<(), HostKeyError> {
    let resolve = |which: &Path| resolve(which).map_err(|source| HostKeyError::File { path: path.to_owned(), source });
    if resolve(path)?.starts_with(resolve(data)?) {
        return Err(HostKeyError::InsideData { path: path.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

fn resolve(path: &Path) -> io::Result<PathBuf> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(resolve(parent)?.join(name))
        }
        (resolved, _, _) => resolved,
    }
}

#[cfg(test)]
mod tests;
