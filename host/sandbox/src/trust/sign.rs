//! Signing a package.

use domain::Instant;

use super::TrustError;
use super::envelope::{Envelope, PAYLOAD_TYPE};
use super::key::SigningKey;
use super::statement::Statement;
use crate::package::UnverifiedPackage;

/// A signature could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Does not happen for a package of this type.
    #[error("the statement about the package cannot be written")]
    Statement(#[source] serde_json::Error),
    /// There is no signature that another could stand beside, or it is about something else.
    #[error("the signatures beside the package cannot be added to; sign it anew")]
    Beside(#[source] TrustError),
}

/// Sign a package with each of these keys, for as long as the signatures are to count.
///
/// What is signed is what the package itself says, once it has been screened: nothing that would be refused is signed.
///
/// # Errors
/// Does not happen for a package of this type.
pub fn sign(package: &UnverifiedPackage, keys: &[&SigningKey], expires: Instant) -> Result<Envelope, SignError> {
    let payload = serde_json::to_vec(&Statement::about(package, expires)).map_err(SignError::Statement)?;
    Ok(Envelope::seal(PAYLOAD_TYPE, &payload, keys))
}

/// Sign what stands in the envelope beside a package, too: the same statement, with the same expiry, under one more key.
///
/// # Errors
/// When there is no envelope, or it is not about this package.
pub fn sign_also(package: &UnverifiedPackage, keys: &[&SigningKey]) -> Result<Envelope, SignError> {
    let beside = || {
        let mut envelope = Envelope::parse(package.envelope().ok_or(TrustError::Unsigned)?)?;
        let (payload, message) = envelope.open()?;
        let statement = Statement::parse(&payload)?;
        statement.check_subject(package)?;
        statement.check_manifest(package)?;
        keys.iter().for_each(|key| envelope.add(&message, key));
        // As its readers will, so that a ninth signature is refused here.
        Envelope::parse(envelope.to_json().as_bytes())
    };
    beside().map_err(SignError::Beside)
}
