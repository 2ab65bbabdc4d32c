//! OAuth 2 through the whole host: consent, tokens that change while a run goes on, loss, removal, and many workers.

mod workers;

use std::time::Duration;

use serde_json::Value;
use weighbridge_tests::kit::{Authorizing, CLIENT, CONSENT, Fault, Guest, Host, Provider, oauth_manifest};

const GUEST: &str = "authorised_pages";

/// A provider, and a host whose connection nobody has consented to.
fn waiting() -> (Provider, Host) {
    let provider = Provider::start(CLIENT.0, CLIENT.1);
    let host = Host::with_provider(&provider, GUEST, &oauth_manifest("authorization-code", CONSENT));
    (provider, host)
}

/// The same, consented to.
fn authorised() -> (Provider, Host) {
    let (provider, host) = waiting();
    host.consent(&provider);
    (provider, host)
}

fn listed(host: &Host) -> Value {
    host.run(&["connection", "list", "--json"]).good().json()[0].clone()
}

#[track_caller]
fn needs_authorization(host: &Host, words: &[&str]) {
    let listed = listed(host);
    let reason = listed["reason"].as_str().unwrap_or_default();
    assert_eq!(listed["state"], "stopped", "{listed}");
    for word in ["needs new authorization of `account`"].iter().chain(words) {
        assert!(reason.contains(word), "`{word}` is not in: {reason}");
    }
}

/// What the token URL was asked: in all, to refresh, and with a token that was used before.
fn counts(provider: &Provider) -> (u32, u32, u32) {
    let book = provider.book();
    (book.asked, book.refreshes, book.reused)
}

fn audited(host: &Host, action: &str) -> i64 {
    host.control_number(&format!("SELECT COUNT(*) FROM audit WHERE action = '{action}' AND workspace_id IS NOT NULL"))
}

#[test]
fn a_connection_waits_for_a_consent_and_runs_by_it() {
    let (provider, host) = waiting();
    needs_authorization(&host, &["nobody has consented", "weighbridge connection authorize guest"]);
    let authorizing = host.authorize();
    assert!(authorizing.url.starts_with("https://id.example.test/authorize?") && authorizing.url.contains("S256"));
    let callback = authorizing.callback(&provider);
    let forged = callback.replace("state=", "state=x");
    for (url, status) in [(&forged, 400), (&callback.replace("/callback", "/elsewhere"), 404), (&callback, 200)] {
        let (answered, body) = Authorizing::visit(url);
        assert_eq!(answered, status, "{url}: {body}");
        assert!(!body.contains("code") && !body.contains("state="), "nothing is repeated: {body}");
    }
    let done = authorizing.end().good();
    assert!(done.out.contains("`guest` is authorised in `account`; it is due now"), "{}", done.out);
    let ran = host.run(&["sync", "--json"]).good().json();
    assert_eq!((&ran[0]["state"], &ran[0]["usage"]["records"]), (&"succeeded".into(), &3.into()), "{ran}");
    let book = provider.book();
    assert_eq!((book.asked, book.refreshes, book.served), (1, 0, (24, 0)));
    assert_eq!(audited(&host, "connection.authorize"), 1);
}

#[test]
fn a_consent_that_is_refused_or_comes_from_another_provider_changes_nothing() {
    let (provider, host) = waiting();
    for (from, to, words) in [
        ("code=", "error=access_denied&x=", "`access_denied`"),
        ("iss=https%3A%2F%2Fid.", "iss=https%3A%2F%2Fevil.", "another provider"),
        ("&iss=https%3A%2F%2Fid.example.test", "", "another provider"),
    ] {
        let authorizing = host.authorize();
        let callback = authorizing.callback(&provider).replace(from, to);
        assert_eq!(Authorizing::visit(&callback).0, 400, "{callback}");
        let _ = authorizing.end().refused(1, &[words]);
    }
    // A code is worth nothing without the verifier of its own consent.
    let (one, other) = (host.authorize(), host.authorize());
    let stolen = one.callback(&provider);
    let code = stolen.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    let mine = other.callback(&provider);
    let own = mine.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    assert_eq!(Authorizing::visit(&mine.replace(&own, &code)).0, 200);
    let _ = other.end().refused(1, &["`invalid_grant`"]);
    needs_authorization(&host, &["nobody has consented"]);
    assert_eq!(provider.book().given.len(), 0);
}

