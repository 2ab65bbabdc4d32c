//! Trust: whose signature makes a package run.
//!
//! A package runs when an ed25519 signature over a statement about its very bytes verifies against a publisher key that the
//! operator trusts for that plugin id, and nothing of key, digest or sequence has been taken back since. [`verify`] is the
//! only way to a [`VerifiedPackage`], and [`TrustPolicy::permits`] is asked again before every call.
//!
//! To add a reason to refuse: give it a variant of [`TrustError`], a check in `verify` or in [`TrustPolicy::permits`] (when
//! it can change after install), and a package in the tests that is refused for it alone.

mod envelope;
mod inspect;
mod key;
mod policy;
mod rfc3339;
mod sign;
mod statement;
mod verify;

pub use envelope::{Envelope, EnvelopeSignature};
pub use inspect::{Inspection, SignerReport, inspect};
pub use key::{KeyError, KeyId, PublicKey, SigningKey};
pub use policy::{PatternError, PluginPattern, PublisherKey, TrustPolicy};
pub use sign::{SignError, sign};
pub use verify::{Signer, VerifiedPackage, verify};

use domain::{Digest, Instant, PluginId};

/// Why a package is not trusted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what its variant is")]
pub enum TrustError {
    #[error("the package is not signed: there is no `.dsse` file beside it; sign it with `weighbridge plugin sign`")]
    Unsigned,
    #[error("the signature file is not a DSSE envelope")]
    Envelope(#[source] serde_json::Error),
    #[error(
        "the envelope's payload is of type `{0}`, not an in-toto statement; sign the package with `weighbridge plugin sign`"
    )]
    PayloadType(String),
    #[error("the envelope's {0} is not base64")]
    Base64(&'static str),
    #[error("the envelope has {0} signatures; it must have 1 to 8")]
    SignatureCount(usize),
    #[error("the envelope's key id `{0}` is not 64 lower-case hexadecimal digits")]
    KeyId(String),
    #[error(
        "the package is signed by key {0}, which is not trusted; if you know whose it is, add it with `weighbridge plugin trust`"
    )]
    UnknownKey(KeyId),
    #[error("the signature by key {0} does not fit the envelope; fetch the package and its `.dsse` file again")]
    BadSignature(KeyId),
    #[error("key {key} is trusted from {from} only")]
    KeyNotYetValid { key: KeyId, from: Instant },
    #[error("key {key} has not been trusted since {at}; the publisher must sign with a current key")]
    KeyExpired { key: KeyId, at: Instant },
    #[error("key {key} was revoked at {at}; the publisher must sign with another key")]
    KeyRevoked { key: KeyId, at: Instant },
    #[error("key {key} is trusted for {allowed}, not for `{plugin}`")]
    PluginNotCovered { key: KeyId, plugin: PluginId, allowed: String },
    #[error("the signed payload is not a statement about a plugin package")]
    Statement(#[source] serde_json::Error),
    #[error("the signed statement has the {what} `{found}`, and `{expected}` is needed")]
    StatementKind { what: &'static str, found: String, expected: &'static str },
    #[error("the signed statement names {0} subjects; it must name the package alone")]
    SubjectCount(usize),
    #[error(
        "the signature is for a file with digest {signed}, and this file has {actual}; fetch the package and its `.dsse` file again"
    )]
    SubjectDigest { signed: Digest, actual: Digest },
    #[error("the package with digest {0} was revoked; install another release")]
    DigestRevoked(Digest),
    #[error("the statement says {what} {signed}, and the package's manifest says {found}")]
    ManifestMismatch { what: &'static str, signed: String, found: String },
    #[error("the signature of the package expired at {0}; the publisher must sign it anew")]
    Expired(Instant),
    #[error(
        "`{plugin}` with sequence {sequence} is older than {floor}, the oldest that may run; install a later release, or lower the floor"
    )]
    Downgrade { plugin: PluginId, sequence: u64, floor: u64 },
}

#[cfg(test)]
mod tests;
