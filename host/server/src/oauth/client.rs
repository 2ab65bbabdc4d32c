//! The client that the operator registered at the provider: its id, and the secret that belongs to it.

use domain::capability::ClientAuth;
use secrecy::{ExposeSecret as _, SecretString};

/// The shortest secret, in bytes. Answers are searched for it, and one that is shorter could be met by chance.
const SHORTEST: usize = 8;
const LONGEST: usize = 2048;

/// A registered client. `Debug` shows no secret.
#[derive(Debug)]
pub struct Client {
    /// Its id, which is public.
    pub id: String,
    /// Its secret; none for a public client.
    pub secret: Option<SecretString>,
}

/// Why a text is not a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The first line.
    #[error("must hold the id of the client that is registered at the provider in its first line, as plain ASCII")]
    Id,
    /// There is none.
    #[error("must hold the client's secret in its second line")]
    NoSecret,
    /// There is one.
    #[error("must hold nothing but the client's id: the provider takes this client without a secret")]
    Public,
    /// The second line.
    #[error("must hold a secret of {SHORTEST} to {LONGEST} bytes of plain ASCII in its second line, and no more lines")]
    Secret,
}

impl Client {
    /// Read the two lines that the operator gives: id and secret.
    ///
    /// # Errors
    /// Names the line that does not fit, without repeating it.
    pub fn parse(text: &str, auth: ClientAuth) -> Result<Self, ClientError> {
        let mut lines = text.trim_end_matches(['\r', '\n']).splitn(2, '\n').map(|line| line.trim_end_matches('\r'));
        let id = lines.next().filter(|id| is_plain(id, 1)).ok_or(ClientError::Id)?;
        let secret = match (lines.next(), auth) {
            (None, ClientAuth::None) => None,
            (Some(_), ClientAuth::None) => return Err(ClientError::Public),
            (None, _) => return Err(ClientError::NoSecret),
            (Some(secret), _) if is_plain(secret, SHORTEST) => Some(SecretString::from(secret)),
            (Some(_), _) => return Err(ClientError::Secret),
        };
        Ok(Self { id: id.to_owned(), secret })
    }

    /// What `Authorization: Basic` holds: both parts encoded like a form's, so that no colon is read as the border
    /// (RFC 6749, section 2.3.1).
    pub(super) fn basic(&self) -> SecretString {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let secret = self.secret.as_ref().map(|secret| encode(secret.expose_secret())).unwrap_or_default();
        SecretString::from(format!("{}:{secret}", encode(&self.id)))
    }
}

/// VSCHAR of RFC 6749, appendix A.
fn is_plain(text: &str, shortest: usize) -> bool {
    (shortest..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_two_lines_and_a_public_one_is_one() {
        let client = Client::parse("s6BhdRkqt3\r\n7Fjfp0ZBr1KtDRbnfVdmIw\n", ClientAuth::Basic).expect("a client");
        assert_eq!(client.id, "s6BhdRkqt3");
        // RFC 6749, section 2.3.1: `Authorization: Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3`.
        assert_eq!(client.basic().expose_secret(), "s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw");
        assert!(Client::parse("only-the-id\n", ClientAuth::None).is_ok_and(|client| client.secret.is_none()));
        let odd = Client::parse("a:b c\np%:+/= &x", ClientAuth::Post).expect("a client");
        assert_eq!(odd.basic().expose_secret(), "a%3Ab+c:p%25%3A%2B%2F%3D+%26x");
    }

    #[test]
    fn what_is_no_client_is_told_by_its_line() {
        for (text, auth, error) in [
            ("", ClientAuth::Basic, ClientError::Id),
            ("schlüssel\nlong-enough", ClientAuth::Basic, ClientError::Id),
            ("id", ClientAuth::Post, ClientError::NoSecret),
            ("id\nshort", ClientAuth::Basic, ClientError::Secret),
            ("id\nlong-enough\nmore", ClientAuth::Basic, ClientError::Secret),
            ("id\nlong-enough", ClientAuth::None, ClientError::Public),
        ] {
            assert_eq!(Client::parse(text, auth).err(), Some(error), "{text:?}");
        }
    }
}