#[test]
fn a_long_run_picks_up_every_token_that_takes_the_place_of_another() {
    let (provider, host) = authorised();
    provider.book().uses = Some(12);
    let ran = host.run(&["sync", "--json"]).good().json();
    assert_eq!((&ran[0]["state"], &ran[0]["usage"]["records"]), (&"succeeded".into(), &3.into()), "{ran}");
    assert_eq!(counts(&provider), (2, 1, 0), "the consent's, and one refresh within the run");
    let served = provider.book().served;
    assert!(served.0 == 24 && served.1 >= 1, "{served:?}: what was refused was asked again");
}

#[test]
fn a_source_that_refuses_every_token_is_not_given_one_after_another() {
    let (provider, host) = authorised();
    provider.book().uses = Some(0);
    let _ = host.run(&["sync"]).refused(1, &["unauthorized", "answered 401"]);
    assert_eq!(counts(&provider), (2, 1, 0), "one other token, for eight requests at a time");
    assert_eq!(listed(&host)["state"], "stopped");
}

#[test]
fn a_token_is_replaced_before_it_ends() {
    let (provider, host) = waiting();
    // A quarter of its life before its end.
    provider.book().lifetime = Some(4);
    host.consent(&provider);
    std::thread::sleep(Duration::from_millis(3100));
    provider.book().lifetime = Some(3600);
    let _ = host.run(&["sync"]).good();
    let book = provider.book();
    assert_eq!((book.refreshes, book.served), (1, (24, 0)), "nothing was refused");
}

