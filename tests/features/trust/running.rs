//! What is taken back, paused or removed by one process stops the run of another within a second, in the middle of a call.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST, Manner, Reply, Serving, Source};

/// What is promised.
const PROMISED: Duration = Duration::from_secs(1);

/// A host whose connection `github` has a long run before it, at a source that takes so long for each answer.
fn connected(late: Duration) -> (Host, Source) {
    static FIRST: OnceLock<Host> = OnceLock::new();
    let source = Source::organisation();
    let settings = ["owner=acme", "repositories=[\"shop\",\"payments\"]", "details=false"];
    let host = Host::connected(&FIRST, &settings, &source, true);
    source.misbehave("/", 3, move |_, answer| Reply::honest(&answer).sent(Manner::Late(late)));
    (host, source)
}

fn wait(what: &str, longest: Duration, is_so: impl Fn() -> bool) -> Duration {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < longest, "{what} took longer than {longest:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    clock.elapsed()
}

fn ended(host: &Host) -> bool {
    host.number("SELECT COUNT(*) FROM runs WHERE finished_at IS NOT NULL") > 0
}

/// Serve, wait until a run is under way, run the command in a second process, and measure from its end to the run's.
#[track_caller]
fn stopped_by(late: Duration, command: impl Fn(&Host) -> Vec<String>) -> (Host, Source) {
    let (host, source) = connected(late);
    let serving = Serving::start(&host);
    wait("the run", Duration::from_secs(60), || source.requests() >= 4);
    if late > PROMISED {
        // Past the first look of the call, which asks everything: a later one is to notice.
        std::thread::sleep(Duration::from_millis(600));
    }
    assert!(!ended(&host), "the run goes on");
    let command = command(&host);
    let arguments: Vec<_> = command.iter().map(String::as_str).collect();
    let _ = host.run(&arguments).good();
    let took = wait(&arguments.join(" "), PROMISED, || ended(&host));
    eprintln!("`{}` stopped the run after {took:?}", arguments[..2].join(" "));
    let asked = source.requests();
    assert_eq!(serving.stop(), Some(0));
    assert!(source.requests() <= asked + 1, "nothing is asked any more");
    (host, source)
}

fn installed(host: &Host, field: &str) -> String {
    host.run(&["plugin", "list", "--json"]).good().json()[0][field].as_str().expect("a field").to_owned()
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}

/// The connection, and the newest entry of the audit log of this action.
fn told(host: &Host, action: &str) -> (Value, Value) {
    let connections = host.run(&["connection", "list", "--json"]).good().json();
    let entries = host.run(&["audit", "--json"]).good().json();
    let entries = entries.as_array().cloned().unwrap_or_default();
    let entry = entries.into_iter().find(|entry| entry["action"] == action).unwrap_or_default();
    (connections[0].clone(), entry)
}

#[track_caller]
fn refused(host: &Host, word: &str) {
    let error = host.text("SELECT error FROM runs WHERE state = 'failed'");
    assert!(error.contains("refused") && error.contains(word), "{error}");
    let (connection, entry) = told(host, "run.refused");
    assert_eq!(connection["state"], "stopped", "{connection}");
    assert!(entry["detail"]["reason"].as_str().is_some_and(|reason| reason.contains(word)), "{entry}");
}

/// Longer than any of these tests waits: the run is stopped in the middle of a call, or not at all.
const LONG: Duration = Duration::from_secs(45);
/// Shorter than a look: the run is stopped at its next call.
const SHORT: Duration = Duration::from_millis(60);

#[test]
fn a_revoked_package_is_stopped_in_the_middle_of_a_call() {
    let revoke = |host: &Host| words(&["plugin", "trust", "revoke", &installed(host, "digest"), "--reason", "malware"]);
    let (host, _) = stopped_by(LONG, revoke);
    refused(&host, "malware");
}

#[test]
fn a_revoked_package_is_stopped_between_two_short_calls() {
    let revoke = |host: &Host| words(&["plugin", "trust", "revoke", &installed(host, "digest")]);
    let (host, _) = stopped_by(SHORT, revoke);
    refused(&host, "was revoked");
}

#[test]
fn a_revoked_key_stops_what_it_signed_in_the_middle_of_a_call() {
    let (host, _) = stopped_by(LONG, |host| words(&["plugin", "trust", "revoke", &installed(host, "signer")]));
    refused(&host, "was revoked");
}

#[test]
fn a_raised_floor_stops_what_is_below_it_in_the_middle_of_a_call() {
    let (host, _) = stopped_by(LONG, |_| words(&["plugin", "trust", "floor", "weighbridge/github", "1000"]));
    refused(&host, "below the floor 1000");
}

#[test]
fn a_paused_connection_stops_in_the_middle_of_a_call_and_goes_on_from_there() {
    let (host, source) = stopped_by(LONG, |_| words(&["connection", "pause", "github"]));
    assert_eq!(host.number("SELECT COUNT(*) FROM runs WHERE state = 'abandoned'"), 1);
    let (connection, _) = told(&host, "connection.pause");
    assert_eq!(connection["state"], "paused", "{connection}");
    source.behave();
    let _ = host.run(&["connection", "resume", "github"]).good();
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_removed_connection_stops_in_the_middle_of_a_call() {
    let (host, _) = stopped_by(LONG, |_| words(&["connection", "remove", "github"]));
    assert_eq!(host.number("SELECT COUNT(*) FROM runs WHERE state = 'abandoned'"), 1);
    assert!(host.text("SELECT error FROM runs").contains("the connection was removed"));
}

#[test]
fn a_guest_that_never_comes_back_is_stopped_by_a_revocation_before_its_budget_is_spent() {
    let host = Host::new();
    let manifest = format!("{MANIFEST}\n[budget]\ncpu_ms = 30000\n");
    let _ = Guest::pack(&host, "loop_in_pull", &manifest).sign(&host).install(&host).good();
    let _ = host.run(&["connect", "tests/guest"]).good();
    // Makes the workspace's file, which is looked at below.
    let _ = host.run(&["metrics"]).good();
    let serving = Serving::start(&host);
    let under_way = || host.number("SELECT COUNT(*) FROM runs WHERE state = 'running'") == 1;
    wait("the run", Duration::from_secs(60), under_way);
    let _ = host.run(&["plugin", "trust", "revoke", &installed(&host, "digest")]).good();
    let took = wait("the refusal", PROMISED, || ended(&host));
    eprintln!("an endless loop was stopped after {took:?}");
    refused(&host, "was revoked");
    assert_eq!(serving.stop(), Some(0));
}
