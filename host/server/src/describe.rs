//! Capabilities in words, for those who are to grant them.

use domain::Capabilities;
use domain::capability::{AuthScheme, AuthSlot, HttpRule, OAuth2, OAuthGrant, Scheme};

/// One line for each thing that is asked for; where a grant is known, whether it is part of it.
#[must_use]
pub fn capabilities(asked: &Capabilities, granted: Option<&Capabilities>) -> Vec<String> {
    // Destructured whole, so that a capability that is forgotten does not compile.
    let Capabilities { http, auth, files, content, state } = asked;
    let mut lines = Vec::new();
    let mut say = |what: String, within: &dyn Fn(&Capabilities) -> bool| {
        let standing = match granted {
            None => "",
            Some(granted) if within(granted) => " · granted",
            Some(_) => " · not granted",
        };
        lines.push(format!("asks for  {what}{standing}"));
    };
    for rule in http {
        say(rule_in_words(rule), &|granted| granted.http.contains(rule));
    }
    for slot in auth {
        say(slot_in_words(slot), &|granted| granted.auth.contains(slot));
    }
    if *files {
        say("reading below one directory of the connection's".to_owned(), &|granted| granted.files);
    }
    if *content {
        say("having source code analysed without seeing it".to_owned(), &|granted| granted.content);
    }
    if *state {
        say("keeping a small state of its own".to_owned(), &|granted| granted.state);
    }
    if lines.is_empty() {
        lines.push("asks for  nothing".to_owned());
    }
    lines
}

fn rule_in_words(rule: &HttpRule) -> String {
    let scheme = match rule.scheme {
        Scheme::Https => "https",
        Scheme::Http => "http",
    };
    format!("{} {scheme}://{}:{}{}…", rule.methods.join(" "), rule.host, rule.port, rule.path)
}

fn slot_in_words(slot: &AuthSlot) -> String {
    let scheme = match &slot.scheme {
        AuthScheme::Bearer => "a bearer token".to_owned(),
        AuthScheme::Basic => "a user and password".to_owned(),
        AuthScheme::Header(name) => format!("a secret in the header `{name}`"),
        AuthScheme::OAuth2(oauth) => oauth_in_words(oauth),
    };
    let optional = if slot.optional { ", optional" } else { "" };
    format!("{scheme} that the host attaches for {} (slot `{}`{optional})", slot.hosts.join(", "), slot.name)
}

/// Every place that the client or a person's browser is sent to is named.
fn oauth_in_words(oauth: &OAuth2) -> String {
    // Destructured whole, so that a place that is forgotten does not compile.
    let OAuth2 {
        grant,
        authorize_url,
        token_url,
        revocation_url,
        issuer: _,
        scopes,
        client_auth: _,
        authorize_parameters: _,
        token_parameters: _,
    } = oauth;
    let who = match grant {
        OAuthGrant::AuthorizationCode => "an OAuth 2 token that a person consents to",
        OAuthGrant::ClientCredentials => "an OAuth 2 token of a client of its own",
    };
    let scopes = if scopes.is_empty() { "no scope named".to_owned() } else { format!("scopes {}", scopes.join(" ")) };
    let places = [
        authorize_url.as_ref().map(|url| format!("consent at {url}")),
        Some(format!("tokens from {token_url}")),
        revocation_url.as_ref().map(|url| format!("taken back at {url}")),
    ];
    let places: Vec<_> = places.into_iter().flatten().collect();
    format!("{who} ({scopes}; {})", places.join(", "))
}
