//! API tokens: `wbt_`, 43 random characters (256 bits), and a checksum of 6.
//!
//! The prefix lets scanners find a leaked one; the checksum tells a mistyped one from a revoked one without asking the
//! database. What is stored is the SHA-256 of the whole: with 256 random bits there is nothing to guess, so nothing slow is
//! needed.

mod checksum;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

const PREFIX: &str = "wbt_";
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;
const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token as its owner has it. It is shown once, and never kept.
pub struct PlainToken(SecretString);

/// A token as it is kept.
#[derive(Clone)]
pub struct HashedToken([u8; 32]);

/// Why a text is not a token. None of them shows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Something else.
    #[error("not a token: tokens begin with `{PREFIX}`")]
    Prefix,
    /// Something is missing, or too much.
    #[error("not a whole token: it has {0} characters, tokens have {LENGTH}")]
    Length(usize),
    /// A character that no token has.
    #[error("not a token: after `{PREFIX}` come letters and digits alone")]
    Character,
    /// A character was changed.
    #[error("the token's checksum does not fit: it was mistyped or cut")]
    Checksum,
}

impl PlainToken {
    /// A new token.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        let mut pool = Zeroizing::new([0; 64]);
        while text.len() < PREFIX.len() + RANDOM {
            random::fill(&mut *pool)?;
            // Bytes from 248 on would make some characters likelier than others.
            let even = pool.iter().filter(|byte| **byte < 248).map(|byte| char::from(BASE62[usize::from(byte % 62)]));
            let missing = PREFIX.len() + RANDOM - text.len();
            text.extend(even.take(missing));
        }
        let checksum = checksum::of(text.as_bytes());
        text.extend(checksum.map(char::from));
        Ok(Self(SecretString::from(text.as_str())))
    }

    /// The token of this text.
    ///
    /// # Errors
    /// The text is no token. Whether a token is in use, only its hash can tell.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let rest = text.strip_prefix(PREFIX).ok_or(TokenError::Prefix)?;
        if !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TokenError::Character);
        }
        if text.len() != LENGTH {
            return Err(TokenError::Length(text.len()));
        }
        let (signed, checksum) = text.as_bytes().split_at(LENGTH - CHECKSUM);
        if checksum::of(signed) != checksum {
            return Err(TokenError::Checksum);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The text, to show it to its owner or to send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The form to keep.
    #[must_use]
    pub fn hash(&self) -> HashedToken {
        HashedToken(Sha256::digest(self.expose()).into())
    }
}

impl HashedToken {
    /// A hash as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are of the same token, in the same time wherever they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests;
