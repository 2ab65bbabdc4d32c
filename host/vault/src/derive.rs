//! Keys for one purpose each, from the host's key: knowing one tells nothing of another or of the host's.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::HostKey;

const LABEL: &[u8] = b"weighbridge/derive/1/";

/// A key for one purpose.
pub struct DerivedKey(SecretBox<[u8; 32]>);

impl DerivedKey {
    /// Its bytes.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// What only a holder of this key can compute over these bytes: HMAC-SHA-256.
    #[must_use]
    pub fn authenticate(&self, bytes: &[u8]) -> [u8; 32] {
        self.mac(bytes).finalize().into_bytes().into()
    }

    /// Whether a holder of this key computed this over these bytes.
    #[must_use]
    pub fn is_authentic(&self, bytes: &[u8], code: &[u8]) -> bool {
        self.mac(bytes).verify_slice(code).is_ok()
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256>>::new_from_slice(self.expose_bytes()).expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac
    }
}

impl HostKey {
    /// The key for this purpose, the same every time. A purpose is a constant of the program, such as `cursor-mac`.
    ///
    /// This is the expand step of HKDF-SHA-256 (RFC 5869) for one block; the host's key is uniformly random already.
    #[must_use]
    pub fn derive(&self, purpose: &'static str) -> DerivedKey {
        let mut mac = <Hmac<Sha256>>::new_from_slice(self.expose_bytes()).expect("HMAC takes keys of any length");
        mac.update(LABEL);
        mac.update(purpose.as_bytes());
        mac.update(&[1]);
        let mut output: [u8; 32] = mac.finalize().into_bytes().into();
        let key = SecretBox::init_with_mut(|bytes: &mut [u8; 32]| bytes.copy_from_slice(&output));
        output.zeroize();
        DerivedKey(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_key(byte: u8) -> HostKey {
        HostKey::from_bytes(&[byte; 32])
    }

    #[test]
    fn each_purpose_and_each_host_has_its_own_key_the_same_every_time() {
        let key = host_key(7);
        assert_eq!(key.derive("cursor-mac").expose_bytes(), key.derive("cursor-mac").expose_bytes());
        assert_ne!(key.derive("cursor-mac").expose_bytes(), key.derive("cache-mac").expose_bytes());
        assert_ne!(key.derive("cursor-mac").expose_bytes(), host_key(8).derive("cursor-mac").expose_bytes());
        assert_ne!(key.derive("cursor-mac").expose_bytes(), key.expose_bytes());
    }

    #[test]
    fn what_is_authentic_was_computed_over_these_bytes_with_this_key() {
        let key = host_key(7).derive("backup");
        let code = key.authenticate(b"a manifest");
        assert!(key.is_authentic(b"a manifest", &code));
        assert!(!key.is_authentic(b"a manifesT", &code) && !key.is_authentic(b"a manifest", &code[..31]));
        assert!(!host_key(8).derive("backup").is_authentic(b"a manifest", &code));
        assert!(!host_key(7).derive("cursor-mac").is_authentic(b"a manifest", &code));
    }

    #[test]
    fn a_derived_key_never_changes_from_version_to_version() {
        // From another implementation: python3 -c "import hmac; print(hmac.new(b'\x07'*32,
        // b'weighbridge/derive/1/cursor-mac\x01', 'sha256').hexdigest())"
        let hex: String = host_key(7).derive("cursor-mac").expose_bytes().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "6a80afa6e4d27aa5bfa5b67e2ffeea4dc07bfb373bd283fc60d768866b2f570d");
    }
}
