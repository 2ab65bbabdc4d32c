//! Compiled artefacts on disk, authenticated before they are loaded.
//!
//! An artefact is native code, so whoever can write one that is loaded owns the host. A file is therefore its
//! HMAC-SHA256 under a key of the host followed by the artefact; what is authenticated holds the file's name too, so that
//! no file can stand in for another. The name is the component's digest and that of everything that the compiler's output
//! depends on: exact engine version, configuration, target and CPU features.

use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::sync::Arc;

use cap_std::fs::Dir;
use domain::Digest;
use hmac::{Hmac, KeyInit, Mac};
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
    /// Keep artefacts in this directory, which only the host writes, under this key, which only the host knows.
    #[must_use]
    pub fn new(dir: Dir, key: [u8; 32]) -> Self {
        // HMAC fills a short key up to the block of its hash with zeros (RFC 2104).
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { dir: Arc::new(dir), mac: Hmac::new(&block.into()) }
    }

    /// The artefact of this name, if there is one and the host wrote it.
    pub(crate) fn find(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let file = match self.dir.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() > MAC as u64 + ARTEFACT {
            tracing::warn!(file.name = name, "an artefact of the cache is too large: it is compiled anew");
            return Ok(None);
        }
        // It may grow while it is read.
        let mut file = file.take(MAC as u64 + ARTEFACT);
        let mut mac = [0; MAC];
        let mut artefact = Vec::new();
        if file.read_exact(&mut mac).is_err() || file.read_to_end(&mut artefact).is_err() {
            return Ok(None);
        }
        if self.mac(name, &artefact).verify_slice(&mac).is_err() {
            tracing::warn!(file.name = name, "an artefact of the cache is not the host's: it is compiled anew");
            return Ok(None);
        }
        Ok(Some(artefact))
    }

    /// Keep an artefact. Readers see the old file or the new one, never a part.
    pub(crate) fn keep(&self, name: &str, artefact: &[u8]) -> io::Result<()> {
        let draft = format!("{name}.{}.draft", domain::RunId::generate());
        let written = self.write(&draft, name, artefact).and_then(|()| self.dir.rename(&draft, &self.dir, name));
        if written.is_err() {
            // A draft that stays is never read.
            let _ = self.dir.remove_file(&draft);
        }
        written
    }

    fn write(&self, draft: &str, name: &str, artefact: &[u8]) -> io::Result<()> {
        let mut file = self.dir.create(draft)?;
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
mod tests {
    use cap_std::ambient_authority;
    use tempfile::TempDir;

    use super::*;

    fn cache() -> (TempDir, Cache) {
        let folder = tempfile::tempdir().expect("a directory");
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
        (folder, Cache::new(dir, [7; 32]))
    }

    #[test]
    fn any_flipped_bit_makes_an_artefact_unknown() {
        let (folder, cache) = cache();
        cache.keep("a", b"code").expect("kept");
        assert_eq!(cache.find("a").expect("readable").as_deref(), Some(&b"code"[..]));
        let path = folder.path().join("a");
        let whole = std::fs::read(&path).expect("the file");
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, flipped).expect("written");
            assert_eq!(cache.find("a").expect("readable"), None, "bit {bit}");
        }
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).expect("written");
            assert_eq!(cache.find("a").expect("readable"), None, "{length} bytes");
        }
    }

    #[test]
    fn an_artefact_cannot_stand_in_for_another() {
        let (folder, cache) = cache();
        cache.keep("a", b"code").expect("kept");
        std::fs::rename(folder.path().join("a"), folder.path().join("b")).expect("renamed");
        assert_eq!(cache.find("b").expect("readable"), None);
        let other =
            Cache { mac: Cache::new(cache.dir.try_clone().expect("the directory"), [8; 32]).mac, ..cache.clone() };
        cache.keep("a", b"code").expect("kept");
        assert_eq!(other.find("a").expect("readable"), None);
    }

    #[test]
    fn nothing_but_the_artefact_is_left_behind() {
        let (folder, cache) = cache();
        cache.keep("a", b"old").expect("kept");
        cache.keep("a", b"new").expect("kept");
        assert_eq!(cache.find("a").expect("readable").as_deref(), Some(&b"new"[..]));
        assert_eq!(std::fs::read_dir(folder.path()).expect("the directory").count(), 1);
    }

    #[test]
    fn a_huge_file_is_not_read() {
        let (folder, cache) = cache();
        // Sparse: it takes no room, unless it is read.
        let file = std::fs::File::create(folder.path().join("a")).expect("a file");
        file.set_len(1 << 40).expect("a length");
        assert_eq!(cache.find("a").expect("readable"), None);
    }
}
