//! The one way from bytes that anybody could have sent to a package that may be compiled.

use std::sync::Arc;

use domain::{Digest, Instant};

use super::TrustError;
use super::envelope::{Envelope, EnvelopeSignature};
use super::key::KeyId;
use super::policy::TrustPolicy;
use super::statement::Statement;
use crate::package::{Manifest, UnverifiedPackage, Warning};

/// Who vouched for a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// By which key.
    pub key: KeyId,
    /// The key's name in the policy.
    pub name: String,
    /// Until when the signature counts for an install.
    pub expires: Instant,
}

/// A package that may be compiled. There is no way to one but [`verify`].
#[derive(Debug, Clone)]
pub struct VerifiedPackage {
    package: UnverifiedPackage,
    signer: Signer,
}

impl VerifiedPackage {
    /// The very bytes that were verified.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        self.package.bytes()
    }

    /// SHA-256 of the bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.package.digest()
    }

    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        self.package.manifest()
    }

    /// The signature envelope, to be stored beside the bytes.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        self.package.envelope().unwrap_or_default()
    }

    /// The names of the imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        self.package.imports()
    }

    /// Who vouched for it.
    #[must_use]
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// What is odd about it.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        self.package.warnings()
    }
}

/// Verify a package against what the operator trusts now.
///
/// # Errors
/// The first reason to refuse it: signature, key, plugin id, digest, manifest, expiry, sequence, in this order.
pub fn verify(package: UnverifiedPackage, policy: &TrustPolicy, now: Instant) -> Result<VerifiedPackage, TrustError> {
    let signer = find_signer(&package, policy, now)?;
    Ok(VerifiedPackage { package, signer })
}

/// The first signature that stands. One by a trusted key that does not fit the envelope spoils all of them.
pub(super) fn find_signer(
    package: &UnverifiedPackage,
    policy: &TrustPolicy,
    now: Instant,
) -> Result<Signer, TrustError> {
    let envelope = Envelope::parse(package.envelope().ok_or(TrustError::Unsigned)?)?;
    let (payload, message) = envelope.open()?;
    let mut refusal = None;
    for signature in &envelope.signatures {
        match judge(signature, &message, &payload, package, policy, now) {
            Ok(signer) => return Ok(signer),
            Err(error @ TrustError::BadSignature(_)) => return Err(error),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    Err(refusal.unwrap_or(TrustError::SignatureCount(0)))
}

pub(super) fn judge(
    signature: &EnvelopeSignature,
    message: &[u8],
    payload: &[u8],
    package: &UnverifiedPackage,
    policy: &TrustPolicy,
    now: Instant,
) -> Result<Signer, TrustError> {
    let id: KeyId =
        signature.keyid.parse().map_err(|_| TrustError::KeyId(signature.keyid.chars().take(80).collect()))?;
    let key = policy.get_key(id)?;
    if !key.public_key.verifies(message, &signature.bytes()?) {
        return Err(TrustError::BadSignature(id));
    }
    let statement = Statement::parse(payload)?;
    let manifest = package.manifest();
    policy.check_key(id, &manifest.id, now)?;
    statement.check_subject(package)?;
    policy.check_digest(package.digest())?;
    statement.check_manifest(package)?;
    let expires = statement.predicate.expires;
    if now >= expires {
        return Err(TrustError::Expired(expires));
    }
    policy.check_floor(&manifest.id, manifest.sequence)?;
    Ok(Signer { key: id, name: key.name.clone(), expires })
}
