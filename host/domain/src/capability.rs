//! What a plugin may do, asked for in its manifest and granted by the operator. Capabilities are imports: what is not
//! granted is not linked.

mod oauth;

use serde::{Deserialize, Serialize};

pub use oauth::{ClientAuth, OAuth2, OAuthGrant};

/// Capabilities asked for, or granted. `Default` is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Capabilities {
    /// Where requests may go. The interface `http` is linked when there is at least one rule.
    pub http: Vec<HttpRule>,
    /// The credentials that the host attaches.
    pub auth: Vec<AuthSlot>,
    /// Whether the connection has a directory to read.
    pub files: bool,
    /// Whether content can be fetched for analysis.
    pub content: bool,
    /// Whether the connection has a state of its own.
    pub state: bool,
}

impl Capabilities {
    /// What both allow: the grant is what the manifest asks for *and* the operator gives.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        // Destructured whole, so that a capability that is forgotten does not compile.
        let Self { http, auth, files, content, state } = self;
        Self {
            http: http.iter().filter(|rule| other.http.contains(rule)).cloned().collect(),
            auth: auth.iter().filter(|slot| other.auth.contains(slot)).cloned().collect(),
            files: *files && other.files,
            content: *content && other.content,
            state: *state && other.state,
        }
    }

    /// Whether everything that `self` allows, `other` allows too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.intersect(other) == *self
    }
}

/// One place that requests may go to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRule {
    /// The scheme; only `https`, but for a loopback host.
    #[serde(default)]
    pub scheme: Scheme,
    /// The exact host name, in lower case. No wildcard and no address.
    pub host: String,
    /// The port.
    #[serde(default = "https_port")]
    pub port: u16,
    /// The methods, in upper case.
    #[serde(default = "get_only")]
    pub methods: Vec<String>,
    /// What the path starts with, on a segment's border.
    #[serde(default = "root_path")]
    pub path: String,
}

/// How requests travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// TLS.
    #[default]
    Https,
    /// Plain text: for loopback hosts alone.
    Http,
}

fn https_port() -> u16 {
    443
}

fn get_only() -> Vec<String> {
    vec!["GET".to_owned()]
}

fn root_path() -> String {
    "/".to_owned()
}

/// A place for a credential, bound to hosts. The plugin knows its name; the host knows its secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSlot {
    /// Its name: 1 to 32 of `a-z 0-9 -`.
    pub name: String,
    /// How the credential is written into a request.
    pub scheme: AuthScheme,
    /// The hosts that may see it. Each has a rule of its own.
    pub hosts: Vec<String>,
    /// Whether a connection can be made without it.
    #[serde(default)]
    pub optional: bool,
}

/// How a credential is written into a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum AuthScheme {
    /// `Authorization: Bearer SECRET` (RFC 6750).
    Bearer,
    /// `Authorization: Basic …` (RFC 7617); the secret is `user:password`.
    Basic,
    /// A header of this name, with the secret as its value.
    Header(String),
    /// `Authorization: Bearer TOKEN`, where the token is had from this provider; the secret is the client's.
    OAuth2(Box<OAuth2>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: &str) -> HttpRule {
        HttpRule { scheme: Scheme::Https, host: host.to_owned(), port: 443, methods: get_only(), path: root_path() }
    }

    #[test]
    fn a_grant_never_holds_more_than_either_side() {
        let asked =
            Capabilities { http: vec![rule("a.example"), rule("b.example")], files: true, ..Default::default() };
        let given =
            Capabilities { http: vec![rule("b.example"), rule("c.example")], state: true, ..Default::default() };
        let grant = asked.intersect(&given);
        assert_eq!(grant, Capabilities { http: vec![rule("b.example")], ..Default::default() });
        assert!(grant.is_within(&asked) && grant.is_within(&given) && !asked.is_within(&given));
    }

    #[test]
    fn a_switch_is_granted_where_both_say_yes_and_nowhere_else() {
        let switches = |on: bool| Capabilities { files: on, content: on, state: on, ..Capabilities::default() };
        for (asked, given) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(switches(asked).intersect(&switches(given)), switches(asked && given), "{asked} {given}");
        }
    }

    #[test]
    fn a_rule_that_names_its_host_alone_lets_read_all_of_it_over_tls() {
        let bare: HttpRule = serde_json::from_str(r#"{"host":"a.example"}"#).expect("a rule");
        let methods = vec!["GET".to_owned()];
        let (host, path) = ("a.example".to_owned(), "/".to_owned());
        assert_eq!(bare, HttpRule { scheme: Scheme::Https, host, port: 443, methods, path });
    }
}
