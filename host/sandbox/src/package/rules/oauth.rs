//! The rules of an OAuth 2 slot: URLs that mean one place, and parameters that leave alone what the host writes itself.

use std::collections::BTreeMap;

use domain::capability::{ClientAuth, OAuth2, OAuthGrant};

use super::{is_exact_host, is_plain_path};
use crate::package::manifest::ManifestError;

const MAX_SCOPES: usize = 32;
const MAX_PARAMETERS: usize = 16;
const MAX_TEXT: usize = 512;

/// What the host writes into queries and forms (RFC 6749, 7009, 7636).
const OWN_PARAMETERS: [&str; 15] = [
    "assertion",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "response_type",
    "scope",
    "state",
];

/// Check a slot's provider.
pub(super) fn check(index: usize, oauth: &OAuth2) -> Result<(), ManifestError> {
    // Destructured whole, so that a field without a rule does not compile.
    let OAuth2 {
        grant,
        authorize_url,
        token_url: _,
        revocation_url: _,
        issuer,
        scopes,
        client_auth,
        authorize_parameters,
        token_parameters,
    } = oauth;
    let wrong = |problem: String| Err(ManifestError::OAuth { index, problem });
    if let Some((field, url)) = oauth.urls().find(|(_, url)| !is_place(url)) {
        return wrong(format!(
            "`{field}` is `{url}`: it must be an https URL of one exact host with a plain path, without query or fragment"
        ));
    }
    match (grant, authorize_url) {
        (OAuthGrant::AuthorizationCode, None) => return wrong("`authorize_url` is missing".to_owned()),
        (OAuthGrant::ClientCredentials, Some(_)) => {
            return wrong("`authorize_url` is for the grant `authorization-code`; leave it out".to_owned());
        }
        (OAuthGrant::ClientCredentials, None) if *client_auth == ClientAuth::None => {
            return wrong("`client_auth` is `none`: with client credentials a client must show itself".to_owned());
        }
        _ => {}
    }
    if issuer.as_ref().is_some_and(|issuer| !is_place(issuer)) {
        return wrong("`issuer` must be an https URL, exactly as the provider writes it".to_owned());
    }
    if scopes.len() > MAX_SCOPES || !scopes.iter().all(|scope| is_scope(scope)) || has_twice(scopes) {
        return wrong(format!("`scopes` must be at most {MAX_SCOPES}, each once, without spaces and quotes"));
    }
    check_parameters(index, "authorize_parameters", authorize_parameters)?;
    check_parameters(index, "token_parameters", token_parameters)
}

fn check_parameters(
    index: usize,
    field: &'static str,
    parameters: &BTreeMap<String, String>,
) -> Result<(), ManifestError> {
    let plain = |text: &str| (1..=MAX_TEXT).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    let fits = |(name, value): (&String, &String)| {
        plain(name) && plain(value) && !OWN_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
    };
    if parameters.len() <= MAX_PARAMETERS && parameters.iter().all(fits) {
        return Ok(());
    }
    let problem = format!(
        "`{field}` must be at most {MAX_PARAMETERS} short texts, and none of those that the host writes itself: {}",
        OWN_PARAMETERS.join(", ")
    );
    Err(ManifestError::OAuth { index, problem })
}

/// `https://host[:port]/path`; `http` for `localhost` alone, as rules have it.
fn is_place(url: &str) -> bool {
    let Some((is_plain, rest)) = split_scheme(url) else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
    url.len() <= MAX_TEXT
        && is_exact_host(host)
        && (!is_plain || host == "localhost")
        && port.is_none_or(is_port)
        && (path.is_empty() || is_plain_path(path))
}

/// Whether it travels in plain text, and what follows.
fn split_scheme(url: &str) -> Option<(bool, &str)> {
    let tls = url.strip_prefix("https://").map(|rest| (false, rest));
    tls.or_else(|| url.strip_prefix("http://").map(|rest| (true, rest)))
}

/// A scope token of RFC 6749, section 3.3.
fn is_scope(scope: &str) -> bool {
    (1..=256).contains(&scope.len()) && scope.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b))
}

