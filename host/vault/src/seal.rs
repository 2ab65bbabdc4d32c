//! Sealing: AES-256-GCM, bound to the place where the sealed bytes are kept.
//!
//! Form: one byte for algorithm and version, a random nonce of 96 bits, ciphertext, tag of 128 bits. The associated data is
//! the first byte and the [`Binding`], each part with its length before it, so that no two bindings read the same. A key is
//! to be changed before it has sealed 2³² times.

mod binding;

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use zeroize::Zeroizing;

pub use binding::Binding;

use crate::WorkspaceKey;
use crate::random::{self, NoRandomness};

/// AES-256-GCM with a random nonce, first version. Another way to seal takes another number.
const AES_256_GCM_1: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Sealed bytes. Without the key and the binding they say nothing but their length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why sealed bytes do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Sealed in a way that this version does not know.
    #[error("sealed in form {0}, which this version does not know: use a newer one")]
    Form(u8),
    /// Too short to be whole.
    #[error("the sealed bytes are cut off")]
    Truncated,
    /// The tag does not fit.
    #[error("the sealed bytes do not open: they were altered, moved from another place, or sealed with another key")]
    Refused,
    /// The content is not UTF-8.
    #[error("what was sealed is not text")]
    NotText,
}

impl Sealed {
    /// Bytes as they were stored.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Seals for this place alone.
///
/// # Errors
/// The operating system gives no randomness.
pub fn seal(key: &WorkspaceKey, binding: &Binding<'_>, plain: &[u8]) -> Result<Sealed, NoRandomness> {
    seal_with(key.expose_bytes(), binding, plain)
}

/// Opens what was sealed for this place.
///
/// # Errors
/// It was sealed for another place or with another key, or altered.
pub fn open(key: &WorkspaceKey, binding: &Binding<'_>, sealed: &Sealed) -> Result<SecretSlice<u8>, OpenError> {
    open_with(key.expose_bytes(), binding, sealed)
}

/// Opens text that was sealed for this place.
///
/// # Errors
/// As [`open`], or what was sealed is not UTF-8.
pub fn open_text(key: &WorkspaceKey, binding: &Binding<'_>, sealed: &Sealed) -> Result<SecretString, OpenError> {
    let bytes = open(key, binding, sealed)?;
    str::from_utf8(bytes.expose_secret()).map(SecretString::from).map_err(|_| OpenError::NotText)
}

pub(crate) fn seal_with(key: &[u8; 32], binding: &Binding<'_>, plain: &[u8]) -> Result<Sealed, NoRandomness> {
    let mut sealed = Vec::with_capacity(1 + NONCE + plain.len() + TAG);
    sealed.push(AES_256_GCM_1);
    sealed.extend([0; NONCE]);
    random::fill(&mut sealed[1..])?;
    let nonce: [u8; NONCE] = std::array::from_fn(|index| sealed[1 + index]);
    let start = sealed.len();
    sealed.extend_from_slice(plain);
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&nonce.into(), &binding.associated(AES_256_GCM_1), sealed[start..].as_mut().into())
        .expect("AES-GCM seals up to 64 GiB, and memory ends first");
    sealed.extend_from_slice(&tag);
    Ok(Sealed(sealed))
}

pub(crate) fn open_with(
    key: &[u8; 32],
    binding: &Binding<'_>,
    Sealed(sealed): &Sealed,
) -> Result<SecretSlice<u8>, OpenError> {
    let (&form, rest) = sealed.split_first().ok_or(OpenError::Truncated)?;
    if form != AES_256_GCM_1 {
        return Err(OpenError::Form(form));
    }
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(OpenError::Truncated)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(OpenError::Truncated)?;
    // Of the exact length, so that making a secret of it leaves no copy behind.
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            &binding.associated(form),
            plain.as_mut_slice().into(),
            &(*tag).into(),
        )
        .map_err(|_| OpenError::Refused)?;
    Ok(SecretSlice::from(std::mem::take(&mut *plain)))
}

#[cfg(test)]
mod tests;
