//! Tokens that open nothing, or not this.

use super::shared;

/// The paths that need a token.
const GUARDED: [&str; 6] =
    ["/v1/metrics", "/v1/metrics/commits", "/v1/connections", "/v1/runs", "/v1/plugins", "/v1/workspace"];

#[test]
fn no_token_a_wrong_one_and_a_mistyped_one_open_nothing() {
    let shared = shared();
    let good = &shared.alpha.token;
    let last = if good.ends_with('a') { 'b' } else { 'a' };
    let mistyped = format!("{}{last}", &good[..good.len() - 1]);
    for path in GUARDED {
        shared.ask_with(path, None, &[]).problem(401, "token-missing", &["Authorization: Bearer"]);
        for token in ["", "wbt_", "nonsense", &mistyped, &good.to_uppercase(), &good[..good.len() - 1]] {
            shared.ask_with(path, Some(token), &[]).problem(401, "invalid-token", &[]);
        }
        let basic = [("authorization", "Basic dXNlcjpwYXNz")];
        shared.ask_with(path, None, &basic).problem(401, "invalid-token", &["Bearer"]);
        let answer = shared.ask_with(&format!("{path}?token={good}"), None, &[]);
        answer.problem(401, "token-missing", &[]);
        assert!(!answer.text.contains(good.as_str()), "a token in the address is not repeated");
    }
}

#[test]
fn an_expired_and_a_revoked_token_say_so() {
    let shared = shared();
    let make = |name| shared.host.run(&["token", "new", name, "--json"]).good().json();
    let text = |made: &serde_json::Value, key| made[key].as_str().expect("text").to_owned();
    let (expired, revoked) = (make("expired"), make("revoked"));
    for made in [&expired, &revoked] {
        assert_eq!(shared.ask_with("/v1/metrics", Some(&text(made, "token")), &[]).status, 200);
    }
    shared.host.expire_token("expired");
    let _ = shared.host.run(&["token", "revoke", &text(&revoked, "id")]).good();
    for path in GUARDED {
        let ask = |made| shared.ask_with(path, Some(&text(made, "token")), &[]);
        ask(&expired).problem(401, "invalid-token", &["expired"]);
        ask(&revoked).problem(401, "invalid-token", &["revoked"]);
    }
}

#[test]
fn a_token_opens_what_its_scope_says_and_names_the_scope_that_is_missing() {
    let shared = shared();
    let scopes = [
        ("metrics:read", "/v1/metrics"),
        ("connections:read", "/v1/connections"),
        ("runs:read", "/v1/runs"),
        ("plugins:read", "/v1/plugins"),
    ];
    for (scope, _) in scopes {
        let made = shared.host.run(&["token", "new", scope, "--scope", scope, "--json"]).good().json();
        let token = made["token"].as_str().expect("a token");
        for (needed, path) in scopes {
            let answer = shared.ask_with(path, Some(token), &[]);
            match needed == scope {
                true => assert_eq!(answer.status, 200, "{}", answer.text),
                false => answer.problem(403, "missing-scope", &[needed, "weighbridge token"]),
            }
        }
    }
    let _ = shared
        .host
        .run(&["token", "new", "x", "--scope", "metrics:write"])
        .refused(2, &["metrics:write", "metrics:read"]);
}

#[test]
fn a_token_is_shown_once_and_kept_nowhere() {
    let shared = shared();
    let listed = shared.host.run(&["token", "list", "--json"]).good().out;
    assert!(listed.contains("\"all\"") && !listed.contains(&shared.alpha.token), "{listed}");
    let database = std::fs::read(shared.host.folder().join("data/control.db")).expect("the database");
    let token = shared.alpha.token.as_bytes();
    assert!(!database.windows(token.len()).any(|window| window == token));
}
