//! What a manifest says of an OAuth 2 provider: where tokens come from, for what, and how a client shows itself there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An OAuth 2 provider (RFC 6749), as a slot of the manifest names it. The client's id and secret are the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// How the first token is had.
    pub grant: OAuthGrant,
    /// Where a person consents. Needed exactly where the grant is an authorization code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// Where tokens are given out.
    pub token_url: String,
    /// Where they are taken back (RFC 7009), if the provider offers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_url: Option<String>,
    /// Who the provider says it is when it sends a person back (RFC 9207), if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// How the client shows itself.
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// What the provider wants in the query of `authorize_url` beside what the standard has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_parameters: BTreeMap<String, String>,
    /// What it wants in requests for tokens, such as an audience.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
}

/// How the first token is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OAuthGrant {
    /// A person consents in a browser (RFC 6749, section 4.1), always with PKCE (RFC 7636).
    AuthorizationCode,
    /// The client asks for itself (RFC 6749, section 4.4).
    ClientCredentials,
}

/// How a client shows itself to the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAuth {
    /// `Authorization: Basic …`, which every provider has to take (RFC 6749, section 2.3.1).
    #[default]
    Basic,
    /// `client_id` and `client_secret` in the body.
    Post,
    /// A public client: its id in the body, and no secret.
    None,
}

impl OAuth2 {
    /// Every URL that it names, with the name of its field.
    pub fn urls(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [
            ("authorize_url", self.authorize_url.as_deref()),
            ("token_url", Some(self.token_url.as_str())),
            ("revocation_url", self.revocation_url.as_deref()),
        ];
        named.into_iter().filter_map(|(field, url)| Some((field, url?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_url_that_a_provider_has_is_named_by_its_field() {
        let (authorize, token, revoke) = ("https://a.example/yes", "https://b.example/token", "https://c.example/no");
        let text = |optional: &str| format!(r#"{{"grant":"authorization-code","token_url":"{token}"{optional}}}"#);
        let bare: OAuth2 = serde_json::from_str(&text("")).expect("a provider");
        assert_eq!(bare.urls().collect::<Vec<_>>(), [("token_url", token)]);
        let others = format!(r#","authorize_url":"{authorize}","revocation_url":"{revoke}""#);
        let whole: OAuth2 = serde_json::from_str(&text(&others)).expect("a provider");
        let urls: Vec<_> = whole.urls().collect();
        assert_eq!(urls, [("authorize_url", authorize), ("token_url", token), ("revocation_url", revoke)]);
    }
}
