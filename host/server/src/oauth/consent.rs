//! Sending a person to the provider, and reading what the person's browser brings back (RFC 6749, section 4.1).
//!
//! The rule: a code counts only beside the state of this very consent, and is worth nothing without its verifier, which
//! never leaves this process but to the token URL (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::capability::OAuth2;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;
use vault::NoRandomness;

/// The longest code, in bytes.
const LONGEST_CODE: usize = 4096;

/// One request for consent. It has no `Debug`.
pub struct Consent {
    state: SecretString,
    verifier: SecretString,
    redirect_uri: String,
    issuer: Option<String>,
}

/// Why a callback brings no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Another consent's, or somebody's invention: it says nothing about this one.
    #[error("the callback does not belong to this authorization: its state is missing or another")]
    Foreign,
    /// Another provider's.
    #[error("the callback comes from another provider than the manifest names")]
    Issuer,
    /// The person or the provider said no.
    #[error("the provider refused the authorization: `{0}`")]
    Denied(String),
    /// Neither code nor error.
    #[error("the callback holds no code")]
    NoCode,
}

impl Consent {
    /// Begin one that ends at this URI.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn begin(oauth: &OAuth2, redirect_uri: String) -> Result<Self, NoRandomness> {
        let issuer = oauth.issuer.clone();
        Ok(Self { state: unguessable()?, verifier: unguessable()?, redirect_uri, issuer })
    }

    /// Where to send the person.
    #[must_use]
    pub fn url(&self, oauth: &OAuth2, client: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", client)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", self.state.expose_secret())
            .append_pair("code_challenge", &challenge(self.verifier.expose_secret()))
            .append_pair("code_challenge_method", "S256");
        if !oauth.scopes.is_empty() {
            query.append_pair("scope", &oauth.scopes.join(" "));
        }
        query.extend_pairs(&oauth.authorize_parameters);
        format!("{}?{}", oauth.authorize_url.as_deref().unwrap_or_default(), query.finish())
    }

    /// The code in the query of a callback.
    ///
    /// # Errors
    /// [`CallbackError::Foreign`] is to be passed over; any other ends this consent.
    pub fn code(&self, query: &str) -> Result<SecretString, CallbackError> {
        let all: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        // A parameter that is given twice is none (RFC 6749, section 3.1).
        let one = |name: &str| {
            let mut values = all.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value);
            values.next().filter(|_| values.next().is_none())
        };
        // Hashes are compared, so that how long it takes says nothing of the state.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        if one("state").is_none_or(|state| hash(state) != hash(self.state.expose_secret())) {
            return Err(CallbackError::Foreign);
        }
        // Where the manifest names an issuer, silence is another one (RFC 9207, section 2.4).
        if self.issuer.is_some() && one("iss") != self.issuer.as_deref() {
            return Err(CallbackError::Issuer);
        }
        if let Some(error) = one("error") {
            let plain = error.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && error.len() <= 40;
            return Err(CallbackError::Denied(if plain { error.to_owned() } else { "an error".to_owned() }));
        }
        let fits = |code: &&str| (1..=LONGEST_CODE).contains(&code.len());
        one("code").filter(fits).map(SecretString::from).ok_or(CallbackError::NoCode)
    }

    /// What the code is exchanged with.
    pub(super) fn form<'a>(&'a self, code: &'a SecretString) -> [(&'static str, &'a str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", self.verifier.expose_secret()),
        ]
    }
}

/// 256 bits, as 43 characters that stand in a URL as they are.
fn unguessable() -> Result<SecretString, NoRandomness> {
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(*vault::random_bytes::<32>()?)))
}

