//! What secrets are sealed for: the row's part of their binding.

use domain::ConnectionId;
use domain::capability::{AuthScheme, AuthSlot, OAuth2};

/// What a credential is sealed for: its connection, and its slot as it was when the secret was given, hosts and all. A
/// newer version of a plugin that would send it somewhere else cannot open it.
pub(super) fn row(connection: ConnectionId, slot: &AuthSlot) -> Vec<u8> {
    // Destructured whole, so that a part that is forgotten does not compile.
    let AuthSlot { name, scheme, hosts, optional: _ } = slot;
    let scheme = match scheme {
        AuthScheme::Bearer => "bearer".to_owned(),
        AuthScheme::Basic => "basic".to_owned(),
        AuthScheme::Header(header) => format!("header {header}"),
        // Where a client's secret goes; what is asked for there is the tokens' affair.
        AuthScheme::OAuth2(oauth) => {
            let OAuth2 { grant: _, token_url, revocation_url, client_auth, .. } = &**oauth;
            format!("oauth2 {client_auth:?} {token_url} {}", revocation_url.as_deref().unwrap_or_default())
        }
    };
    let mut hosts = hosts.clone();
    hosts.sort();
    // A client's secret goes to its provider alone, tokens to the hosts.
    if matches!(slot.scheme, AuthScheme::OAuth2(_)) {
        hosts.clear();
    }
    // None of these texts has a line end in it: the manifest's rules see to that.
    [connection.as_bytes().as_slice(), [name.clone(), scheme, hosts.join(" ")].join("\n").as_bytes()].concat()
}

/// What tokens are sealed for: all of the slot. A consent counts for what it was given for, and for nothing else.
pub(super) fn row_of_tokens(connection: ConnectionId, slot: &AuthSlot) -> Vec<u8> {
    let AuthSlot { name, scheme, hosts, optional: _ } = slot;
    let mut hosts = hosts.clone();
    hosts.sort();
    // Maps and lists of texts, which JSON can always tell.
    let text = serde_json::json!([name, scheme, hosts]).to_string();
    [connection.as_bytes().as_slice(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_sealed_for_the_hosts_that_it_was_given_for() {
        let connection = ConnectionId::generate();
        let slot = |hosts: &[&str], scheme| AuthSlot {
            name: "token".to_owned(),
            scheme,
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            optional: false,
        };
        let given = row(connection, &slot(&["a.example", "b.example"], AuthScheme::Bearer));
        assert_eq!(given, row(connection, &slot(&["b.example", "a.example"], AuthScheme::Bearer)));
        for wider in [
            slot(&["a.example", "b.example", "evil.example"], AuthScheme::Bearer),
            slot(&["a.example"], AuthScheme::Bearer),
            slot(&["a.example", "b.example"], AuthScheme::Header("x-debug".to_owned())),
        ] {
            assert_ne!(given, row(connection, &wider));
        }
        assert_ne!(given, row(ConnectionId::generate(), &slot(&["a.example", "b.example"], AuthScheme::Bearer)));
    }
}
