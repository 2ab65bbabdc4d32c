//! Writing a credential into a request, at the last moment.
//!
//! The rule: a secret goes to the hosts of its slot and to no other, in a header that the plugin can neither write nor
//! read, and only after every check has passed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::capability::AuthScheme;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::gate::Fingerprint;
use crate::headers;
use crate::permit::{Credential, Permit, Secret};
use crate::scrub::Scrubber;
use crate::token::{Token, Tokens};

/// Why a slot cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error("there is no auth slot {0:?} in the grant")]
    UnknownSlot(String),
    #[error("auth slot `{slot}` is not bound to host `{host}`")]
    OtherHost { slot: String, host: String },
    #[error("auth slot `{0}` is empty: the connection needs its credential")]
    Empty(String),
    #[error("the credential of auth slot `{0}` cannot be written into a header")]
    Unwritable(String),
    #[error("the credential of auth slot `{0}` is too short to be kept out of answers")]
    TooShort(String),
}

/// A secret that goes with one request. It has no `Debug`.
pub(crate) struct Attached<'p> {
    /// What the host calls it.
    pub(crate) id: &'p str,
    name: HeaderName,
    value: HeaderValue,
}

impl Attached<'_> {
    /// Writes the secret. Nothing else may change the headers afterwards.
    pub(crate) fn write_into(&self, headers: &mut HeaderMap) {
        headers.insert(self.name.clone(), self.value.clone());
    }
}

/// What a slot gives to one request.
pub(crate) enum Selected<'p> {
    /// A secret that is known already.
    Ready(Attached<'p>, Fingerprint),
    /// A token that is still to be asked for.
    Tokens(&'p Tokens, &'p Credential),
}

impl Selected<'_> {
    /// Whose rate limits count: whoever uses the same secret, or the same slot, where its tokens change.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Ready(_, fingerprint) => fingerprint.clone(),
            Self::Tokens(_, credential) => Fingerprint::of(&credential.id),
        }
    }
}

/// The headers that carry credentials, and so are not the plugin's to write.
pub(crate) fn header_names(permit: &Permit) -> Vec<HeaderName> {
    permit.credentials.iter().filter_map(|credential| header_name(&credential.slot.scheme)).collect()
}

/// The credential of a slot for a host; nothing if the request names no slot, or one that is optional and empty.
pub(crate) fn select<'p>(
    permit: &'p Permit,
    slot: Option<&str>,
    host: &str,
) -> Result<Option<Selected<'p>>, CredentialError> {
    let Some(name) = slot else { return Ok(None) };
    let Some(credential) = permit.credentials.iter().find(|credential| credential.slot.name == name) else {
        return Err(CredentialError::UnknownSlot(name.chars().take(32).collect()));
    };
    if !credential.slot.hosts.iter().any(|bound| bound == host) {
        return Err(CredentialError::OtherHost { slot: name.to_owned(), host: host.to_owned() });
    }
    match &credential.secret {
        Some(Secret::Tokens(tokens)) => Ok(Some(Selected::Tokens(tokens, credential))),
        Some(Secret::Fixed(secret)) if !secret.expose_secret().is_empty() => {
            let fingerprint = Fingerprint::of(secret.expose_secret());
            attach(credential, secret).map(|attached| Some(Selected::Ready(attached, fingerprint)))
        }
        _ if credential.slot.optional => Ok(None),
        _ => Err(CredentialError::Empty(name.to_owned())),
    }
}

/// The same for a token.
pub(crate) fn attach_token<'p>(credential: &'p Credential, token: &Token) -> Result<Attached<'p>, CredentialError> {
    attach(credential, &token.access)
}

fn attach<'p>(credential: &'p Credential, secret: &SecretString) -> Result<Attached<'p>, CredentialError> {
    let Credential { slot, secret: _, id } = credential;
    let unwritable = || CredentialError::Unwritable(slot.name.clone());
    let secret = secret.expose_secret();
    let text = Zeroizing::new(match slot.scheme {
        AuthScheme::Bearer | AuthScheme::OAuth2(_) => format!("Bearer {secret}"),
        AuthScheme::Basic => format!("Basic {}", STANDARD.encode(secret)),
        AuthScheme::Header(_) => secret.to_owned(),
    });
    let mut value = HeaderValue::from_str(&text).map_err(|_| unwritable())?;
    value.set_sensitive(true);
    if parts(&slot.scheme, secret).iter().any(|part| part.len() < Scrubber::MIN_BYTES) {
        return Err(CredentialError::TooShort(slot.name.clone()));
    }
    let name = header_name(&slot.scheme).ok_or_else(unwritable)?;
    Ok(Attached { id, name, value })
}

/// What blanks the fixed secrets of every slot; nothing if there is none. Those that are too short are never sent.
pub(crate) fn scrubber(permit: &Permit) -> Option<Scrubber> {
    let filled = permit.credentials.iter().filter_map(|Credential { slot, secret, id: _ }| match secret.as_ref()? {
        Secret::Fixed(secret) => Some((slot, secret)),
        Secret::Tokens(_) => None,
    });
    let parts = filled.flat_map(|(slot, secret)| parts(&slot.scheme, secret.expose_secret()));
    Scrubber::new(&parts.filter(|part| part.len() >= Scrubber::MIN_BYTES).collect::<Vec<_>>())
}

