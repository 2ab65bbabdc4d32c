//! The trust file: what an operator wants to be trusted and what taken back, as text that can be reviewed, kept under version
//! control and sent to several hosts.
//!
//! It only says things: what it does not name stays as it is, and nothing that was revoked comes back. Its `sequence` grows
//! with every change, so that an older file does not undo a newer one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use domain::{Digest, PluginId};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::key::KeyId;
use super::policy::PublisherKey;
use crate::escape::is_deceptive;
use crate::package::sha256;

/// The size that no trust file exceeds, in bytes.
pub const MAX_TRUST_FILE_BYTES: u64 = 1024 * 1024;
/// Bytes of a name or a reason.
const MAX_WORDS: usize = 500;

/// A trust file that keeps its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustFile {
    /// Grows with every change of the file.
    pub sequence: u64,
    /// For each plugin the lowest sequence that may run.
    pub floors: BTreeMap<PluginId, u64>,
    /// The publishers.
    pub keys: Vec<PublisherKey>,
    /// Keys that count for nothing.
    pub revoked_keys: Vec<RevokedKey>,
    /// Packages that do not run.
    pub revoked_packages: Vec<RevokedPackage>,
}

/// A key that counts for nothing, trusted before or never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedKey {
    /// Which.
    pub id: KeyId,
    /// Why.
    pub reason: String,
}

/// A package that does not run, whoever signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedPackage {
    /// SHA-256 of the whole file.
    pub digest: Digest,
    /// Why.
    pub reason: String,
}

/// What is wrong with a trust file, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustFileError {
    /// It is larger than [`MAX_TRUST_FILE_BYTES`].
    #[error("the trust file is larger than {MAX_TRUST_FILE_BYTES} bytes")]
    TooLarge,
    /// It is not text.
    #[error("the trust file is not UTF-8 text")]
    NotText,
    /// It is not TOML, or not of this form.
    #[error("line {line}: {problem}")]
    Form {
        /// Where, from 1.
        line: usize,
        /// What.
        problem: String,
    },
    /// An entry breaks a rule.
    #[error("line {line}, `{entry}`: {problem}")]
    Entry {
        /// Where the entry begins, from 1.
        line: usize,
        /// Which, such as `keys[0]`.
        entry: String,
        /// What.
        problem: String,
    },
}

/// The same, as it is read: each entry with its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    sequence: Spanned<u64>,
    #[serde(default)]
    floors: BTreeMap<PluginId, Spanned<u64>>,
    #[serde(default)]
    keys: Vec<Spanned<PublisherKey>>,
    #[serde(default)]
    revoked_keys: Vec<Spanned<RevokedKey>>,
    #[serde(default)]
    revoked_packages: Vec<Spanned<RevokedPackage>>,
}

impl TrustFile {
    /// Read the text.
    ///
    /// # Errors
    /// Names the line, and the entry that breaks a rule.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustFileError> {
        if bytes.len() as u64 > MAX_TRUST_FILE_BYTES {
            return Err(TrustFileError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TrustFileError::NotText)?;
        let raw: Raw = toml::from_str(text).map_err(|error| TrustFileError::Form {
            line: line_of(text, error.span().unwrap_or_default()),
            problem: error.message().trim().replace('\n', "; "),
        })?;
        Checker { text }.check(raw)
    }

    /// Write the text.
    ///
    /// # Errors
    /// Does not happen for a file that was read.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// SHA-256 of the text, by which two files of one sequence are told apart.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Digest {
        sha256(bytes)
    }
}

/// Names places in the text.
struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn check(&self, raw: Raw) -> Result<TrustFile, TrustFileError> {
        let Raw { sequence, floors, keys, revoked_keys, revoked_packages } = raw;
        self.ensure(*sequence.get_ref() > 0, &sequence, "sequence", || "counts from 1".to_owned())?;
        for (plugin, floor) in &floors {
            self.ensure(*floor.get_ref() > 0, floor, &format!("floors.{plugin}"), || "counts from 1".to_owned())?;
        }
        self.each("revoked_keys", &revoked_keys, |revoked| words("reason", &revoked.reason))?;
        self.once("revoked_keys", &revoked_keys, |revoked| revoked.id)?;
        self.each("revoked_packages", &revoked_packages, |revoked| words("reason", &revoked.reason))?;
        self.once("revoked_packages", &revoked_packages, |revoked| revoked.digest)?;
        let revoked: BTreeSet<_> = revoked_keys.iter().map(|revoked| revoked.get_ref().id).collect();
        self.each("keys", &keys, |key| check_key(key, &revoked))?;
        self.once("keys", &keys, PublisherKey::id)?;
        Ok(TrustFile {
            sequence: sequence.into_inner(),
            floors: floors.into_iter().map(|(plugin, floor)| (plugin, floor.into_inner())).collect(),
            keys: keys.into_iter().map(Spanned::into_inner).collect(),
            revoked_keys: revoked_keys.into_iter().map(Spanned::into_inner).collect(),
            revoked_packages: revoked_packages.into_iter().map(Spanned::into_inner).collect(),
        })
    }

    fn ensure<T>(
        &self,
        holds: bool,
        place: &Spanned<T>,
        entry: &str,
        problem: impl FnOnce() -> String,
    ) -> Result<(), TrustFileError> {
        if holds {
            return Ok(());
        }
        Err(TrustFileError::Entry {
            line: line_of(self.text, place.span()),
            entry: entry.to_owned(),
            problem: problem(),
        })
    }

    fn each<T>(
        &self,
        list: &str,
        entries: &[Spanned<T>],
        check: impl Fn(&T) -> Result<(), String>,
    ) -> Result<(), TrustFileError> {
        entries.iter().enumerate().try_for_each(|(number, entry)| {
            let problem = check(entry.get_ref()).err();
            self.ensure(problem.is_none(), entry, &format!("{list}[{number}]"), || problem.unwrap_or_default())
        })
    }

    fn once<T, K: Ord + ToString>(
        &self,
        list: &str,
        entries: &[Spanned<T>],
        name: impl Fn(&T) -> K,
    ) -> Result<(), TrustFileError> {
        let mut seen = BTreeMap::new();
        entries.iter().enumerate().try_for_each(|(number, entry)| {
            let first = seen.insert(name(entry.get_ref()), number);
            let problem = || {
                let first = first.unwrap_or_default();
                format!("{} stands in `{list}[{first}]` already: write it once", name(entry.get_ref()).to_string())
            };
            self.ensure(first.is_none(), entry, &format!("{list}[{number}]"), problem)
        })
    }
}

fn check_key(key: &PublisherKey, revoked: &BTreeSet<KeyId>) -> Result<(), String> {
    words("name", &key.name)?;
    if key.plugins.is_empty() {
        return Err("`plugins` is empty: name what the key may sign, such as `publisher/*`".to_owned());
    }
    if let (Some(from), Some(until)) = (key.not_before, key.not_after)
        && from >= until
    {
        return Err(format!("`not_after` {until} is not after `not_before` {from}"));
    }
    match revoked.contains(&key.id()) {
        true => Err(format!("key {} stands under `revoked_keys`, too: take one of the two out", key.id())),
        false => Ok(()),
    }
}

/// A name or a reason: what is shown to people, in one line.
fn words(field: &str, text: &str) -> Result<(), String> {
    match text.trim().is_empty() || text.len() > MAX_WORDS || text.contains(is_deceptive) {
        true => Err(format!("`{field}` must be one line of 1 to {MAX_WORDS} bytes, without control characters")),
        false => Ok(()),
    }
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests;
