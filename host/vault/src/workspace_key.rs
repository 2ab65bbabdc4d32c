//! A workspace's key. It exists unwrapped only in memory.

use secrecy::{ExposeSecret, SecretBox};

use crate::HostKey;
use crate::random::{self, NoRandomness};
use crate::seal::{Binding, OpenError, Sealed, open_with, seal_with};

/// The key that seals what one workspace keeps.
pub struct WorkspaceKey(SecretBox<[u8; 32]>);

impl WorkspaceKey {
    /// A new random key.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut filled = Ok(());
        let key = SecretBox::init_with_mut(|bytes: &mut [u8; 32]| filled = random::fill(bytes));
        filled.map(|()| Self(key))
    }

    /// The form in which it is kept: sealed by the host's key, bound to where it lies.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn wrap(&self, host: &HostKey, binding: &Binding<'_>) -> Result<Sealed, NoRandomness> {
        seal_with(host.derive("wrap-workspace-key").expose_bytes(), binding, self.expose_bytes())
    }

    /// The key that was wrapped.
    ///
    /// # Errors
    /// It was wrapped by another host, for another place, or altered.
    pub fn unwrap(host: &HostKey, binding: &Binding<'_>, wrapped: &Sealed) -> Result<Self, OpenError> {
        let bytes = open_with(host.derive("wrap-workspace-key").expose_bytes(), binding, wrapped)?;
        let bytes: &[u8; 32] = bytes.expose_secret().as_array().ok_or(OpenError::Truncated)?;
        Ok(Self(SecretBox::init_with_mut(|own: &mut [u8; 32]| own.copy_from_slice(bytes))))
    }

    pub(crate) fn expose_bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}