/// What a plugin must not read of a secret.
fn parts<'s>(scheme: &AuthScheme, secret: &'s str) -> Vec<&'s str> {
    match scheme {
        AuthScheme::Basic => basic_secrets(secret),
        AuthScheme::Bearer | AuthScheme::Header(_) | AuthScheme::OAuth2(_) => vec![secret],
    }
}

/// Where a scheme writes; nothing if its header belongs to the connection.
fn header_name(scheme: &AuthScheme) -> Option<HeaderName> {
    match scheme {
        AuthScheme::Bearer | AuthScheme::Basic | AuthScheme::OAuth2(_) => Some(AUTHORIZATION),
        AuthScheme::Header(name) => {
            HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| !headers::is_reserved(name.as_str()))
        }
    }
}

/// What is secret in `user:password`: the whole, and the password. A user's name is data (often an e-mail address that
/// records hold), unless the password is a placeholder, since then the token stands in the user's place.
fn basic_secrets(secret: &str) -> Vec<&str> {
    let (user, password) = secret.split_once(':').unwrap_or((secret, ""));
    let hidden = if password.len() < Scrubber::MIN_BYTES { user } else { password };
    vec![secret, hidden]
}

#[cfg(test)]
mod tests {
    use domain::WorkspaceId;
    use domain::capability::AuthSlot;

    use super::*;

    fn permit(scheme: AuthScheme, secret: Option<&str>, optional: bool) -> Permit {
        let slot = AuthSlot { name: "api".to_owned(), scheme, hosts: vec!["a.test".to_owned()], optional };
        let secret = secret.map(Secret::from);
        let credentials = vec![Credential { slot, secret, id: "c1".to_owned() }];
        Permit { workspace: WorkspaceId::generate(), rules: Vec::new(), credentials, private_networks: Vec::new() }
    }

    fn written(permit: &Permit) -> String {
        let mut headers = HeaderMap::new();
        let Ok(Some(Selected::Ready(attached, _))) = select(permit, Some("api"), "a.test") else {
            panic!("a credential")
        };
        attached.write_into(&mut headers);
        let (name, value) = headers.iter().next().expect("one header");
        assert!(value.is_sensitive());
        format!("{name}: {}", value.to_str().expect("text"))
    }

    #[test]
    fn each_scheme_writes_its_own_form() {
        assert_eq!(written(&permit(AuthScheme::Bearer, Some("s3cret"), false)), "authorization: Bearer s3cret");
        assert_eq!(written(&permit(AuthScheme::Basic, Some("me:s3cret"), false)), "authorization: Basic bWU6czNjcmV0");
        let header = AuthScheme::Header("X-Api-Key".to_owned());
        assert_eq!(written(&permit(header, Some("s3cret"), false)), "x-api-key: s3cret");
    }

    #[test]
    fn a_secret_is_bound_to_its_slot_and_hosts() {
        let filled = permit(AuthScheme::Bearer, Some("s3cret"), false);
        assert!(matches!(select(&filled, Some("api"), "b.test"), Err(CredentialError::OtherHost { .. })));
        assert!(matches!(select(&filled, Some("other"), "a.test"), Err(CredentialError::UnknownSlot(_))));
        assert!(matches!(select(&filled, None, "a.test"), Ok(None)));
    }

    #[test]
    fn an_empty_slot_passes_only_if_it_is_optional() {
        for empty in [None, Some("")] {
            let optional = permit(AuthScheme::Bearer, empty, true);
            assert!(matches!(select(&optional, Some("api"), "a.test"), Ok(None)));
            let required = permit(AuthScheme::Bearer, empty, false);
            assert!(matches!(select(&required, Some("api"), "a.test"), Err(CredentialError::Empty(_))));
        }
    }

    #[test]
    fn a_secret_that_would_break_the_request_is_not_sent() {
        let split = permit(AuthScheme::Bearer, Some("a\r\nHost: evil"), false);
        assert!(matches!(select(&split, Some("api"), "a.test"), Err(CredentialError::Unwritable(_))));
        let framing = permit(AuthScheme::Header("Transfer-Encoding".to_owned()), Some("s3cret"), false);
        assert!(matches!(select(&framing, Some("api"), "a.test"), Err(CredentialError::Unwritable(_))));
        let short = permit(AuthScheme::Bearer, Some("abc"), false);
        assert!(matches!(select(&short, Some("api"), "a.test"), Err(CredentialError::TooShort(_))));
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        assert!(!format!("{:?}", permit(AuthScheme::Bearer, Some("s3cret"), false)).contains("s3cret"));
    }

    #[test]
    fn four_bytes_are_enough_for_a_secret() {
        assert_eq!(written(&permit(AuthScheme::Bearer, Some("abcd"), false)), "authorization: Bearer abcd");
    }

    #[test]
    fn of_a_user_and_a_password_that_is_hidden_which_is_the_secret() {
        assert_eq!(basic_secrets("me@a.test:abcd"), ["me@a.test:abcd", "abcd"]);
        assert_eq!(basic_secrets("token:abc"), ["token:abc", "token"], "the password is a placeholder");
        assert_eq!(basic_secrets("token"), ["token", "token"]);
    }

    #[test]
    fn headers_that_carry_credentials_are_known_and_those_of_the_connection_are_never_among_them() {
        let names = |scheme| header_names(&permit(scheme, None, true));
        assert_eq!(names(AuthScheme::Basic), [AUTHORIZATION]);
        assert_eq!(names(AuthScheme::Header("X-Page".to_owned())), [HeaderName::from_static("x-page")]);
        assert!(names(AuthScheme::Header("Host".to_owned())).is_empty());
    }
}
