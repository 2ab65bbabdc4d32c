//! A provider as manifests name one.

use std::collections::BTreeMap;

use domain::capability::{ClientAuth, OAuth2, OAuthGrant};

pub(super) fn oauth() -> OAuth2 {
    OAuth2 {
        grant: OAuthGrant::AuthorizationCode,
        authorize_url: Some("https://id.example.test/authorize".to_owned()),
        token_url: "https://id.example.test/token".to_owned(),
        revocation_url: Some("https://id.example.test/revoke".to_owned()),
        issuer: Some("https://id.example.test".to_owned()),
        scopes: vec!["read:one".to_owned(), "read:two".to_owned()],
        client_auth: ClientAuth::Basic,
        authorize_parameters: BTreeMap::new(),
        token_parameters: BTreeMap::new(),
    }
}