#[test]
fn what_the_provider_takes_no_longer_stops_the_connection_and_is_asked_for_once() {
    let (provider, host) = authorised();
    provider.book().end_access();
    provider.book().end_refresh();
    let _ = host.run(&["sync"]).refused(1, &["needs new authorization of `account`"]);
    needs_authorization(&host, &["`invalid_grant`", "weighbridge connection authorize guest"]);
    assert_eq!(provider.book().asked, 2, "the consent's, and one refresh for eight requests at a time");
    for _ in 0..3 {
        let _ = host.run(&["connection", "resume", "guest"]).good();
        let _ = host.run(&["sync"]).refused(1, &["needs new authorization"]);
    }
    assert_eq!(provider.book().asked, 2, "what is lost is not asked for again");
    assert_eq!(audited(&host, "connection.authorization.lost"), 1);
    let shown = host.run(&["connection", "show", "guest"]).good().out;
    assert!(shown.contains("needs new authorization"), "{shown}");
    host.consent(&provider);
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_provider_that_says_nothing_useful_is_left_alone_and_loses_nothing() {
    let (provider, host) = authorised();
    for fault in
        [Fault::Status(503), Fault::Redirect, Fault::Html, Fault::Huge, Fault::Refuse("temporarily_unavailable")]
    {
        provider.book().fault = Some(fault);
        provider.book().end_access();
        let before = provider.book().asked;
        host.forget_waits();
        let _ = host.run(&["sync"]).refused(1, &["no access token now"]);
        let asked = provider.book().asked - before;
        assert_eq!(asked, 1, "{fault:?}: once for eight requests");
        let _ = host.run(&["sync"]).refused(1, &[]);
        assert_eq!(provider.book().asked - before, 1, "{fault:?}: nor again at once");
        assert_eq!(listed(&host)["state"], "backing-off", "{fault:?}");
    }
    provider.book().fault = None;
    host.forget_waits();
    let _ = host.run(&["sync"]).good();
    assert_eq!(counts(&provider), (7, 1, 0));
}

#[test]
fn a_client_asks_for_itself_in_either_way() {
    for way in ["basic", "post"] {
        let provider = Provider::start(CLIENT.0, CLIENT.1);
        let more =
            format!("client_auth = \"{way}\"\n[capabilities.auth.scheme.oauth2.token_parameters]\naudience = \"x\"\n");
        let host = Host::with_provider(&provider, GUEST, &oauth_manifest("client-credentials", &more));
        provider.book().uses = Some(12);
        let _ = host.run(&["sync"]).good();
        assert_eq!(counts(&provider), (2, 0, 0), "{way}");
        assert_eq!(provider.book().served.0, 24, "{way}");
        let client = host.client_file((CLIENT.0, "another-secret-that-is-wrong"));
        let _ = host.run(&["connection", "credential", "guest", &format!("account={client}")]).good();
        let _ =
            host.run(&["sync"]).refused(1, &["needs new authorization", "`invalid_client`", "connection credential"]);
    }
}

#[test]
fn removing_a_connection_takes_its_tokens_back_at_the_provider() {
    let (provider, host) = authorised();
    let done = host.run(&["connection", "remove", "guest"]).good();
    assert!(done.out.contains("the provider of `account` has taken its tokens back"), "{}", done.out);
    let revoked = provider.book().revoked.clone();
    assert_eq!(revoked, ["token-of-the-tests-refresh-0", "token-of-the-tests-access-0"]);
    for table in ["authorizations", "credentials"] {
        assert_eq!(host.control_number(&format!("SELECT COUNT(*) FROM {table}")), 0);
    }
    let told =
        "SELECT COUNT(*) FROM audit WHERE action = 'connection.remove' AND detail LIKE '%\"outcome\":\"revoked\"%'";
    assert_eq!(host.control_number(told), 1);
}

#[test]
fn a_provider_that_is_not_there_keeps_nothing_from_being_removed() {
    let (provider, host) = authorised();
    drop(provider);
    let done = host.run(&["connection", "remove", "guest"]).good();
    assert!(done.out.contains("could not be taken back") && done.out.contains("at the provider"), "{}", done.out);
    for table in ["authorizations", "credentials"] {
        assert_eq!(host.control_number(&format!("SELECT COUNT(*) FROM {table}")), 0);
    }
    let told =
        "SELECT COUNT(*) FROM audit WHERE action = 'connection.remove' AND detail LIKE '%\"outcome\":\"failed\"%'";
    assert_eq!(host.control_number(told), 1);
}

/// A release of this manifest, which the operator approved and the workspace consented to.
fn agreed(host: &Host, manifest: &str) {
    let _ = Guest::pack(host, GUEST, manifest).sign(host).install(host).good();
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    let _ = host.run(&["connection", "consent", "guest", "--yes"]).good();
}

#[test]
fn a_newer_version_that_asks_for_more_or_elsewhere_needs_another_consent() {
    let (_provider, host) = authorised();
    let manifest = oauth_manifest("authorization-code", CONSENT);
    let wider = manifest.replace("sequence = 1", "sequence = 2").replace("[\"read\"]", "[\"read\", \"admin\"]");
    agreed(&host, &wider);
    let _ = host.run(&["sync"]).refused(1, &["needs new authorization", "other scopes"]);
    let elsewhere = wider.replace("sequence = 2", "sequence = 3");
    agreed(&host, &elsewhere.replace("id.example.test/token", "evil.example.test/token"));
    let _ = host.run(&["connection", "authorize", "guest"]).refused(1, &["does not open"]);
}

#[test]
fn every_place_of_a_provider_is_shown_before_it_is_granted() {
    let host = Host::new();
    let package = Guest::pack(&host, GUEST, &oauth_manifest("authorization-code", CONSENT));
    let shown = host.run(&["plugin", "inspect", &package.path()]).out;
    for place in [
        "consent at https://id.example.test/authorize",
        "https://id.example.test/token",
        "https://id.example.test/revoke",
    ] {
        assert!(shown.contains(place), "{shown}");
    }
}

#[test]
fn a_client_that_does_not_fit_is_refused_in_words_that_do_not_repeat_it() {
    let (_provider, host) = waiting();
    for (client, word) in
        [(("only-an-id", ""), "second line"), (("id", "short"), "second line"), (("", "x"), "first line")]
    {
        let file = host.client_file(client);
        let refused = host.run(&["connection", "credential", "guest", &format!("account={file}")]).refused(2, &[word]);
        assert!(!refused.err.contains("only-an-id") && !refused.err.contains("short\n"), "{}", refused.err);
    }
}
