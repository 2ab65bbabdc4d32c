//! The one way from bytes that anybody could have sent to a package that may be compiled.

use std::sync::Arc;

use domain::{Digest, Instant};

use super::TrustError;
use super::envelope::{Envelope, EnvelopeSignature};
use super::key::KeyId;
use super::policy::{PublisherKey, TrustPolicy};
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
    /// Until when the key does, if its days are counted.
    pub key_until: Option<Instant>,
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

/// Verify a package that is to be installed, against what the operator trusts now.
///
/// # Errors
/// The first reason to refuse it: signature, key, plugin id, digest, manifest, expiry, sequence, in this order.
pub fn verify(package: UnverifiedPackage, policy: &TrustPolicy, now: Instant) -> Result<VerifiedPackage, TrustError> {
    let signer = find_installer(&package, policy, now)?;
    Ok(VerifiedPackage { package, signer })
}

/// Verify a package again that was installed at this instant, when it is loaded. What has been installed since does not
/// count, so that an operator can go back to an older one; everything else does.
///
/// # Errors
/// As [`verify`].
pub fn verify_installed(
    package: UnverifiedPackage,
    policy: &TrustPolicy,
    installed_at: Instant,
) -> Result<VerifiedPackage, TrustError> {
    let signer = find_signer(&package, policy, installed_at)?;
    Ok(VerifiedPackage { package, signer })
}

/// The key by which a package may be installed.
pub(super) fn find_installer(
    package: &UnverifiedPackage,
    policy: &TrustPolicy,
    now: Instant,
) -> Result<Signer, TrustError> {
    let signer = find_signer(package, policy, now)?;
    let manifest = package.manifest();
    policy.check_newer(&manifest.id, manifest.sequence)?;
    Ok(signer)
}

/// One signature that stands is enough; of several it is the one whose key lasts longest that is named, so that the end of
/// an older key means nothing to a package that a newer one signed, too. A signature under a trusted key's name that does
/// not fit the envelope spoils all of them.
fn find_signer(package: &UnverifiedPackage, policy: &TrustPolicy, at: Instant) -> Result<Signer, TrustError> {
    let envelope = Envelope::parse(package.envelope().ok_or(TrustError::Unsigned)?)?;
    let (payload, message) = envelope.open()?;
    let mut best: Option<(Signer, &PublisherKey)> = None;
    let mut refusal = None;
    for signature in &envelope.signatures {
        match judge(signature, &message, &payload, package, policy, at) {
            Ok((signer, key)) if best.as_ref().is_none_or(|(_, known)| key.outlasts(known)) => {
                best = Some((signer, key));
            }
            Ok(_) => {}
            Err(error @ (TrustError::BadSignature(_) | TrustError::Base64(_))) => return Err(error),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    best.map(|(signer, _)| signer).ok_or_else(|| refusal.unwrap_or(TrustError::SignatureCount(0)))
}

pub(super) fn judge<'a>(
    signature: &EnvelopeSignature,
    message: &[u8],
    payload: &[u8],
    package: &UnverifiedPackage,
    policy: &'a TrustPolicy,
    at: Instant,
) -> Result<(Signer, &'a PublisherKey), TrustError> {
    let id: KeyId =
        signature.keyid.parse().map_err(|_| TrustError::KeyId(signature.keyid.chars().take(80).collect()))?;
    let key = policy.get_key(id)?;
    if !key.public_key.verifies(message, &signature.bytes()?) {
        return Err(TrustError::BadSignature(id));
    }
    let statement = Statement::parse(payload)?;
    let manifest = package.manifest();
    let key = policy.check_key(id, &manifest.id, at)?;
    statement.check_subject(package)?;
    policy.check_digest(package.digest())?;
    statement.check_manifest(package)?;
    let expires = statement.predicate.expires;
    if at >= expires {
        return Err(TrustError::Expired(expires));
    }
    policy.check_floor(&manifest.id, manifest.sequence)?;
    Ok((Signer { key: id, name: key.name.clone(), expires, key_until: key.not_after }, key))
}
