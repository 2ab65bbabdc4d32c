//! A package that has the right shape, and that nobody has vouched for.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Digest;

use super::interface::Warning;
use super::manifest::Manifest;
use super::screen::{PackageError, Screened, screen};
use super::sha256;

/// The size that no package exceeds, in bytes.
pub const MAX_PACKAGE_BYTES: u64 = 64 * 1024 * 1024;
/// The size that no signature envelope exceeds, in bytes.
pub const MAX_ENVELOPE_BYTES: u64 = 64 * 1024;

/// A screened package with its unchecked signature. Its bytes are read once: what is verified is what is compiled.
#[derive(Debug, Clone)]
pub struct UnverifiedPackage {
    bytes: Arc<[u8]>,
    digest: Digest,
    envelope: Option<Vec<u8>>,
    screened: Screened,
}

impl UnverifiedPackage {
    /// Read `NAME.wasm`, and `NAME.wasm.dsse` beside it where there is one.
    ///
    /// # Errors
    /// When a file cannot be read or is over its cap (no more than the cap is read), and as [`Self::from_bytes`].
    pub fn read(path: &Path) -> Result<Self, PackageError> {
        let max = MAX_PACKAGE_BYTES;
        let bytes = read_capped(path, max)?.ok_or(PackageError::TooLarge { max })?;
        let beside = envelope_path(path);
        let envelope = match read_capped(&beside, MAX_ENVELOPE_BYTES) {
            Ok(Some(envelope)) => Some(envelope),
            Ok(None) => return Err(PackageError::EnvelopeTooLarge { max: MAX_ENVELOPE_BYTES }),
            Err(PackageError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Self::from_bytes(bytes, envelope)
    }

    /// Screen bytes that were read already, such as those of the store.
    ///
    /// # Errors
    /// Says what is wrong with their shape, their manifest, their imports or their exports.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>, envelope: Option<Vec<u8>>) -> Result<Self, PackageError> {
        let bytes = bytes.into();
        if bytes.len() as u64 > MAX_PACKAGE_BYTES {
            return Err(PackageError::TooLarge { max: MAX_PACKAGE_BYTES });
        }
        if envelope.as_ref().is_some_and(|envelope| envelope.len() as u64 > MAX_ENVELOPE_BYTES) {
            return Err(PackageError::EnvelopeTooLarge { max: MAX_ENVELOPE_BYTES });
        }
        let screened = screen(&bytes)?;
        Ok(Self { digest: sha256(&bytes), bytes, envelope, screened })
    }

    /// The same package with another envelope.
    #[cfg(test)]
    pub(crate) fn with_envelope(&self, envelope: Vec<u8>) -> Self {
        Self { envelope: Some(envelope), ..self.clone() }
    }

    /// The whole file.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// SHA-256 of the whole file.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The signature envelope as it came, unchecked; none when the package is not signed.
    #[must_use]
    pub fn envelope(&self) -> Option<&[u8]> {
        self.envelope.as_deref()
    }

    /// What the package says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.screened.manifest
    }

    /// SHA-256 of the manifest section.
    #[must_use]
    pub const fn manifest_digest(&self) -> Digest {
        self.screened.manifest_digest
    }

    /// The names of the imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.screened.imports
    }

    /// The names of the exported interfaces; those beyond the world are never called.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.screened.exports
    }

    /// What is odd about it.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.screened.warnings
    }

    /// Where the envelope of a package stands: beside it, with `.dsse` added to its name.
    #[must_use]
    pub fn envelope_path(package: &Path) -> PathBuf {
        envelope_path(package)
    }
}

fn envelope_path(package: &Path) -> PathBuf {
    let mut name = OsString::from(package);
    name.push(".dsse");
    name.into()
}

/// The whole file, or none when it has more than `max` bytes; no more than one byte beyond them is read.
fn read_capped(path: &Path, max: u64) -> Result<Option<Vec<u8>>, PackageError> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|source| PackageError::Io { path: path.to_owned(), source })?;
    Ok((bytes.len() as u64 <= max).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    #[test]
    fn a_file_over_the_cap_is_read_no_further() {
        let limit = 1000;
        let endless = Path::new("/dev/zero");
        assert!(read_capped(endless, limit).expect("readable").is_none());
    }

    #[test]
    fn a_package_without_envelope_is_read_as_unsigned() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("demo.wasm");
        std::fs::write(&path, fixture::package()).expect("written");
        let package = UnverifiedPackage::read(&path).expect("a package");
        assert_eq!(package.envelope(), None);
        assert_eq!(package.digest(), sha256(&fixture::package()));
    }

    #[test]
    fn an_envelope_over_the_cap_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("demo.wasm");
        std::fs::write(&path, fixture::package()).expect("written");
        let oversize = vec![b' '; usize::try_from(MAX_ENVELOPE_BYTES).expect("small") + 1];
        std::fs::write(envelope_path(&path), oversize).expect("written");
        assert!(matches!(UnverifiedPackage::read(&path), Err(PackageError::EnvelopeTooLarge { .. })));
    }

    #[test]
    fn a_file_and_its_envelope_may_fill_their_caps() {
        let package = |bytes: usize| UnverifiedPackage::from_bytes(vec![0; bytes], None).expect_err("it is nothing");
        assert!(matches!(package(67_108_864), PackageError::NotWasm));
        assert!(matches!(package(67_108_865), PackageError::TooLarge { max: 67_108_864 }));
        let envelope = |bytes: usize| UnverifiedPackage::from_bytes(fixture::package(), Some(vec![0; bytes]));
        assert!(envelope(65_536).is_ok_and(|package| package.envelope().is_some_and(|bytes| bytes.len() == 65_536)));
        assert!(matches!(envelope(65_537), Err(PackageError::EnvelopeTooLarge { max: 65_536 })));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("some");
        std::fs::write(&path, b"12345").expect("written");
        assert_eq!(read_capped(&path, 5).expect("readable"), Some(b"12345".to_vec()));
        assert_eq!(read_capped(&path, 4).expect("readable"), None);
    }

    #[test]
    fn an_envelope_that_is_there_and_cannot_be_read_is_not_taken_for_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("demo.wasm");
        std::fs::write(&path, fixture::package()).expect("written");
        assert_eq!(UnverifiedPackage::envelope_path(&path), folder.path().join("demo.wasm.dsse"));
        std::fs::create_dir(envelope_path(&path)).expect("a folder in its place");
        let error = UnverifiedPackage::read(&path).expect_err("a folder is no envelope").to_string();
        assert!(error.contains("demo.wasm.dsse"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = UnverifiedPackage::read(Path::new("/nowhere/demo.wasm")).expect_err("no file");
        assert!(error.to_string().contains("/nowhere/demo.wasm"), "{error}");
    }
}
