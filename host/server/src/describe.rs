//! Capabilities in words, for those who are to grant them.

use domain::capability::{AuthScheme, AuthSlot, HttpRule, OAuth2, OAuthGrant, Scheme};
use domain::{Capabilities, Consent};
use sandbox::package::{Asks, Profile};

use crate::upgrade::{Affected, Named, Waiting};

/// One line for each thing that is asked for; where a grant is known, whether it is part of it.
#[must_use]
pub fn capabilities(asked: &Capabilities, granted: Option<&Capabilities>) -> Vec<String> {
    // Destructured whole, so that a capability that is forgotten does not compile.
    let mut lines = Vec::new();
    each(asked, |what, within| {
        let standing = match granted {
            None => "",
            Some(granted) if within(granted) => " · granted",
            Some(_) => " · not granted",
        };
        lines.push(format!("asks for  {what}{standing}"));
    });
    if lines.is_empty() {
        lines.push("asks for  nothing".to_owned());
    }
    lines
}

/// Say each capability, with how to tell whether a grant holds it.
fn each(asked: &Capabilities, mut say: impl FnMut(String, &dyn Fn(&Capabilities) -> bool)) {
    // Destructured whole, so that a capability that is forgotten does not compile.
    let Capabilities { http, auth, files, content, state } = asked;
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
}

/// A release beside the one that runs: who signed it, what it asks for more and less, and what it does to whom.
#[must_use]
pub fn upgrade(waiting: &Waiting) -> Vec<String> {
    let Waiting { plugin, live, version, digest: _, signer, difference, affected: done } = waiting;
    let mut lines = vec![format!("{plugin} {version} beside {live}, signed by {signer}")];
    lines.extend(asks(&difference.more).into_iter().map(|line| format!("more      {line}")));
    lines.extend(asks(&difference.less).into_iter().map(|line| format!("less      {line}")));
    if difference.settings_changed {
        lines.push("settings  have another schema".to_owned());
    }
    lines.extend(affected(done));
    lines
}

/// One side of a difference, a line each.
#[must_use]
pub fn asks(asks: &Asks) -> Vec<String> {
    // Destructured whole, so that a part that is forgotten does not compile.
    let Asks { consent, budget, profile, world } = asks;
    let mut lines = consented(consent);
    lines.extend(budget.iter().map(|(name, part)| format!("budget {name}: {} instead of {}", part.now, part.before)));
    lines.extend(profile.iter().map(|profile| match profile {
        Profile::Pure => "no WASI".to_owned(),
        Profile::InertWasi => "WASI, which the host answers without giving anything away".to_owned(),
    }));
    lines.extend(world.iter().map(|world| format!("being a {}", world.name())));
    lines
}

/// What a workspace consents to, a line each.
#[must_use]
pub fn consented(consent: &Consent) -> Vec<String> {
    let Consent { capabilities, kinds } = consent;
    let mut lines = Vec::new();
    each(capabilities, |what, _| lines.push(what));
    lines.extend(kinds.iter().map(|kind| format!("records of the kind {}", kind.name())));
    lines
}

/// What another release does to connections, a line for each that somebody has to see to.
#[must_use]
pub fn affected(affected: &Affected) -> Vec<String> {
    let Affected { runs: _, waits_for_consent, unfit } = affected;
    let waits = waits_for_consent.iter().map(|Named { workspace, connection, .. }| {
        format!(
            "consent   `{connection}` stays on the release that it runs until \
             `weighbridge connection consent {connection} --workspace {workspace}`"
        )
    });
    let unfit = unfit.iter().map(|Named { workspace, connection, problem }| {
        let problem = problem.as_deref().unwrap_or_default();
        format!("settings  `{connection}` of the workspace `{workspace}` stops: {problem}")
    });
    waits.chain(unfit).collect()
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
