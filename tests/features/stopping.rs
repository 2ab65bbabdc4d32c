//! A sync that is interrupted, gently or not: what was committed stays, what was not is brought by the next sync, once.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use weighbridge_tests::kit::{Host, Manner, Ran, Reply, Serving, Source};

/// A sync of some forty pages: sweeps, ascents and descents.
const SETTINGS: [&str; 4] = [
    "owner=acme",
    "repositories=[\"shop\",\"payments\"]",
    "streams=[\"repositories\",\"teams\",\"commits\",\"pull-requests\",\"comments\",\"events\",\"issues\",\"workflow-runs\"]",
    "details=false",
];
/// How long anything may take that ends soon.
const SOON: Duration = Duration::from_secs(8);

fn connected(source: &Source, server_syncs: bool) -> Host {
    static FIRST: OnceLock<Host> = OnceLock::new();
    Host::connected(&FIRST, &SETTINGS, source, server_syncs)
}

/// What a sync brings that nobody interrupts, and how many requests it makes.
fn whole() -> &'static (BTreeMap<&'static str, Vec<String>>, usize) {
    static WHOLE: OnceLock<(BTreeMap<&'static str, Vec<String>>, usize)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let source = Source::organisation();
        let host = connected(&source, false);
        let _ = host.run(&["sync"]).good();
        (host.contents(), source.requests())
    })
}

fn start(host: &Host) -> Child {
    let mut command = host.command(&["sync", "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
}

/// Wait until the source was asked so many times.
fn asked(source: &Source, requests: usize) {
    let clock = Instant::now();
    while source.requests() < requests {
        assert!(clock.elapsed() < Duration::from_secs(60), "{} of {requests} requests", source.requests());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// From its so-manieth request on, the source takes longer than anybody waits.
fn stall(source: &Source, from: usize) {
    source.misbehave("/", from, |_, answer| Reply::honest(&answer).sent(Manner::Late(Duration::from_secs(45))));
}

fn states(host: &Host, state: &str) -> i64 {
    host.number(&format!("SELECT COUNT(*) FROM runs WHERE state = '{state}'"))
}

/// The next sync brings the rest, and nothing is there twice or missing.
#[track_caller]
fn goes_on(host: &Host, source: &Source) {
    source.behave();
    let _ = source.take_requests();
    let _ = host.run(&["sync"]).good();
    let (contents, requests) = whole();
    assert!(source.requests() < *requests, "what was committed is not asked for again");
    for (table, rows) in &host.contents() {
        assert!(rows == &contents[table], "{table}: {} rows, and {} undisturbed", rows.len(), contents[table].len());
    }
    assert_eq!(states(host, "running"), 0);
}

fn interrupted_by(name: &str) {
    let source = Source::organisation();
    let host = connected(&source, false);
    stall(&source, 20);
    let sync = start(&host);
    asked(&source, 20);
    let clock = Instant::now();
    signal(name, sync.id());
    let ended = Ran::of(&sync.wait_with_output().expect("it ends"));
    assert!(clock.elapsed() < SOON, "{name}: {:?}", clock.elapsed());
    assert_eq!((ended.code, &ended.json()[0]["state"]), (1, &"abandoned".into()), "{}", ended.err);
    assert!(ended.err.contains("it goes on from its last page"), "{}", ended.err);
    assert_eq!((states(&host, "abandoned"), states(&host, "running")), (1, 0));
    assert_eq!(host.control_number("SELECT COUNT(*) FROM connections WHERE lease_until IS NOT NULL"), 0);
    goes_on(&host, &source);
}

#[test]
fn a_sync_that_is_interrupted_by_hand_ends_soon_and_goes_on_later() {
    interrupted_by("-INT");
}

#[test]
fn a_sync_that_is_terminated_ends_soon_and_goes_on_later() {
    interrupted_by("-TERM");
}

#[test]
fn a_server_that_is_terminated_within_a_page_ends_soon_and_goes_on_later() {
    let source = Source::organisation();
    let host = connected(&source, true);
    stall(&source, 20);
    let serving = Serving::start(&host);
    asked(&source, 20);
    let clock = Instant::now();
    assert_eq!(serving.stop(), Some(0));
    assert!(clock.elapsed() < SOON, "{:?}", clock.elapsed());
    assert_eq!((states(&host, "abandoned"), states(&host, "running")), (1, 0));
    goes_on(&host, &source);
}

#[test]
fn a_page_that_ends_within_the_grace_is_committed() {
    let source = Source::organisation();
    let host = connected(&source, false);
    source.misbehave("/", 20, |_, answer| Reply::honest(&answer).sent(Manner::Late(Duration::from_millis(600))));
    let sync = start(&host);
    asked(&source, 20);
    let before = host.number("SELECT SUM(pages) FROM runs");
    signal("-TERM", sync.id());
    let ended = Ran::of(&sync.wait_with_output().expect("it ends"));
    assert_eq!(ended.json()[0]["state"], "abandoned", "{}", ended.err);
    assert_eq!(host.number("SELECT SUM(pages) FROM runs"), before + 1);
    goes_on(&host, &source);
}

#[test]
fn a_sync_that_is_killed_at_any_moment_loses_nothing_and_brings_nothing_twice() {
    let (_, all) = whole();
    let source = Source::organisation();
    let host = connected(&source, false);
    // Moments that no two runs share, within what is left of one and the same sync.
    let seed = u64::from(std::process::id()) ^ u64::from(Instant::now().elapsed().subsec_nanos());
    let mut killed = 0;
    for round in 0..4 {
        let requests = 1 + usize::try_from((seed >> (round * 3)) % 7).expect("small") + all / 12;
        let _ = source.take_requests();
        let mut sync = start(&host);
        asked(&source, requests);
        std::thread::sleep(Duration::from_micros((seed >> round) % 3000));
        sync.kill().expect("killed");
        let _ = sync.wait();
        assert_eq!(states(&host, "running"), 1, "nobody had the time to write its end");
        killed += 1;
        host.end_leases();
    }
    goes_on(&host, &source);
    assert_eq!((states(&host, "abandoned"), states(&host, "succeeded")), (killed, 1));
}

#[test]
fn a_connection_that_a_killed_process_left_is_free_within_a_minute() {
    let source = Source::organisation();
    let host = connected(&source, false);
    stall(&source, 20);
    let mut sync = start(&host);
    asked(&source, 20);
    sync.kill().expect("killed");
    let _ = sync.wait();
    let clock = Instant::now();
    goes_on(&host, &source);
    assert!(clock.elapsed() < Duration::from_secs(60), "{:?}", clock.elapsed());
}
