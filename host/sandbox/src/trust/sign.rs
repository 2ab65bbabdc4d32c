//! Signing a package.

use domain::Instant;

use super::envelope::{Envelope, PAYLOAD_TYPE};
use super::key::SigningKey;
use super::statement::Statement;
use crate::package::UnverifiedPackage;

/// The statement could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the statement about the package cannot be written")]
pub struct SignError(#[source] serde_json::Error);

/// Sign a package, for as long as the signature is to count.
///
/// What is signed is what the package itself says, once it has been screened: nothing that would be refused is signed.
///
/// # Errors
/// Does not happen for a package of this type.
pub fn sign(package: &UnverifiedPackage, key: &SigningKey, expires: Instant) -> Result<Envelope, SignError> {
    let payload = serde_json::to_vec(&Statement::about(package, expires)).map_err(SignError)?;
    Ok(Envelope::seal(PAYLOAD_TYPE, &payload, key))
}
