//! Bearer tokens as they arrive, and who they turn out to be.

use std::collections::BTreeSet;
use std::fmt;

use domain::{TokenId, WorkspaceId};

use crate::{PortError, Scope};

/// A token in plain text, as a client sent it. It has no `Display`, and its `Debug` hides it.
pub struct PlainToken(String);

impl PlainToken {
    /// Longer than any token that the product makes.
    const LONGEST: usize = 256;

    /// Of the value of an `Authorization` header, `Bearer TOKEN` (RFC 6750).
    pub(crate) fn parse_header(value: &[u8]) -> Result<Self, TokenRefusal> {
        let text = str::from_utf8(value).map_err(|_| TokenRefusal::Malformed)?;
        let (scheme, token) = text.split_once(' ').ok_or(TokenRefusal::Malformed)?;
        let is_token = |token: &str| {
            (1..=Self::LONGEST).contains(&token.len())
                && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
        };
        if scheme.eq_ignore_ascii_case("bearer") && is_token(token) {
            Ok(Self(token.to_owned()))
        } else {
            Err(TokenRefusal::Malformed)
        }
    }

    /// The text, for the one who verifies it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainToken(…)")
    }
}

/// Who a valid token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The one workspace that the token is bound to.
    pub workspace: WorkspaceId,
    /// The token.
    pub token: TokenId,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
}

/// Why a token is not accepted. `Expired` and `Revoked` are told only to who holds the whole secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// It does not have the form of a token.
    #[error("the Authorization header must be `Bearer wbt_…`, once, with the token as it was shown when it was made")]
    Malformed,
    /// There is no such token.
    #[error("there is no such token; make one with `weighbridge token`")]
    Unknown,
    /// Its time is over.
    #[error("the token has expired; make another with `weighbridge token`")]
    Expired,
    /// It was taken back.
    #[error("the token was revoked; make another with `weighbridge token`")]
    Revoked,
}

/// Why there is no principal.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is not accepted.
    #[error(transparent)]
    Refused(#[from] TokenRefusal),
    /// It could not be looked up.
    #[error(transparent)]
    Port(#[from] PortError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_read_from_the_header() {
        assert_eq!(PlainToken::parse_header(b"bearer wbt_a1").map(|token| token.0), Ok("wbt_a1".to_owned()));
        let long = format!("Bearer {}", "a".repeat(257));
        for odd in ["", "wbt_a1", "Bearer", "Bearer ", "Bearer  a", "Bearer a b", "Basic dTpw", "Bearer a\u{e9}", &long]
        {
            assert_eq!(
                PlainToken::parse_header(odd.as_bytes()).map(|token| token.0),
                Err(TokenRefusal::Malformed),
                "{odd}"
            );
        }
    }

    #[test]
    fn a_token_is_not_in_its_debug_text() {
        let token = PlainToken::parse_header(b"Bearer wbt_secret").expect("a token");
        assert!(!format!("{token:?}").contains("secret"));
    }
}
