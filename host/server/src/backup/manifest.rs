//! The manifest of a backup: what is in it, of which instance, and when. A folder without one is no backup.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use domain::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use vault::{BACKUP_MANIFEST, DerivedKey};

use super::files::{self, Content};

/// What this version writes.
const FORM: u32 = 1;
/// More than any manifest has.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error("`{}` is no backup, or one that was broken off: it has no {BACKUP_MANIFEST}", .0.display())]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("the manifest of the backup `{}` cannot be used", path.display())]
    File {
        /// The backup.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not what was written.
    #[error("the manifest of the backup `{}` is damaged: use another backup", .0.display())]
    Damaged(PathBuf),
    /// A newer version wrote it.
    #[error("the backup `{}` has form {found}, and this version knows form {FORM}: restore it with the version that made it", path.display())]
    Newer {
        /// The backup.
        path: PathBuf,
        /// Its form.
        found: u32,
    },
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How the backup is laid out.
    pub form: u32,
    /// The version of the program that made it.
    pub version: String,
    /// The instance.
    pub instance: String,
    /// The name of the host key that everything hangs on.
    pub host_key: String,
    /// When it was begun: nothing that was committed before is missing.
    pub begun_at: Timestamp,
    /// When the control database was copied: nothing that was committed after is in it.
    pub copied_at: Timestamp,
    /// The newest schemas that the program knew: of the control database and of the workspaces' files.
    pub schemas: [i64; 2],
    /// Every file but this.
    pub files: Vec<Listed>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Where it lies in the backup.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// As it lies in the file. The code is over the text of the rest, as it lies there.
#[derive(Serialize, Deserialize)]
struct Document {
    backup: Box<RawValue>,
    hmac_sha256: Digest,
}

/// What tells the form and the key, whatever else there is.
#[derive(Deserialize)]
struct Outline {
    form: u32,
    #[serde(default)]
    host_key: String,
}

/// A manifest that was read and not believed yet.
pub(super) struct Unverified {
    folder: PathBuf,
    document: Document,
    /// The name of the host key that it says to hang on.
    pub(super) host_key: String,
}

impl Manifest {
    pub(super) const FORM: u32 = FORM;

    /// Write it into a backup's folder.
    pub(super) fn write(&self, folder: &Path, key: &DerivedKey) -> Result<(), ManifestError> {
        let failed = |source| ManifestError::File { path: folder.to_owned(), source };
        let backup = serde_json::to_string_pretty(self).and_then(RawValue::from_string);
        let backup = backup.map_err(|error| failed(error.into()))?;
        let hmac_sha256 = Digest::from_bytes(key.authenticate(backup.get().as_bytes()));
        let text = serde_json::to_vec(&Document { backup, hmac_sha256 }).map_err(|error| failed(error.into()))?;
        files::replace(&folder.join(BACKUP_MANIFEST), &text).map_err(failed)
    }

    /// Read the one of this folder.
    pub(super) fn read(folder: &Path) -> Result<Unverified, ManifestError> {
        let failed = |source| ManifestError::File { path: folder.to_owned(), source };
        let damaged = || ManifestError::Damaged(folder.to_owned());
        let path = folder.join(BACKUP_MANIFEST);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ManifestError::Missing(folder.to_owned()));
            }
            Err(error) => return Err(failed(error)),
            Ok(metadata) if metadata.len() > MOST_BYTES => return Err(damaged()),
            Ok(_) => {}
        }
        let document: Document = serde_json::from_slice(&fs::read(path).map_err(failed)?).map_err(|_| damaged())?;
        let Outline { form, host_key } = serde_json::from_str(document.backup.get()).map_err(|_| damaged())?;
        if form > FORM {
            return Err(ManifestError::Newer { path: folder.to_owned(), found: form });
        }
        Ok(Unverified { folder: folder.to_owned(), document, host_key })
    }
}

impl Unverified {
    /// Believe it, where this key authenticates it and its paths stay in the backup.
    pub(super) fn verify(self, key: &DerivedKey) -> Result<Manifest, ManifestError> {
        let Self { folder, document: Document { backup, hmac_sha256 }, host_key: _ } = self;
        let manifest = key
            .is_authentic(backup.get().as_bytes(), hmac_sha256.as_bytes())
            .then(|| serde_json::from_str::<Manifest>(backup.get()).ok())
            .flatten()
            .filter(|manifest| manifest.files.iter().all(|file| is_within(&file.path)));
        manifest.ok_or(ManifestError::Damaged(folder))
    }
}

fn is_within(path: &Path) -> bool {
    path.components().next().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

impl Listed {
    pub(super) fn new(path: PathBuf, Content { bytes, sha256 }: Content) -> Self {
        Self { path, bytes, sha256 }
    }

    /// Whether this is what was listed.
    pub(super) fn is(&self, content: Content) -> bool {
        (self.bytes, self.sha256) == (content.bytes, content.sha256)
    }
}

#[cfg(test)]
mod tests {
    use vault::HostKey;

    use super::*;

    fn key(text: &str) -> DerivedKey {
        HostKey::from_base64(text).expect("a key").derive("backups")
    }

    fn manifest(path: &str) -> Manifest {
        Manifest {
            form: FORM,
            version: "1.2.3".to_owned(),
            instance: "one".to_owned(),
            host_key: "name".to_owned(),
            begun_at: Timestamp::UNIX_EPOCH,
            copied_at: Timestamp::UNIX_EPOCH,
            schemas: [1, 2],
            files: vec![Listed { path: path.into(), bytes: 1, sha256: Digest::from_bytes([1; 32]) }],
        }
    }

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    fn read(folder: &Path, key: &DerivedKey) -> Result<Manifest, ManifestError> {
        Manifest::read(folder)?.verify(key)
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_by_a_holder_of_the_key_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(folder.path(), &key(ONE)), Err(ManifestError::Missing(_))));
        manifest("control.db").write(folder.path(), &key(ONE)).expect("written");
        assert_eq!(read(folder.path(), &key(ONE)).expect("a manifest"), manifest("control.db"));
        assert!(matches!(read(folder.path(), &key(TWO)), Err(ManifestError::Damaged(_))));
    }

    #[test]
    fn no_changed_byte_of_a_manifest_is_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        manifest("control.db").write(folder.path(), &key(ONE)).expect("written");
        let path = folder.path().join(BACKUP_MANIFEST);
        let whole = fs::read(&path).expect("the file");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).expect("written");
            assert!(read(folder.path(), &key(ONE)).is_err(), "byte {at}");
        }
        fs::write(&path, &whole[..whole.len() - 2]).expect("written");
        assert!(read(folder.path(), &key(ONE)).is_err());
    }

    #[test]
    fn a_newer_form_is_refused_in_words_whoever_wrote_it() {
        let folder = tempfile::tempdir().expect("a folder");
        Manifest { form: 2, ..manifest("control.db") }.write(folder.path(), &key(TWO)).expect("written");
        let refused = read(folder.path(), &key(ONE)).expect_err("newer").to_string();
        assert!(refused.contains("form 2") && refused.contains("the version that made it"), "{refused}");
    }

    #[test]
    fn paths_that_lead_out_of_a_backup_are_refused_even_with_the_key() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["../control.db", "/etc/passwd", "a/../../b", "", "."] {
            manifest(path).write(folder.path(), &key(ONE)).expect("written");
            assert!(read(folder.path(), &key(ONE)).is_err(), "{path}");
        }
        manifest("workspaces/a.db").write(folder.path(), &key(ONE)).expect("written");
        assert!(read(folder.path(), &key(ONE)).is_ok());
    }
}
