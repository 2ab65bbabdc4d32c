//! Trust: whose signature makes a package run.
//!
//! A package runs when an ed25519 signature over a statement about its very bytes verifies against a publisher key that the
//! operator trusts for that plugin id, and nothing of key, digest or sequence has been taken back since. [`verify`] (and
//! [`verify_installed`], when it is loaded again) is the only way to a [`VerifiedPackage`], and [`TrustPolicy::permits`] is
//! asked again before every call.
//!
//! To add a reason to refuse: give it a variant of [`TrustError`], a check in `verify` or in [`TrustPolicy::permits`] (when
//! it can change after install), and a package in the tests that is refused for it alone.

mod envelope;
mod file;
mod inspect;
mod key;
mod pattern;
mod policy;
mod rfc3339;
mod sign;
mod statement;
mod verify;

pub use envelope::{Envelope, EnvelopeSignature};
pub use file::{MAX_TRUST_FILE_BYTES, RevokedKey, RevokedPackage, TrustFile, TrustFileError};
pub use inspect::{Inspection, SignerReport, inspect};
pub use key::{KeyError, KeyId, PublicKey, SigningKey};
pub use pattern::{PatternError, PluginPattern};
pub use policy::{Installation, PublisherKey, Revocation, TrustPolicy};
pub use sign::{SignError, sign, sign_also};
pub use statement::find_expiry;
pub use verify::{Signer, VerifiedPackage, verify, verify_installed};

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
        "the signature file is not in the one form that is accepted: JSON without white space or needless escapes, no other fields; sign the package with `weighbridge plugin sign`, or write it anew without white space"
    )]
    EnvelopeForm,
    #[error(
        "the envelope's payload is of type `{0}`, not an in-toto statement; sign the package with `weighbridge plugin sign`"
    )]
    PayloadType(String),
    #[error("the envelope's {0} is not base64 of the standard alphabet, padded")]
    Base64(&'static str),
    #[error("the envelope has {0} signatures; it must have 1 to 8")]
    SignatureCount(usize),
    #[error("the envelope has two signatures by key {0}")]
    SignatureTwice(String),
    #[error("the envelope's key id `{0}` is not 64 lower-case hexadecimal digits")]
    KeyId(String),
    #[error(
        "the package is signed by key {0}, which is not trusted; if you know whose it is, add it with `weighbridge plugin trust`"
    )]
    UnknownKey(KeyId),
    #[error("the signature by key {0} does not fit the envelope; fetch the package and its `.dsse` file again")]
    BadSignature(KeyId),
    #[error("packages may be installed by key {key} from {from} only")]
    KeyNotYetValid { key: KeyId, from: Instant },
    #[error("nothing is installed by key {key} since {at}; the publisher must sign with a current key")]
    KeyExpired { key: KeyId, at: Instant },
    #[error("key {key} was revoked at {at} ({reason}); the publisher must sign with another key")]
    KeyRevoked { key: KeyId, at: Instant, reason: String },
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
    #[error("the package with digest {digest} was revoked at {at} ({reason}); install another release")]
    DigestRevoked { digest: Digest, at: Instant, reason: String },
    #[error("the statement says {what} {signed}, and the package's manifest says {found}")]
    ManifestMismatch { what: &'static str, signed: String, found: String },
    #[error("the signature of the package expired at {0}; the publisher must sign it anew")]
    Expired(Instant),
    #[error(
        "`{plugin}` with sequence {sequence} is below the floor {floor}; install a later release, or lower the floor with `weighbridge plugin trust floor`"
    )]
    BelowFloor { plugin: PluginId, sequence: u64, floor: u64 },
    #[error(
        "`{plugin}` with sequence {sequence} is older than {highest}, which was installed before; install a later release"
    )]
    Downgrade { plugin: PluginId, sequence: u64, highest: u64 },
}

#[cfg(test)]
mod tests;
