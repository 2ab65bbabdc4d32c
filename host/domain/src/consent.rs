//! What a workspace lets a plugin have, and what of a plugin's asking lies beyond what it was given.
//!
//! The rule: less is never a question. A request that an earlier rule admitted is not new, however its rule is written.

use serde::{Deserialize, Serialize};

use crate::capability::{Capabilities, HttpRule};
use crate::record::RecordKind;

/// What a plugin asks of those whose data it touches. `Default` is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// Where it may go, and with what.
    pub capabilities: Capabilities,
    /// The kinds of record that it may bring.
    pub kinds: Vec<RecordKind>,
}

impl Consent {
    /// What `self` asks for and `given` does not hold.
    #[must_use]
    pub fn beyond(&self, given: &Self) -> Self {
        let Self { capabilities, kinds } = self;
        Self {
            capabilities: capabilities.beyond(&given.capabilities),
            kinds: kinds.iter().filter(|kind| !given.kinds.contains(kind)).copied().collect(),
        }
    }

    /// Whether all of `self` was given.
    #[must_use]
    pub fn is_within(&self, given: &Self) -> bool {
        self.beyond(given) == Self::default()
    }
}

impl Capabilities {
    /// What `self` asks for and `given` does not hold. A slot that has changed in anything is another slot: its secret goes
    /// elsewhere, or is written otherwise.
    #[must_use]
    pub fn beyond(&self, given: &Self) -> Self {
        // Destructured whole, so that a capability that is forgotten does not compile.
        let Self { http, auth, files, content, state } = self;
        Self {
            http: http.iter().filter_map(|rule| rule.beyond(&given.http)).collect(),
            auth: auth.iter().filter(|slot| !given.auth.contains(slot)).cloned().collect(),
            files: *files && !given.files,
            content: *content && !given.content,
            state: *state && !given.state,
        }
    }
}

impl HttpRule {
    /// The same rule with the methods alone that no given rule admits; nothing where each is admitted.
    fn beyond(&self, given: &[Self]) -> Option<Self> {
        let admitted = |method: &String| given.iter().any(|rule| rule.admits_all_of(self, method));
        let methods: Vec<_> = self.methods.iter().filter(|method| !admitted(method)).cloned().collect();
        if methods.is_empty() { None } else { Some(Self { methods, ..self.clone() }) }
    }

    /// Whether this rule admits every request of another one's by this method.
    fn admits_all_of(&self, other: &Self, method: &String) -> bool {
        let Self { scheme, host, port, methods, path } = self;
        *scheme == other.scheme
            && *host == other.host
            && *port == other.port
            && methods.contains(method)
            && is_below(path, &other.path)
    }
}

/// Whether `path` is `prefix` or lies below it on a segment's border, as egress compares them.
fn is_below(prefix: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(prefix) else { return false };
    prefix.ends_with('/') || (!prefix.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::{AuthScheme, AuthSlot, Scheme};

    fn rule(host: &str, methods: &[&str], path: &str) -> HttpRule {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        HttpRule { scheme: Scheme::Https, host: host.to_owned(), port: 443, methods, path: path.to_owned() }
    }

    fn rules(http: Vec<HttpRule>) -> Capabilities {
        Capabilities { http, ..Capabilities::default() }
    }

    #[test]
    fn a_narrower_rule_is_nothing_new_and_each_way_of_being_wider_is() {
        let given =
            rules(vec![rule("a.example", &["GET", "HEAD"], "/api"), rule("a.example", &["POST"], "/api/graph")]);
        for (methods, path) in [(vec!["GET"], "/api"), (vec!["HEAD", "GET"], "/api/v3"), (vec!["POST"], "/api/graph")] {
            let asked = rules(vec![rule("a.example", &methods, path)]);
            assert_eq!(asked.beyond(&given), Capabilities::default(), "{methods:?} {path}");
        }
        for (host, methods, path) in
            [("b.example", vec!["GET"], "/api"), ("a.example", vec!["GET"], "/"), ("a.example", vec!["GET"], "/apis")]
        {
            let asked = rules(vec![rule(host, &methods, path)]);
            assert_eq!(asked.beyond(&given), asked, "{host} {methods:?} {path}");
        }
        let both = rules(vec![rule("a.example", &["GET", "POST"], "/api")]);
        assert_eq!(both.beyond(&given), rules(vec![rule("a.example", &["POST"], "/api")]), "the method that is new");
        let port = rules(vec![HttpRule { port: 8443, ..rule("a.example", &["GET"], "/api") }]);
        assert_eq!(port.beyond(&given), port);
    }

    #[test]
    fn a_slot_that_has_changed_in_anything_is_asked_for_anew() {
        let slot = |hosts: &[&str], optional| AuthSlot {
            name: "token".to_owned(),
            scheme: AuthScheme::Bearer,
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            optional,
        };
        let of = |slot| Capabilities { auth: vec![slot], ..Capabilities::default() };
        let given = of(slot(&["a.example"], true));
        assert_eq!(given.beyond(&given), Capabilities::default());
        for changed in [slot(&["a.example", "b.example"], true), slot(&["a.example"], false)] {
            assert_eq!(of(changed.clone()).beyond(&given), of(changed));
        }
    }

    #[test]
    fn kinds_and_switches_that_were_not_given_lie_beyond() {
        let given = Consent { kinds: vec![RecordKind::Team], ..Consent::default() };
        let asked = Consent {
            kinds: vec![RecordKind::Team, RecordKind::Person],
            capabilities: Capabilities { files: true, content: true, state: true, ..Capabilities::default() },
        };
        let beyond = asked.beyond(&given);
        assert_eq!(beyond, Consent { kinds: vec![RecordKind::Person], ..asked.clone() });
        assert!(given.is_within(&asked) && !asked.is_within(&given));
    }
}
