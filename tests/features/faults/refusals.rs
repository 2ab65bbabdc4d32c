//! Statuses: refusals, things that are gone, and servers that fail.

use std::time::Duration;

use weighbridge_tests::kit::{Manner, Reply, Source};

use super::{connected, disturbed, due_in, refusal, undisturbed};

#[test]
fn a_credential_that_is_refused_stops_the_connection_until_somebody_acts() {
    let failed = disturbed("unauthorized", &["401", "credential", "expired", "/repos/acme/shop/issues"], |_, _| {
        refusal(401, &[])
    });
    assert_eq!(failed.host.control_number("SELECT COUNT(*) FROM connections WHERE state = 'failed'"), 1);
    failed.recovers();
}

#[test]
fn what_the_credential_may_not_read_is_named() {
    disturbed("forbidden", &["403", "may not read", "/repos/acme/shop/issues"], |_, _| refusal(403, &[])).recovers();
}

#[test]
fn a_server_that_fails_once_is_asked_again_later() {
    for status in [500, 502, 503] {
        let failed =
            disturbed("upstream", &[&status.to_string(), "/repos/acme/shop/issues"], move |_, _| refusal(status, &[]));
        assert!((1..=31).contains(&due_in(&failed.host)), "the back-off of a first failure");
        failed.recovers();
    }
}

#[test]
fn a_server_that_says_when_it_is_back_is_left_alone_until_then() {
    let failed = disturbed("upstream", &["503"], |_, _| refusal(503, &[("retry-after", "600")]));
    assert!((590..=600).contains(&due_in(&failed.host)), "{}", failed.failure);
    failed.recovers();
}

#[test]
fn a_status_that_nobody_expects_is_told_as_it_is() {
    disturbed("invalid-data", &["418", "/repos/acme/shop/issues"], |_, _| refusal(418, &[])).recovers();
}

#[test]
fn a_repository_that_is_gone_holds_up_no_other() {
    let source = Source::organisation();
    let host = connected(&source);
    let two = ["owner=acme", "repositories=[\"gone\",\"shop\"]", "streams=[\"issues\"]"];
    host.connect_github("two", &two);
    let ran = host.run(&["sync", "--json", "two"]).refused(1, &["issues:acme/gone", "404", "not there"]);
    let run = &ran.json()[0];
    assert_eq!(run["state"], "partial", "{run}");
    assert_eq!(run["streams"][0]["failure"]["kind"], "not-found", "{run}");
    assert_eq!((&run["streams"][1]["stream"], &run["streams"][1]["failure"]), (&"issues:acme/shop".into(), &().into()));
    assert_eq!(host.contents()["work_items"], undisturbed()["work_items"]);
}

#[test]
fn a_source_that_is_not_there_at_all_is_told_so() {
    // It ends with the statement.
    let host = connected(&Source::organisation());
    let ran = host.run(&["sync", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("connection") && ran.err.contains("refused"), "{}", ran.err);
    assert_eq!(host.records("work_items"), 0);
}

#[test]
fn a_late_answer_is_waited_for() {
    let source = Source::organisation();
    let host = connected(&source);
    let late = Manner::Late(Duration::from_millis(700));
    source.misbehave("/issues", 2, move |_, answer| Reply::honest(&answer).sent(late));
    let _ = host.run(&["sync"]).good();
    assert!(host.contents() == *undisturbed());
}