/// The method `S256`.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::oauth::testing;

    fn consent() -> (OAuth2, Consent) {
        let oauth = testing::oauth();
        let consent = Consent::begin(&oauth, "http://127.0.0.1:40123/callback".to_owned()).expect("randomness");
        (oauth, consent)
    }

    #[test]
    fn the_example_of_pkce_is_computed() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_person_is_sent_with_everything_that_binds_the_answer() {
        let (oauth, consent) = consent();
        let oauth = OAuth2 { authorize_parameters: BTreeMap::from([("prompt".into(), "a b&c".into())]), ..oauth };
        let text = consent.url(&oauth, "client one");
        let url: url::Url = text.parse().expect("a URL");
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert!(text.starts_with("https://id.example.test/authorize?"), "{text}");
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "client one"),
            ("redirect_uri", "http://127.0.0.1:40123/callback"),
            ("code_challenge_method", "S256"),
            ("scope", "read:one read:two"),
            ("prompt", "a b&c"),
        ] {
            assert_eq!(query[name], value);
        }
        assert_eq!(query["code_challenge"], challenge(consent.verifier.expose_secret()));
        assert_eq!((query["state"].len(), consent.verifier.expose_secret().len()), (43, 43));
        assert!(!text.contains(consent.verifier.expose_secret()));
        assert_ne!(query["state"], self::consent().1.state.expose_secret());
    }

    #[test]
    fn only_the_callback_of_this_very_consent_brings_a_code() {
        let (_, consent) = consent();
        let state = consent.state.expose_secret();
        let iss = "https%3A%2F%2Fid.example.test";
        let code = consent.code(&format!("code=abc&state={state}&iss={iss}")).expect("a code");
        assert_eq!(code.expose_secret(), "abc");
        let silent = Consent { issuer: None, state: state.into(), verifier: "v".into(), redirect_uri: String::new() };
        assert!(silent.code(&format!("state={state}&code=abc&more=1")).is_ok(), "nobody is expected to name itself");
        let long = "x".repeat(LONGEST_CODE + 1);
        let short = &state[1..];
        for (query, error) in [
            (String::new(), CallbackError::Foreign),
            ("code=abc".to_owned(), CallbackError::Foreign),
            ("code=abc&state=".to_owned(), CallbackError::Foreign),
            (format!("code=abc&state={short}"), CallbackError::Foreign),
            (format!("code=abc&state={state}x"), CallbackError::Foreign),
            (format!("code=abc&state={}", state.to_lowercase()), CallbackError::Foreign),
            (format!("code=abc&state={state}&state={state}"), CallbackError::Foreign),
            (format!("code=abc&State={state}"), CallbackError::Foreign),
            (format!("code=abc&state[]={state}"), CallbackError::Foreign),
            ("error=access_denied&state=wrong".to_owned(), CallbackError::Foreign),
            (format!("code=abc&state={state}&iss=https%3A%2F%2Fevil.test"), CallbackError::Issuer),
            (format!("code=abc&state={state}&iss={iss}%2F"), CallbackError::Issuer),
            (format!("code=abc&state={state}&iss={iss}&iss={iss}"), CallbackError::Issuer),
            (format!("code=abc&state={state}&iss="), CallbackError::Issuer),
            (format!("code=abc&state={state}"), CallbackError::Issuer),
            (format!("error=access_denied&state={state}&iss={iss}"), CallbackError::Denied("access_denied".to_owned())),
            (
                format!("error=access_denied&code=abc&state={state}&iss={iss}"),
                CallbackError::Denied("access_denied".to_owned()),
            ),
            (format!("error=%1b[31m&state={state}&iss={iss}"), CallbackError::Denied("an error".to_owned())),
            (format!("state={state}&iss={iss}"), CallbackError::NoCode),
            (format!("code=&state={state}&iss={iss}"), CallbackError::NoCode),
            (format!("code=abc&code=def&state={state}&iss={iss}"), CallbackError::NoCode),
            (format!("code={long}&state={state}&iss={iss}"), CallbackError::NoCode),
        ] {
            assert_eq!(consent.code(&query).err(), Some(error), "{query}");
        }
    }
}
