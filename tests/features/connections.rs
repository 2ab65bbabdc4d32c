//! What becomes of a connection: why it stopped, and every way out.

use std::fs;

use serde_json::Value;
use weighbridge_tests::kit::{Host, Serving, Source, TOKEN};

const SETTINGS: [&str; 3] = ["owner=acme", "repositories=[\"shop\"]", "streams=[\"repositories\",\"teams\"]"];

/// A host with a connection `github` to this source, which only `weighbridge sync` runs.
fn connected(source: &Source) -> Host {
    let host = Host::new();
    host.install_connector("github");
    host.connect_github("github", &SETTINGS);
    host.route(source, false);
    host
}

/// `token=FILE`, where the file holds this secret.
fn credential(host: &Host, secret: &str) -> String {
    let file = host.folder().join("another");
    fs::write(&file, secret).expect("written");
    format!("token={}", file.display())
}

/// The only connection, as `connection list` tells it.
#[track_caller]
fn listed(host: &Host) -> Value {
    host.run(&["connection", "list", "--json"]).good().json()[0].clone()
}

fn audited(host: &Host, action: &str) -> i64 {
    host.control_number(&format!("SELECT COUNT(*) FROM audit WHERE action = '{action}' AND workspace_id IS NOT NULL"))
}

#[tokio::test]
async fn a_stopped_connection_says_why_and_goes_on_with_another_credential() {
    let source = Source::organisation();
    let host = connected(&source);
    let _ = host.run(&["connection", "credential", "github", &credential(&host, "ghs_expired")]).good();
    let _ = host.run(&["sync"]).refused(1, &["unauthorized"]);

    let stopped = listed(&host);
    assert_eq!((&stopped["state"], &stopped["next_run_at"]), (&"stopped".into(), &Value::Null), "{stopped}");
    let reason = stopped["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("unauthorized: "), "{reason}");
    let shown = host.run(&["connection", "show", "github"]).good().out;
    assert!(shown.contains("unauthorized: ") && shown.contains("\"owner\":\"acme\""), "{shown}");
    assert!(!shown.contains("ghs_expired"), "{shown}");
    let token = host.run(&["token", "new", "reader", "--json"]).good().json();
    let serving = Serving::start(&host);
    let path = format!("/v1/connections/{}", stopped["id"].as_str().expect("an id"));
    let (status, told) = serving.get(&path, token["token"].as_str()).await;
    assert_eq!((status, &told["reason"]), (200, &reason.into()), "{told}");
    assert_eq!(serving.stop(), Some(0));

    let done = host.run(&["connection", "credential", "github", &credential(&host, TOKEN)]).good();
    assert!(done.out.contains("is due now"), "{}", done.out);
    let active = listed(&host);
    assert_eq!((&active["state"], &active["reason"]), (&"active".into(), &Value::Null), "{active}");
    let _ = host.run(&["sync"]).good();
    assert_eq!(audited(&host, "connection.credential"), 2);
}

#[test]
fn a_connection_that_backs_off_says_why_and_when_it_is_tried_again() {
    let source = Source::organisation();
    let host = connected(&source);
    host.configure(
        "[sync]\nenabled = false\n[egress]\nroutes = [{ host = \"api.github.com\", to = \"http://127.0.0.1:1\" }]\n",
    );
    let _ = host.run(&["sync"]).refused(1, &[]);
    let waits = listed(&host);
    assert_eq!(waits["state"], "backing-off", "{waits}");
    assert!(
        waits["next_run_at"].is_string() && waits["reason"].as_str().is_some_and(|text| text.contains(": ")),
        "{waits}"
    );
    let _ = host.run(&["connection", "resume", "github"]).good();
    assert_eq!(listed(&host)["state"], "active");
    assert_eq!(audited(&host, "connection.resume"), 1);
}

#[test]
fn a_paused_connection_is_not_synced_until_it_is_resumed() {
    let source = Source::organisation();
    let host = connected(&source);
    let _ = host.run(&["connection", "pause", "github"]).good();
    assert_eq!(host.run(&["sync", "--json"]).good().json(), serde_json::json!([]));
    let _ = host.run(&["sync", "github"]).refused(2, &["paused", "weighbridge connection resume github"]);
    let _ = host.run(&["connection", "credential", "github", &credential(&host, TOKEN)]).good();
    assert_eq!(listed(&host)["state"], "paused", "somebody paused it, and nobody resumed it");
    assert_eq!(source.requests(), 0);
    let _ = host.run(&["connection", "resume", "github"]).good();
    let _ = host.run(&["sync"]).good();
    assert_eq!((audited(&host, "connection.pause"), audited(&host, "connection.resume")), (1, 1));
}

#[test]
fn a_removed_connection_leaves_its_data_and_its_name_and_no_credential() {
    let source = Source::organisation();
    let host = connected(&source);
    let _ = host.run(&["sync"]).good();
    let records = host.records("repositories");
    assert!(records > 0);
    let again = ["connect", "weighbridge/github", "--set", "owner=acme", "--name", "github"];
    let _ = host.run(&again).refused(1, &["already", "weighbridge connection remove github"]);

    let done = host.run(&["connection", "remove", "github"]).good();
    assert!(done.out.contains("stays"), "{}", done.out);
    assert_eq!(host.control_number("SELECT COUNT(*) FROM credentials"), 0);
    assert_eq!(host.records("repositories"), records);
    assert_eq!(host.run(&["connection", "list", "--json"]).good().json(), serde_json::json!([]));
    let _ = host.run(&["sync", "github"]).refused(2, &["`github`"]);
    assert_eq!(audited(&host, "connection.remove"), 1);
    let _ = host.run(&again).good();
    assert_eq!(listed(&host)["state"], "active");
}

#[test]
fn credentials_that_no_request_could_carry_are_refused_at_once() {
    let source = Source::organisation();
    let host = connected(&source);
    for (secret, word) in [("abc", "shorter than 4 bytes"), ("two\nlines", "one line of ASCII")] {
        let given = credential(&host, secret);
        let _ = host.run(&["connection", "credential", "github", &given]).refused(2, &[word]);
        let connect =
            ["connect", "weighbridge/github", "--set", "owner=acme", "--name", "other", "--credential", &given];
        let refused = host.run(&connect).refused(2, &[word]);
        assert!(!refused.err.contains(secret), "{}", refused.err);
    }
    assert_eq!(host.run(&["connection", "list", "--json"]).good().json().as_array().map(Vec::len), Some(1));
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_connection_or_slot_that_is_not_there_is_named_with_the_way_out() {
    let source = Source::organisation();
    let host = connected(&source);
    for command in ["show", "pause", "resume", "remove"] {
        let _ = host.run(&["connection", command, "gitlab"]).refused(2, &["`gitlab`", "weighbridge connection list"]);
    }
    let _ = host.run(&["connection", "credential", "github", "key=x"]).refused(2, &["no slot `key`", "`token`"]);
    let _ = host.run(&["connection", "list", "--workspace", "other"]).refused(2, &["`other`"]);
}
