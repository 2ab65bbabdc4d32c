//! Publisher keys: ed25519, told apart by the SHA-256 of the public key.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::str::FromStr;

use domain::Digest;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, KeypairBytes,
};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::package::sha256;

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a public key.
    #[error("the text is not an ed25519 public key in PEM form (`-----BEGIN PUBLIC KEY-----`)")]
    Public,
    /// Not a private key.
    #[error("the text is not an ed25519 private key in PEM form (`-----BEGIN PRIVATE KEY-----`)")]
    Private,
    /// A point of small order: signatures by it prove nothing.
    #[error("the public key is a weak point that anybody can sign for; make a new key")]
    Weak,
    /// Not an id.
    #[error("`{0}` is not a key id: 64 lower-case hexadecimal digits")]
    Id(String),
    /// The system has no randomness to give.
    #[error("the system gave no randomness for a key: {0}")]
    Randomness(getrandom::Error),
    /// The key's file.
    #[error("the key file `{path}` cannot be used")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The id of a key: the SHA-256 of its 32 bytes, in lower-case hexadecimal digits and no other spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(Digest);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError::Id(text.chars().take(80).collect());
        let digest: Digest = text.parse().map_err(|_| wrong())?;
        if digest.to_string() == text { Ok(Self(digest)) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for KeyId {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.to_string()
    }
}

/// A publisher's public key. Its text is PEM (`SubjectPublicKeyInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Read PEM.
    ///
    /// # Errors
    /// When it is not an ed25519 public key, or a weak one.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_public_key_pem(pem.trim()).map_err(|_| KeyError::Public)?;
        // A second encoding of the same point would be the same key under a second id.
        if key.to_edwards().compress().as_bytes() != key.as_bytes() {
            return Err(KeyError::Public);
        }
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// Write PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        // Encoding 44 bytes of DER cannot fail; an empty text would be refused by every reader.
        self.0.to_public_key_pem(LineEnding::LF).unwrap_or_default()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(sha256(self.0.as_bytes()))
    }

    /// Whether this signature over this message is by this key, by the strict rules: no weak point, no second form.
    #[must_use]
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(pem: String) -> Result<Self, KeyError> {
        Self::from_pem(&pem)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_pem()
    }
}

/// A publisher's private key. It is neither printed nor serialised, and its memory is wiped when it is dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).map_err(KeyError::Randomness)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&secret)))
    }

    /// Read PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is not an ed25519 private key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem.trim()).map(Self).map_err(|_| KeyError::Private)
    }

    /// Write PKCS#8 PEM, in the first version, without the public key: the second is not read by every tool.
    ///
    /// # Errors
    /// Does not happen for a key of this type.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let secret_key = Zeroizing::new(self.0.to_bytes());
        let pair = KeypairBytes { secret_key: *secret_key, public_key: None };
        pair.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Private)
    }

    /// Read a key file.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let pem = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|source| file_error(path, source))?;
        Self::from_pem(&pem)
    }

    /// Write a new key file that only its owner can read.
    ///
    /// # Errors
    /// When there is a file already: a key is never overwritten.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        let pem = self.to_pem()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(pem.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| file_error(path, source))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The 64 bytes of a signature.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn file_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_their_text() {
        let key = SigningKey::generate().expect("a key");
        let again = SigningKey::from_pem(&key.to_pem().expect("pem")).expect("the key");
        assert_eq!(again.public(), key.public());
        assert_eq!(PublicKey::from_pem(&key.public().to_pem()).expect("the key").id(), key.public().id());
        assert_ne!(SigningKey::generate().expect("a key").public(), key.public());
    }

    #[test]
    fn the_id_of_a_key_is_the_digest_of_its_bytes_in_one_spelling() {
        // RFC 8032, section 7.1, test 1.
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
        let id = PublicKey::from_pem(pem).expect("a key").id().to_string();
        assert_eq!(id, "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9");
        assert!(id.parse::<KeyId>().is_ok());
        assert!(matches!(id.to_uppercase().parse::<KeyId>(), Err(KeyError::Id(_))));
    }

    #[test]
    fn weak_points_are_no_public_keys() {
        let point = VerifyingKey::from_bytes(&std::array::from_fn(|at| u8::from(at == 0))).expect("a point");
        let pem = point.to_public_key_pem(LineEnding::LF).expect("pem");
        assert!(matches!(PublicKey::from_pem(&pem), Err(KeyError::Weak)));
    }

    #[test]
    fn a_signature_has_one_form() {
        // The order of the group, little-endian (RFC 8032, section 5.1): added to a signature's second half, it gives
        // another text of the same equation.
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let key = SigningKey::generate().expect("a key");
        let mut signature = key.sign(b"message");
        assert!(key.public().verifies(b"message", &signature));
        let mut carry = 0;
        for (byte, addend) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(addend) + carry;
            [*byte, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        assert!(!key.public().verifies(b"message", &signature));
        assert!(!key.public().verifies(b"message", &signature[..63]));
    }

    #[test]
    fn a_key_file_is_its_owners_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.pem");
        let key = SigningKey::generate().expect("a key");
        key.save(&path).expect("saved");
        assert_eq!(SigningKey::load(&path).expect("loaded").public(), key.public());
        assert!(matches!(key.save(&path), Err(KeyError::File { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    /// The number that these little-endian bytes are, as a scalar of the group.
    fn scalar<S: Copy + From<u64> + std::ops::Mul<Output = S> + std::ops::Add<Output = S>>(
        _like: S,
        bytes: &[u8],
    ) -> S {
        bytes.iter().rev().fold(S::from(0), |number, byte| number * S::from(256) + S::from((*byte).into()))
    }

    #[test]
    fn a_signature_without_a_nonce_is_refused_though_its_equation_holds() {
        use sha2::Digest as _;
        // R is the neutral point: the owner of a key can make one such for every message, and two by it give the key away.
        let key = SigningKey::generate().expect("a key");
        let mut nothing = [0; 32];
        nothing[0] = 1;
        let hashed = sha2::Sha512::new()
            .chain_update(nothing)
            .chain_update(key.public().0.as_bytes())
            .chain_update(b"a message");
        let secret = key.0.to_scalar();
        let answer = scalar(secret, &hashed.finalize()) * secret;
        let signature = [nothing, answer.to_bytes()].concat();
        let loose = Signature::from_slice(&signature).expect("64 bytes");
        assert!(ed25519_dalek::Verifier::verify(&key.public().0, b"a message", &loose).is_ok(), "the equation holds");
        assert!(!key.public().verifies(b"a message", &signature));
    }
}
