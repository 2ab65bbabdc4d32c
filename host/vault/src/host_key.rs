//! The host's key: 32 random bytes, as one line of base64. While a host key is being changed there are two lines: the one
//! that was and the one that will be.
//!
//! A file of it is readable by its owner alone and lies outside of the data directory and of every backup, so that no copy
//! of the data carries the key that opens it.

mod place;

use std::fmt;
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

pub use place::BACKUP_MANIFEST;

/// The host's key. It wraps the workspaces' keys and seals nothing else.
pub struct HostKey(SecretBox<[u8; 32]>);

/// Tells whether a key is the one that an instance was made with, and nothing else about it. Shown, it is the key's name.
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
    /// It lies in a backup.
    #[error("the host key file {path} is inside the backup {backup}: move it, so that no copy of the data has its key")]
    InsideBackup {
        /// The file.
        path: PathBuf,
        /// The backup.
        backup: PathBuf,
    },
    /// It is a directory, a device or a pipe.
    #[error("{0} is not a file")]
    NotAFile(PathBuf),
    /// It does not hold a key.
    #[error("the host key is not one line of base64 with 32 bytes, or two such lines while it is being changed")]
    Content,
    /// No randomness for a new one.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// More than any key file has.
const MOST_BYTES: u64 = 256;

impl HostKey {
    /// The key of this file, or the two that it holds while the key is being changed.
    ///
    /// # Errors
    /// The file is missing, no file, open to others, inside of `data` or of a backup, or does not hold a key.
    pub fn load(path: &Path, data: &Path) -> Result<Vec<Self>, HostKeyError> {
        let failed = |source| HostKeyError::File { path: path.to_owned(), source };
        place::check(path, data)?;
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
        Self::from_lines(&text)
    }

    /// A new key, written to a new file that only its owner may read.
    ///
    /// # Errors
    /// The file exists, lies inside of `data`, or cannot be written.
    pub fn create(path: &Path, data: &Path) -> Result<Self, HostKeyError> {
        place::check(path, data)?;
        let failed = |source| match io::Error::kind(&source) {
            io::ErrorKind::AlreadyExists => HostKeyError::Exists(path.to_owned()),
            _ => HostKeyError::File { path: path.to_owned(), source },
        };
        let key = Self::generate()?;
        let partial = write_beside(path, &lines(&[&key])).map_err(failed)?;
        // A link is made where nothing is, or not at all; a file that is opened and then written may be left half.
        let linked = fs::hard_link(&partial, path);
        let _ = fs::remove_file(&partial);
        linked.and_then(|()| sync_folder(path)).map(|()| key).map_err(failed)
    }

    /// Put these keys into the place of what the file holds: whoever reads it finds the old content or the new.
    ///
    /// # Errors
    /// The file lies inside of `data` or of a backup, or cannot be written.
    pub fn replace(path: &Path, data: &Path, keys: &[&Self]) -> Result<(), HostKeyError> {
        place::check(path, data)?;
        let failed = |source| HostKeyError::File { path: path.to_owned(), source };
        let partial = write_beside(path, &lines(keys)).map_err(failed)?;
        fs::rename(&partial, path).and_then(|()| sync_folder(path)).map_err(failed)
    }

    /// The key of each of these lines of base64: one, or two.
    ///
    /// # Errors
    /// There are none or more, or one does not hold 32 bytes.
    pub fn from_lines(text: &str) -> Result<Vec<Self>, HostKeyError> {
        if text.len() > MOST_BYTES as usize {
            return Err(HostKeyError::Content);
        }
        let keys: Vec<_> = text.trim_end().lines().map(Self::from_base64).collect::<Result<_, _>>()?;
        if matches!(keys.len(), 1 | 2) { Ok(keys) } else { Err(HostKeyError::Content) }
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

/// Writes a file beside this one, whole: where it is.
fn write_beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // What a killed process left here is of no use, and its mode may be another.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    Ok(partial)
}

/// Has the name of a file on the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all())
}

/// As a file holds them, wiped when it is dropped.
fn lines(keys: &[&HostKey]) -> Zeroizing<String> {
    // Of the whole length at once, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(MOST_BYTES as usize));
    for key in keys {
        let line = Zeroizing::new(STANDARD.encode(key.expose_bytes()));
        text.push_str(&line);
        text.push('\n');
    }
    text
}

impl fmt::Display for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests;
