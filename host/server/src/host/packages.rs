//! The files of installed packages, each named by its own digest, with its envelope beside it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use domain::Digest;
use sandbox::package::{MAX_ENVELOPE_BYTES, UnverifiedPackage};
use sandbox::trust::VerifiedPackage;

use crate::error::CommandError;

/// A folder of packages.
#[derive(Debug, Clone)]
pub struct Packages(PathBuf);

impl Packages {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Write a package, whole or not at all.
    pub(crate) fn keep(&self, package: &VerifiedPackage) -> Result<(), CommandError> {
        fs::create_dir_all(&self.0).map_err(CommandError::io("making", &self.0))?;
        let path = self.path(package.digest());
        write(&envelope(&path), package.envelope())?;
        write(&path, package.bytes())
    }

    /// Read a package back. It is as unverified as any file.
    pub(crate) fn read(&self, digest: Digest) -> Result<UnverifiedPackage, CommandError> {
        Ok(UnverifiedPackage::read(&self.path(digest))?)
    }

    /// The envelope beside a package, as it lies there; none where it cannot be read.
    pub(super) fn read_envelope(&self, digest: Digest) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = fs::File::open(envelope(&self.path(digest))).ok()?;
        file.take(MAX_ENVELOPE_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.0.join(format!("{digest}.wasm"))
    }
}

fn envelope(path: &Path) -> PathBuf {
    path.with_extension("wasm.dsse")
}

/// A half-written file never has the final name.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let partial = path.with_extension("partial");
    fs::write(&partial, bytes).map_err(CommandError::io("writing", &partial))?;
    fs::rename(&partial, path).map_err(CommandError::io("writing", path))
}
