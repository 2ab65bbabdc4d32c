//! What is signed: an in-toto statement (<https://in-toto.io/Statement/v1>) about the whole file.

use domain::{Digest, Instant, PluginId};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::envelope::Envelope;
use super::{TrustError, rfc3339};
use crate::package::UnverifiedPackage;

pub(super) const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
pub(super) const PREDICATE_TYPE: &str = "https://weighbridge.dev/attestation/plugin/v1";

/// A statement. Fields that in-toto does not know are ignored, as it demands; the predicate is ours, and strict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    pub(super) kind: String,
    pub(super) subject: Vec<Subject>,
    pub(super) predicate_type: String,
    pub(super) predicate: Predicate,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) digest: SubjectDigest,
}

/// Its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SubjectDigest {
    pub(super) sha256: Digest,
}

/// What is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Predicate {
    pub(super) plugin: PluginId,
    pub(super) version: Version,
    pub(super) sequence: u64,
    pub(super) manifest_digest: Digest,
    #[serde(with = "rfc3339")]
    pub(super) expires: Instant,
}

impl Statement {
    /// The statement about a package.
    pub(super) fn about(package: &UnverifiedPackage, expires: Instant) -> Self {
        let manifest = package.manifest();
        Self {
            kind: STATEMENT_TYPE.to_owned(),
            subject: vec![Subject {
                name: format!("{}-{}.wasm", manifest.id.name(), manifest.version),
                digest: SubjectDigest { sha256: package.digest() },
            }],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                plugin: manifest.id.clone(),
                version: manifest.version.clone(),
                sequence: manifest.sequence,
                manifest_digest: package.manifest_digest(),
                expires,
            },
        }
    }

    /// Read a payload whose signature has been checked.
    pub(super) fn parse(payload: &[u8]) -> Result<Self, TrustError> {
        let statement: Self = serde_json::from_slice(payload).map_err(TrustError::Statement)?;
        check_kind("type", &statement.kind, STATEMENT_TYPE)?;
        check_kind("predicate type", &statement.predicate_type, PREDICATE_TYPE)?;
        Ok(statement)
    }

    /// Whether it is about these bytes and this manifest.
    pub(super) fn check_subject(&self, package: &UnverifiedPackage) -> Result<(), TrustError> {
        let [subject] = self.subject.as_slice() else { return Err(TrustError::SubjectCount(self.subject.len())) };
        let (signed, actual) = (subject.digest.sha256, package.digest());
        if signed == actual { Ok(()) } else { Err(TrustError::SubjectDigest { signed, actual }) }
    }

    /// Whether it says of the plugin what the manifest says.
    pub(super) fn check_manifest(&self, package: &UnverifiedPackage) -> Result<(), TrustError> {
        // Destructured whole, so that a word that is signed and not compared does not compile.
        let Predicate { plugin, version, sequence, manifest_digest, expires: _ } = &self.predicate;
        let manifest = package.manifest();
        check_same("the plugin", plugin, &manifest.id)?;
        check_same("version", version, &manifest.version)?;
        check_same("sequence", sequence, &manifest.sequence)?;
        check_same("manifest digest", manifest_digest, &package.manifest_digest())
    }
}

/// Until when the signature of an envelope counts for an install, by its own words. Nothing is verified: it is asked of
/// envelopes that the host has verified before, to be shown. None where there is no statement.
#[must_use]
pub fn find_expiry(envelope: &[u8]) -> Option<Instant> {
    let (payload, _) = Envelope::parse(envelope).ok()?.open().ok()?;
    Some(Statement::parse(&payload).ok()?.predicate.expires)
}

fn check_kind(what: &'static str, found: &str, expected: &'static str) -> Result<(), TrustError> {
    let shown = || found.chars().take(128).collect();
    if found == expected { Ok(()) } else { Err(TrustError::StatementKind { what, found: shown(), expected }) }
}

fn check_same<T: PartialEq + ToString>(what: &'static str, signed: &T, found: &T) -> Result<(), TrustError> {
    if signed == found {
        return Ok(());
    }
    Err(TrustError::ManifestMismatch { what, signed: signed.to_string(), found: found.to_string() })
}
