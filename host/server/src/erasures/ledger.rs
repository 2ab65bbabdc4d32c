//! The ledger's file. It is replaced whole, so that it is never half-written, and says by a digest when it is damaged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::{Instant, WorkspaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::backup::files;

/// Its name in the data directory and in every backup.
pub const FILE: &str = "erasures.json";
/// What this version writes.
const FORM: u32 = 1;

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("the ledger of erasures `{}` cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not what was written.
    #[error("the ledger of erasures `{}` is damaged: take a copy of it from the newest backup", .0.display())]
    Damaged(PathBuf),
    /// A newer version wrote it.
    #[error("the ledger of erasures `{}` has form {found}, and this version knows form {FORM}: use the newer version", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: u32,
    },
    /// It is another instance's.
    #[error("the ledger of erasures `{}` is of instance {found}, and not of {expected}", path.display())]
    OtherInstance {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
}

/// One erasure: a whole workspace, or one person in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// When.
    pub at: Instant,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person's key in it, which is no name and no address; none where the whole workspace was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// Everything that was erased in one instance, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    instance: String,
    erasures: Vec<Erasure>,
}

/// As it lies in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    form: u32,
    instance: String,
    erasures: Vec<Erasure>,
    sha256: String,
}

/// What tells the form, whatever else there is.
#[derive(Deserialize)]
struct Form {
    form: u32,
}

impl Ledger {
    /// Of an instance in which nothing was erased yet.
    #[must_use]
    pub fn new(instance: &str) -> Self {
        Self { instance: instance.to_owned(), erasures: Vec::new() }
    }

    /// The ledger of an instance in this folder; a new one where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be used, or is another instance's.
    pub fn find(folder: &Path, instance: &str) -> Result<Self, LedgerError> {
        let path = folder.join(FILE);
        if path.exists() { Self::read(&path, instance) } else { Ok(Self::new(instance)) }
    }

    /// The ledger of an instance in this file.
    ///
    /// # Errors
    /// When it cannot be used, or is another instance's.
    pub fn read(path: &Path, instance: &str) -> Result<Self, LedgerError> {
        let failed = |source| LedgerError::File { path: path.to_owned(), source };
        let damaged = || LedgerError::Damaged(path.to_owned());
        let text = fs::read_to_string(path).map_err(failed)?;
        let Form { form } = serde_json::from_str(&text).map_err(|_| damaged())?;
        if form > FORM {
            return Err(LedgerError::Newer { path: path.to_owned(), found: form });
        }
        let Document { form: _, instance: found, erasures, sha256 } =
            serde_json::from_str(&text).map_err(|_| damaged())?;
        let ledger = Self { instance: found, erasures };
        if ledger.digest() != sha256 {
            return Err(damaged());
        }
        if ledger.instance != instance {
            let (found, expected) = (ledger.instance, instance.to_owned());
            return Err(LedgerError::OtherInstance { path: path.to_owned(), found, expected });
        }
        Ok(ledger)
    }

    /// Write it into this folder, in the place of what is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), LedgerError> {
        let path = folder.join(FILE);
        let (instance, erasures) = (self.instance.clone(), self.erasures.clone());
        let document = Document { form: FORM, instance, erasures, sha256: self.digest() };
        let text = serde_json::to_vec_pretty(&document).map_err(io::Error::from);
        let written = text.and_then(|text| files::replace(&path, &text));
        written.map_err(|source| LedgerError::File { path, source })
    }

    /// Add an erasure, once.
    pub fn add(&mut self, erasure: Erasure) {
        let is_same = |known: &Erasure| (known.workspace, &known.person) == (erasure.workspace, &erasure.person);
        if !self.erasures.iter().any(is_same) {
            self.erasures.push(erasure);
            self.erasures.sort();
        }
    }

    /// Add all that another ledger of the same instance names.
    pub fn merge(&mut self, other: Self) {
        other.erasures.into_iter().for_each(|erasure| self.add(erasure));
    }

    /// The workspaces that were erased whole.
    pub fn workspaces(&self) -> impl Iterator<Item = WorkspaceId> {
        self.erasures.iter().filter(|erasure| erasure.person.is_none()).map(|erasure| erasure.workspace)
    }

    /// Erasures of persons in workspaces that are still there.
    pub fn persons(&self) -> impl Iterator<Item = &Erasure> {
        let is_gone = |workspace| self.workspaces().any(|gone| gone == workspace);
        self.erasures.iter().filter(move |erasure| erasure.person.is_some() && !is_gone(erasure.workspace))
    }

    /// Everything, the oldest first.
    #[must_use]
    pub fn erasures(&self) -> &[Erasure] {
        &self.erasures
    }

    fn digest(&self) -> String {
        let text = serde_json::json!([FORM, self.instance, self.erasures]).to_string();
        domain::Digest::from_bytes(Sha256::digest(text).into()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erasure(byte: u8, person: Option<&str>) -> Erasure {
        let at = Instant::from_micros(i64::from(byte));
        Erasure { at, workspace: WorkspaceId::from_bytes([byte; 16]), person: person.map(str::to_owned) }
    }

    #[test]
    fn a_ledger_is_read_as_it_was_written_and_carries_persons() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::find(folder.path(), "one").expect("a new one");
        for entry in [erasure(2, None), erasure(1, Some("a-key")), erasure(2, Some("b-key")), erasure(2, None)] {
            ledger.add(entry);
        }
        ledger.write(folder.path()).expect("written");
        assert_eq!(Ledger::find(folder.path(), "one").expect("a ledger"), ledger);
        assert_eq!(ledger.erasures().len(), 3);
        assert_eq!(ledger.workspaces().collect::<Vec<_>>(), [WorkspaceId::from_bytes([2; 16])]);
        assert_eq!(ledger.persons().collect::<Vec<_>>(), [&erasure(1, Some("a-key"))], "the other went as a whole");
    }

    #[test]
    fn two_ledgers_of_an_instance_become_one_and_those_of_others_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut old, mut new) = (Ledger::new("one"), Ledger::new("one"));
        old.add(erasure(1, None));
        new.add(erasure(1, None));
        new.add(erasure(3, None));
        old.merge(new);
        assert_eq!(old.workspaces().count(), 2);
        old.write(folder.path()).expect("written");
        let refused = Ledger::find(folder.path(), "two").expect_err("another's").to_string();
        assert!(refused.contains("of instance one") && refused.contains("of two"), "{refused}");
    }

    #[test]
    fn a_ledger_that_was_altered_or_is_newer_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::new("one");
        ledger.add(erasure(1, None));
        ledger.write(folder.path()).expect("written");
        let path = folder.path().join(FILE);
        let text = fs::read_to_string(&path).expect("the file");
        let altered = [
            text.replace("0101", "0102"),
            text.replacen("\"at\": 1", "\"at\": 2", 1),
            text[..text.len() / 2].to_owned(),
            text.replacen("\"at\"", "\"more\": 1, \"at\"", 1),
        ];
        for altered in altered {
            assert_ne!(altered, text);
            fs::write(&path, altered).expect("written");
            assert!(matches!(Ledger::find(folder.path(), "one"), Err(LedgerError::Damaged(_))));
        }
        fs::write(&path, text.replace("\"form\": 1", "\"form\": 2")).expect("written");
        assert!(matches!(Ledger::find(folder.path(), "one"), Err(LedgerError::Newer { found: 2, .. })));
    }
}