fn has_twice(scopes: &[String]) -> bool {
    (1..scopes.len()).any(|at| scopes[..at].contains(&scopes[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> OAuth2 {
        OAuth2 {
            grant: OAuthGrant::AuthorizationCode,
            authorize_url: Some("https://id.example.com/authorize".to_owned()),
            token_url: "https://id.example.com:8443/token".to_owned(),
            revocation_url: Some("https://id.example.com/revoke".to_owned()),
            issuer: Some("https://id.example.com".to_owned()),
            scopes: vec!["read:org".to_owned(), "https://example.com/auth/x".to_owned()],
            client_auth: ClientAuth::Basic,
            authorize_parameters: BTreeMap::from([("access_type".to_owned(), "offline".to_owned())]),
            token_parameters: BTreeMap::from([("audience".to_owned(), "api".to_owned())]),
        }
    }

    fn problem(oauth: &OAuth2) -> String {
        check(2, oauth).expect_err("it is wrong").to_string()
    }

    #[test]
    fn an_ordinary_provider_passes() {
        assert!(check(0, &slot()).is_ok());
        let machine = OAuth2 {
            grant: OAuthGrant::ClientCredentials,
            authorize_url: None,
            issuer: None,
            scopes: vec![],
            ..slot()
        };
        assert!(check(0, &machine).is_ok());
    }

    #[test]
    fn every_url_means_one_place() {
        for url in [
            "http://id.example.com/token",
            "https://ID.example.com/token",
            "https://id.example.com/token?x=1",
            "https://id.example.com/token#x",
            "https://id.example.com/../token",
            "https://user@id.example.com/token",
            "https://127.0.0.1/token",
            "https://id.example.com:0/token",
            "https://id.example.com:+1/token",
            "https://*.example.com/token",
            "https:///token",
            "//id.example.com",
            "",
        ] {
            let wrong = OAuth2 { token_url: url.to_owned(), ..slot() };
            assert!(problem(&wrong).starts_with("`capabilities.auth[2].scheme.oauth2`: `token_url` is"), "{url}");
            assert!(check(0, &OAuth2 { authorize_url: Some(url.to_owned()), ..slot() }).is_err(), "{url}");
            assert!(check(0, &OAuth2 { revocation_url: Some(url.to_owned()), ..slot() }).is_err(), "{url}");
        }
    }

    #[test]
    fn a_grant_has_what_it_needs_and_nothing_else() {
        assert!(problem(&OAuth2 { authorize_url: None, ..slot() }).contains("`authorize_url` is missing"));
        let machine = OAuth2 { grant: OAuthGrant::ClientCredentials, ..slot() };
        assert!(problem(&machine).contains("leave it out"));
        let public = OAuth2 { authorize_url: None, client_auth: ClientAuth::None, ..machine };
        assert!(problem(&public).contains("must show itself"));
    }

    #[test]
    fn no_parameter_takes_the_place_of_the_hosts_own() {
        for name in OWN_PARAMETERS.iter().copied().chain(["State", "a\nb", ""]) {
            let parameters = BTreeMap::from([(name.to_owned(), "x".to_owned())]);
            assert!(check(0, &OAuth2 { token_parameters: parameters.clone(), ..slot() }).is_err(), "{name}");
            assert!(check(0, &OAuth2 { authorize_parameters: parameters, ..slot() }).is_err(), "{name}");
        }
    }

    #[test]
    fn scopes_are_single_words_given_once() {
        for scopes in [vec!["a b"], vec![""], vec!["a\"b"], vec!["a", "a"], vec!["ä"]] {
            let scopes = scopes.into_iter().map(str::to_owned).collect();
            assert!(problem(&OAuth2 { scopes, ..slot() }).contains("`scopes`"));
        }
    }

    #[test]
    fn urls_may_have_a_port_and_fill_their_length_and_localhost_goes_without_tls() {
        let takes = |url: &str| check(0, &OAuth2 { token_url: url.to_owned(), ..slot() }).is_ok();
        let long = |bytes: usize| format!("https://id.example.com/{}", "x".repeat(bytes - 23));
        for url in ["https://id.example.com", "https://id.example.com:65535", "http://localhost:1/x", &long(512)] {
            assert!(takes(url), "{url}");
        }
        for url in ["https://id.example.com:65536", "https://id.example.com:", "ftp://localhost", &long(513)] {
            assert!(!takes(url), "{url}");
        }
        let issued = |issuer: &str| check(0, &OAuth2 { issuer: Some(issuer.to_owned()), ..slot() }).is_ok();
        assert!(issued("https://id.example.com/tenant") && !issued("id.example.com"));
    }

    #[test]
    fn scopes_and_parameters_may_be_as_many_and_as_long_as_they_may_be() {
        let scopes = |count: usize, bytes: usize| {
            let scopes = (0..count).map(|at| format!("{at:0bytes$}")).collect();
            check(0, &OAuth2 { scopes, ..slot() }).is_ok()
        };
        assert!(scopes(0, 1) && scopes(32, 2) && scopes(1, 256));
        assert!(!scopes(33, 2) && !scopes(1, 257));
        let parameters = |count: usize, name: usize, value: usize| {
            let pairs = (0..count).map(|at| (format!("{at:0name$}"), "x".repeat(value)));
            check(0, &OAuth2 { token_parameters: pairs.collect(), ..slot() }).is_ok()
        };
        assert!(parameters(16, 2, 1) && parameters(1, 512, 512));
        assert!(!parameters(17, 2, 1) && !parameters(1, 513, 1) && !parameters(1, 1, 513) && !parameters(1, 1, 0));
        let value = |text: &str| {
            let token_parameters = BTreeMap::from([("a".to_owned(), text.to_owned())]);
            check(0, &OAuth2 { token_parameters, ..slot() }).is_ok()
        };
        assert!(value(" ~") && !value("\u{1f}") && !value("\u{7f}") && !value("é"));
    }
}
