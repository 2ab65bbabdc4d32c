//! Everything that can be said of a package without running it, for `plugin inspect`.

use std::error::Error;
use std::iter::successors;

use domain::{Digest, Instant};
use serde::Serialize;

use super::envelope::Envelope;
use super::policy::TrustPolicy;
use super::verify::{find_installer, judge};
use crate::package::{Manifest, UnverifiedPackage};

/// What a package is, who signed it, and whether it would be installed.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// SHA-256 of the whole file.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: usize,
    /// What it says of itself and asks for.
    pub manifest: Manifest,
    /// SHA-256 of the manifest section.
    pub manifest_digest: Digest,
    /// The names of the imports.
    pub imports: Vec<String>,
    /// The names of the exported interfaces.
    pub exports: Vec<String>,
    /// What is odd about it.
    pub warnings: Vec<String>,
    /// One for each signature.
    pub signers: Vec<SignerReport>,
    /// Why it is not trusted; none when it is.
    pub refusal: Option<String>,
    /// Why this host cannot run it though it may be trusted; none when it can.
    pub not_installable: Option<String>,
}

/// One signature, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct SignerReport {
    /// The key id that it names.
    pub key: String,
    /// The key's name in the policy, when it is trusted for this package.
    pub name: Option<String>,
    /// Why it does not count; none when it does.
    pub refusal: Option<String>,
}

/// Look at a package with the eyes of a policy. It refuses nothing: what is wrong stands in the answer.
#[must_use]
pub fn inspect(package: &UnverifiedPackage, policy: &TrustPolicy, now: Instant) -> Inspection {
    Inspection {
        digest: package.digest(),
        size: package.bytes().len(),
        manifest: package.manifest().clone(),
        manifest_digest: package.manifest_digest(),
        imports: package.imports().to_vec(),
        exports: package.exports().to_vec(),
        warnings: package.warnings().iter().map(ToString::to_string).collect(),
        signers: report(package, policy, now),
        refusal: find_installer(package, policy, now).err().map(|error| in_full(&error)),
        not_installable: package.manifest().check_installable().err().map(|error| error.to_string()),
    }
}

/// An error with what caused it, in one line.
fn in_full(error: &dyn Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source()).map(ToString::to_string);
    [error.to_string()].into_iter().chain(causes).collect::<Vec<_>>().join(": ")
}

/// Empty when there is no envelope that can be read; the refusal of the whole says why.
fn report(package: &UnverifiedPackage, policy: &TrustPolicy, now: Instant) -> Vec<SignerReport> {
    let Some(envelope) = package.envelope().and_then(|bytes| Envelope::parse(bytes).ok()) else { return Vec::new() };
    let Ok((payload, message)) = envelope.open() else { return Vec::new() };
    let one = |signature| {
        let verdict = judge(signature, &message, &payload, package, policy, now);
        SignerReport {
            key: signature.keyid.chars().take(80).collect(),
            name: verdict.as_ref().ok().map(|(signer, _)| signer.name.clone()),
            refusal: verdict.err().map(|error| in_full(&error)),
        }
    };
    envelope.signatures.iter().map(one).collect()
}
