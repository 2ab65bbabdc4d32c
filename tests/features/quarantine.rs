//! Plugins that fault again and again: what is held, what goes on, and the one command that lets it go.

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST, Serving, Source};

/// A host with a guest that faults, connected; it has faulted once.
#[track_caller]
fn faulting(name: &str) -> Host {
    let host = Host::new();
    let ran = Guest::sync(&host, name, MANIFEST, &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    host
}

#[track_caller]
fn connection(host: &Host) -> Value {
    host.run(&["connection", "list", "--json"]).good().json()[0].clone()
}

#[track_caller]
fn runs(host: &Host) -> i64 {
    host.number("SELECT COUNT(*) FROM runs")
}

#[tokio::test]
async fn a_connection_is_quarantined_after_faults_in_a_row_and_released_by_one_command() {
    let host = faulting("trap");
    for _ in 2..=5 {
        let stands = connection(&host);
        assert_eq!((&stands["state"], stands["next_run_at"].is_string()), (&"backing-off".into(), true), "{stands}");
        let _ = host.run(&["sync"]).refused(1, &["guest-fault: tests/guest trapped in `pull`"]);
    }
    let stands = connection(&host);
    assert_eq!((&stands["state"], &stands["next_run_at"]), (&"quarantined".into(), &Value::Null), "{stands}");
    let reason = stands["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("5 guest faults in a row, the last: tests/guest trapped in `pull`"), "{reason}");
    assert!(!reason.contains('\n'), "{reason}");
    let before = runs(&host);
    let _ = host.run(&["sync"]).refused(1, &["is quarantined", "weighbridge connection release guest"]);
    let _ = host.run(&["connection", "resume", "guest"]).refused(2, &["weighbridge connection release guest"]);
    assert_eq!(runs(&host), before, "nothing of it is called");
    let shown = host.run(&["connection", "show", "guest"]).good().out;
    assert!(shown.contains("quarantined") && shown.contains("set aside"), "{shown}");
    let checked = host.run(&["check"]).good().out;
    assert!(checked.contains("connection release guest --workspace default"), "{checked}");

    let token = host.run(&["token", "new", "reader", "--json"]).good().json();
    let serving = Serving::start(&host);
    let path = format!("/v1/connections/{}", stands["id"].as_str().expect("an id"));
    let (status, told) = serving.get(&path, token["token"].as_str()).await;
    assert_eq!((status, &told["state"], &told["reason"]), (200, &"quarantined".into(), &reason.into()), "{told}");
    assert_eq!(told["streams"][0]["set_aside"], true, "{told}");
    assert_eq!(serving.get("/readyz", None).await.0, 200, "one bad plugin is not the host's illness");
    assert_eq!(serving.stop(), Some(0));

    let released = host.run(&["connection", "release", "guest"]).good();
    assert!(released.out.contains("is due now"), "{}", released.out);
    assert_eq!(connection(&host)["state"], "active");
    let _ = host.run(&["sync"]).refused(1, &["trapped in `pull`"]);
    assert_eq!(connection(&host)["state"], "backing-off", "the faults are counted anew");
    let _ = host.run(&["connection", "release", "guest"]).refused(2, &["is not quarantined"]);
    for action in ["connection.quarantine", "connection.release"] {
        let count = format!("SELECT COUNT(*) FROM audit WHERE action = '{action}' AND workspace_id IS NOT NULL");
        assert_eq!(host.control_number(&count), 1, "{action}");
    }
}

#[test]
fn faults_before_the_first_stream_are_counted_too() {
    let host = Host::new();
    let manifest = format!("{MANIFEST}\n[budget]\ncpu_ms = 50\n");
    let _ = Guest::sync(&host, "loop_in_streams", &manifest, &[]);
    for _ in 2..=5 {
        let _ = host.run(&["sync"]).refused(1, &["CPU budget"]);
    }
    assert_eq!(connection(&host)["state"], "quarantined");
}

#[test]
fn a_stream_that_faults_is_set_aside_and_the_others_go_on() {
    let host = faulting("half_broken");
    for _ in 2..=5 {
        let _ = host.run(&["sync"]).refused(1, &["broken: guest-fault"]);
    }
    let stands = connection(&host);
    assert_eq!((&stands["state"], stands["next_run_at"].is_string()), (&"active".into(), true), "{stands}");
    let before = host.number("SELECT json_extract(usage, '$.calls') FROM runs ORDER BY id DESC LIMIT 1");
    let ran = host.run(&["sync", "--json"]);
    assert_eq!(ran.json()[0]["state"], "partial", "{}", ran.out);
    let after = host.number("SELECT json_extract(usage, '$.calls') FROM runs ORDER BY id DESC LIMIT 1");
    assert_eq!((before, after), (3, 2), "the stream is not called any more");
    let shown = host.run(&["connection", "show", "guest"]).good().out;
    assert!(shown.contains("set aside until `weighbridge connection release guest`"), "{shown}");
    let _ = host.run(&["connection", "release", "guest"]).good();
    let ran = host.run(&["sync", "--json"]);
    assert_eq!(ran.json()[0]["usage"]["calls"], 3, "it is tried again: {}", ran.out);
}

#[test]
fn another_release_lets_a_quarantined_connection_go() {
    let host = faulting("trap");
    for _ in 2..=5 {
        let _ = host.run(&["sync"]).refused(1, &["trapped"]);
    }
    assert_eq!(connection(&host)["state"], "quarantined");
    let mended = MANIFEST.replace("1.0.0", "1.0.1").replace("sequence = 1", "sequence = 2");
    let _ = Guest::pack(&host, "honest", &mended).sign(&host).install(&host).good();
    assert_eq!(connection(&host)["state"], "active");
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_release_that_has_several_connections_in_quarantine_is_quarantined_itself() {
    let host = Host::new();
    host.configure("[faults]\nquarantine_after = 1\nquarantine_release_after = 2\n");
    let _ = Guest::sync(&host, "trap", MANIFEST, &[]);
    assert_eq!(connection(&host)["state"], "quarantined");
    for name in ["second", "third"] {
        let _ = host.run(&["connect", "tests/guest", "--name", name]).good();
    }
    let _ = host.run(&["sync", "second"]).refused(1, &["trapped"]);
    let listed = host.run(&["plugin", "list", "--json"]).good().json();
    assert_eq!(listed[0]["state"], "quarantined", "{listed}");
    assert!(listed[0]["reason"].as_str().is_some_and(|why| why.contains("2 connections")), "{listed}");

    let before = runs(&host);
    let words = ["tests/guest 1.0.0 is quarantined", "weighbridge plugin release tests/guest@1.0.0"];
    let _ = host.run(&["sync", "third"]).refused(1, &words);
    assert_eq!(runs(&host), before, "the third is spared");
    let third = host.run(&["connection", "list", "--json"]).good().json()[2].clone();
    assert_eq!((&third["state"], &third["next_run_at"]), (&"quarantined".into(), &Value::Null), "{third}");
    assert!(third["reason"].as_str().is_some_and(|why| why.contains("weighbridge plugin release")), "{third}");
    assert!(host.run(&["check"]).good().out.contains("weighbridge plugin release tests/guest@1.0.0"));

    let _ = host.run(&["plugin", "release", "tests/guest"]).good();
    let all = host.run(&["connection", "list", "--json"]).good().json();
    for connection in all.as_array().expect("a list") {
        assert_eq!(connection["state"], "active", "{connection}");
    }
    for action in ["plugin.quarantine", "plugin.release"] {
        let count = format!("SELECT COUNT(*) FROM audit WHERE action = '{action}'");
        assert_eq!(host.control_number(&count), 1, "{action}");
    }
}

#[test]
fn what_the_source_cannot_do_never_quarantines() {
    let source = Source::organisation();
    let host = Host::new();
    host.install_connector("github");
    host.connect_github("github", &["owner=acme", "repositories=[\"shop\"]", "streams=[\"repositories\"]"]);
    let routes = |to: &str| {
        format!(
            "[sync]\nenabled = false\n[faults]\nquarantine_after = 1\n[egress]\n\
             routes = [{{ host = \"api.github.com\", to = \"{to}\" }}]\n"
        )
    };
    host.configure(&routes("http://127.0.0.1:1"));
    for _ in 0..3 {
        let _ = host.run(&["sync"]).refused(1, &[]);
        assert_eq!(connection(&host)["state"], "backing-off");
    }
    host.configure(&routes(&source.origin));
    let _ = host.run(&["sync"]).good();
    assert_eq!(connection(&host)["state"], "active");
}
