//! The files of installed packages, each named by its own digest, with its envelope beside it. Where hosts share a
//! database, packages are in there, too, and a host fetches those that another one installed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use domain::{Digest, Instant};
use sandbox::package::{MAX_ENVELOPE_BYTES, UnverifiedPackage};
use sandbox::trust::VerifiedPackage;
use store::packages::{self, Stored};
use store::{Store, SystemRead, SystemTx};

use crate::error::CommandError;

/// A folder of packages.
#[derive(Debug, Clone)]
pub struct Packages {
    folder: PathBuf,
    /// Where other hosts find them.
    shared: Option<Store>,
}

impl Packages {
    pub(super) fn new(folder: PathBuf, store: &Store) -> Self {
        Self { folder, shared: store.is_shared().then(|| store.clone()) }
    }

    /// Write a package, whole or not at all.
    pub(crate) async fn keep(&self, package: &VerifiedPackage) -> Result<(), CommandError> {
        let (digest, stored) = (package.digest(), stored(package.bytes(), package.envelope()));
        if let Some(store) = &self.shared {
            let put = async |tx: &mut SystemTx| packages::put(tx, digest, &stored, Instant::now()).await;
            store.system("keep a package", put).await?;
        }
        self.write(digest, &stored)
    }

    /// Read a package back. It is as unverified as any file.
    pub(crate) async fn read(&self, digest: Digest) -> Result<UnverifiedPackage, CommandError> {
        let path = self.path(digest);
        if let Some(store) = self.shared.as_ref().filter(|_| !path.exists()) {
            let find = async |tx: &mut SystemRead| packages::find(tx, digest).await;
            if let Some(stored) = store.system_read("fetch a package", find).await? {
                self.write(digest, &stored)?;
            }
        }
        Ok(UnverifiedPackage::read(&path)?)
    }

    fn write(&self, digest: Digest, stored: &Stored) -> Result<(), CommandError> {
        fs::create_dir_all(&self.folder).map_err(CommandError::io("making", &self.folder))?;
        let path = self.path(digest);
        write(&envelope(&path), &stored.envelope)?;
        write(&path, &stored.bytes)?;
        // The names, too, before anybody is told that it is installed.
        let synced = fs::File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(CommandError::io("syncing", &self.folder))
    }

    /// The envelope beside a package, as it lies there; none where it cannot be read.
    pub(super) fn read_envelope(&self, digest: Digest) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = fs::File::open(envelope(&self.path(digest))).ok()?;
        file.take(MAX_ENVELOPE_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("{digest}.wasm"))
    }
}

fn stored(bytes: &[u8], envelope: &[u8]) -> Stored {
    Stored { bytes: bytes.to_vec(), envelope: envelope.to_vec() }
}

fn envelope(path: &Path) -> PathBuf {
    path.with_extension("wasm.dsse")
}

/// A half-written file never has the final name, not even after a power cut.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let partial = path.with_extension("partial");
    let whole = |mut file: fs::File| file.write_all(bytes).and_then(|()| file.sync_all());
    fs::File::create(&partial).and_then(whole).map_err(CommandError::io("writing", &partial))?;
    fs::rename(&partial, path).map_err(CommandError::io("writing", path))
}
