//! Connections that break, stall or speak something else.

use std::fs;
use std::time::{Duration, Instant};

use weighbridge_tests::kit::{Guest, Host, Manner, Reply, Source, built, root};

use super::{SETTINGS, disturbed, undisturbed};

#[test]
fn a_connection_that_is_reset_within_the_body_is_an_error() {
    disturbed("upstream", &["connection", "reset"], |_, answer| {
        Reply::honest(&answer).without_last(1000).sent(Manner::Reset)
    })
    .recovers();
}

#[test]
fn a_body_that_is_shorter_than_it_says_is_an_error() {
    disturbed("upstream", &["connection", "ended before it was complete"], |_, answer| {
        Reply::honest(&answer).without_last(1)
    })
    .recovers();
}

#[test]
fn a_connection_that_is_closed_without_a_word_is_an_error() {
    disturbed("upstream", &["connection"], |_, answer| Reply::honest(&answer).without_last(usize::MAX)).recovers();
}

#[test]
fn what_is_not_http_is_told_so() {
    disturbed("invalid-data", &["not HTTP"], |_, answer| {
        let mut reply = Reply::honest(&answer);
        reply.bytes = b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec();
        reply
    })
    .recovers();
}

#[test]
fn headers_without_end_are_an_error() {
    disturbed("invalid-data", &["headers"], |_, mut answer| {
        answer.headers.extend((0..400).map(|_| ("x-long", "x".repeat(1000))));
        Reply::honest(&answer)
    })
    .recovers();
}

/// The connector again, with so little time for each call that a test can wait for its end.
#[test]
fn a_body_that_drips_ends_with_the_time_of_the_call() {
    let source = Source::organisation();
    let host = Host::new();
    let text = fs::read_to_string(root().join("plugins/github/plugin.toml")).expect("the manifest");
    let hasty = text.replace("[budget]\n", "[budget]\nwall_ms = 1500\n");
    assert_ne!(hasty, text);
    let module = built().modules.join("connector_github.wasm");
    let _ = Guest::pack_module(&host, "hasty", &module, &hasty).sign(&host).install(&host).good();
    host.connect_github("github", &SETTINGS);
    host.route(&source, false);
    source.misbehave("/issues", 3, |_, answer| Reply::honest(&answer).sent(Manner::Drip(Duration::from_millis(20))));
    let clock = Instant::now();
    // The budget of the request and that of the call end together; either may be first to say so.
    let ran = host.run(&["sync", "--json"]).refused(1, &["issues:acme/shop", "the source is slow"]);
    assert!(clock.elapsed() < Duration::from_secs(20), "{:?}", clock.elapsed());
    assert_eq!(ran.json()[0]["streams"][0]["pages"], 2, "{}", ran.out);
    source.behave();
    let _ = host.run(&["sync"]).good();
    assert!(host.contents()["work_items"] == undisturbed()["work_items"]);
}
