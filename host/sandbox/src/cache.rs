//! Compiled artefacts on disk, authenticated before they are loaded.
//!
//! An artefact is native code, so whoever can write one that is loaded owns the host. A file is therefore its
//! HMAC-SHA256 under a key of the host followed by the artefact; what is authenticated holds the file's name too, so that
//! no file can stand in for another. The name is the component's digest and that of everything that the compiler's output
//! depends on: exact engine version, configuration, target and CPU features.
//!
//! The rule: what is not the host's own file of this very name is as good as none. It is said in the log, and the component
//! is compiled anew. The MAC is what keeps strangers out; that the directory is the host's alone only keeps them from having
//! everything compiled again and again.

mod sweep;

use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::sync::Arc;

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use domain::Digest;
use hmac::{Hmac, KeyInit, Mac};
use rustix::fs::{AtFlags, Mode, OFlags, chmodat, fstat, openat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use crate::compile::ARTEFACT;

const MAC: usize = 32;

/// A directory of artefacts, and the key that they are authenticated with.
#[derive(Clone)]
pub struct Cache {
    dir: Arc<Dir>,
    mac: Hmac<Sha256>,
}

impl Cache {
    /// Keep artefacts in this directory, which only the host writes, under this key, which only the host knows. A directory
    /// that others may write into is closed to them.
    #[must_use]
    pub fn new(dir: Dir, key: [u8; 32]) -> Self {
        close_to_others(&dir);
        // HMAC fills a short key up to the block of its hash with zeros (RFC 2104).
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { dir: Arc::new(dir), mac: Hmac::new(&block.into()) }
    }

    /// The artefact of this name, if there is one and the host wrote it.
    pub(crate) fn find(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let found = match self.open(name) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Ok(refused(name, "is a link")),
            Err(error) => return Err(error.into()),
        };
        let about = found.metadata()?;
        if !about.is_file() {
            return Ok(refused(name, "is no file"));
        }
        if about.len() > MAC as u64 + ARTEFACT {
            return Ok(refused(name, "is too large"));
        }
        // It may grow while it is read.
        let mut file = found.take(MAC as u64 + ARTEFACT);
        let mut mac = [0; MAC];
        let mut artefact = Vec::new();
        if file.read_exact(&mut mac).is_err() || file.read_to_end(&mut artefact).is_err() {
            return Ok(refused(name, "is cut short, or cannot be read"));
        }
        if self.mac(name, &artefact).verify_slice(&mac).is_err() {
            return Ok(refused(name, "is not the host's, or was changed"));
        }
        sweep::note_use(file.get_ref());
        Ok(Some(artefact))
    }

    /// Open what stands under a name, without following a link to elsewhere and without waiting for whoever writes into a
    /// pipe that was put there.
    fn open(&self, name: &str) -> Result<File, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        openat(&*self.dir, name, flags, Mode::empty()).map(File::from)
    }

    /// Keep an artefact, and remove those that nobody wants any more. Readers see the old file or the new one, never a part.
    pub(crate) fn keep(&self, name: &str, artefact: &[u8]) -> io::Result<()> {
        let draft = format!("{name}.{}.draft", domain::RunId::generate());
        let written = self.write(&draft, name, artefact).and_then(|()| self.dir.rename(&draft, &self.dir, name));
        if written.is_err() {
            // A draft that stays is never read.
            let _ = self.dir.remove_file(&draft);
        }
        if let Err(error) = self.sweep() {
            tracing::warn!(%error, "artefacts that nobody uses cannot be removed from the cache");
        }
        written
    }

    fn write(&self, draft: &str, name: &str, artefact: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = self.dir.open_with(draft, options.write(true).create_new(true).mode(0o600))?;
        file.write_all(&self.mac(name, artefact).finalize().into_bytes())?;
        file.write_all(artefact)?;
        file.sync_all()
    }

    fn mac(&self, name: &str, artefact: &[u8]) -> Hmac<Sha256> {
        // Names are of one length, so that the two cannot run into each other.
        let mut mac = self.mac.clone();
        mac.update(name.as_bytes());
        mac.update(artefact);
        mac
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// What stands in the cache is not used, and why.
fn refused(name: &str, why: &str) -> Option<Vec<u8>> {
    tracing::warn!(file.name = name, "an artefact of the cache {why}: it is compiled anew");
    None
}

/// Take the right to write from everybody else.
fn close_to_others(dir: &Dir) {
    let others = Mode::WGRP | Mode::WOTH;
    let closed = fstat(dir).map(|about| Mode::from_raw_mode(about.st_mode)).and_then(|mode| {
        let open = mode.intersects(others);
        if open { chmodat(dir, ".", mode.difference(others), AtFlags::empty()).map(|()| true) } else { Ok(false) }
    });
    match closed {
        Ok(false) => {}
        Ok(true) => {
            tracing::warn!("others could write into the cache of compiled components: that right is taken away");
        }
        Err(error) => tracing::warn!(%error, "others may write into the cache of compiled components"),
    }
}

/// The file name of a component's artefact: two digests, 64 digits each.
pub(crate) fn name(component: &Digest, engine: &wasmtime::Engine) -> String {
    format!("{component}-{}", compatibility(engine))
}

/// The digest of all that artefacts of this engine depend on.
pub(crate) fn compatibility(engine: &wasmtime::Engine) -> Digest {
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    Digest::from_bytes(hasher.0.finalize().into())
}

/// Takes what the engine hashes for itself into a digest that is the same in every process.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Only the whole digest is used.
        0
    }
}

#[cfg(test)]
mod tests;
