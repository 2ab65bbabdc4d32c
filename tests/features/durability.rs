//! Nothing is lost and nothing is there twice, whatever becomes of the process or the disk. The long forms are in
//! `cargo xtask soak`.

mod leases;

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Result;
use weighbridge_tests::durability::{Beginning, Field, Size, Which, crashes, stops, writes};
use weighbridge_tests::kit::{Failing, Faulty, Host, Manner, Ran, Reply, Source, built};

/// How long leases last here: what a killed process had is free by the time that the next one has started.
const LEASE: Duration = Duration::from_millis(150);

/// A seed that no two runs of the tests share.
fn seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    since.as_secs()
}

/// What went well; else everything that is known of it, without a backtrace.
#[track_caller]
fn good<T>(done: Result<T>) -> T {
    done.unwrap_or_else(|error| panic!("{error:#}"))
}

#[test]
fn a_host_that_is_killed_200_times_loses_nothing_and_has_nothing_twice() {
    let all = [Beginning::Empty, Beginning::Behind, Beginning::Older];
    let field = good(Field::prepare(Size::Large, &all, LEASE));
    let killed = good(crashes(&field, 200, seed()));
    eprintln!("{killed}");
    assert!(killed.kills() >= 200, "{killed}");
}

#[test]
fn a_disk_that_fails_at_any_write_loses_nothing_and_is_named() {
    let field = good(Field::prepare(Size::Small, &[Beginning::Empty, Beginning::Older], LEASE));
    let failed = good(writes(&field, Which::About(60), seed()));
    eprintln!("{failed}");
    assert!(failed.writes >= 50 && failed.told >= 20, "{failed}");
}

/// Nothing tells the first that its lease is gone, since it had asked for more a moment ago: only the fence does.
#[test]
fn a_worker_whose_lease_has_gone_on_leaves_the_record_of_its_run_to_its_successor() {
    let source = Source::organisation();
    let host = Host::new();
    host.install_connector("github");
    host.connect_github("github", &["owner=acme", "repositories=[\"shop\"]", "streams=[\"teams\",\"issues\"]"]);
    host.route(&source, false);
    source.misbehave("/", 5, |_, answer| Reply::honest(&answer).sent(Manner::Late(Duration::from_secs(3))));
    let first = host.command(&["sync"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let clock = Instant::now();
    while source.requests() < 5 {
        assert!(clock.elapsed() < Duration::from_secs(60), "{} requests", source.requests());
        std::thread::sleep(Duration::from_millis(2));
    }
    source.behave();
    host.end_leases();
    let _ = host.run(&["sync"]).good();
    let record =
        "SELECT quote(state) || quote(finished_at) || quote(pages) || quote(error) || quote(usage) || quote(log)
        || quote(inspection) FROM runs WHERE fence = 1";
    let before = host.text(record);
    assert!(before.starts_with("'abandoned'"), "{before}");
    let _ = Ran::of(&first.wait_with_output().expect("it ends")).refused(1, &["was lost: fence 1 is stale"]);
    assert_eq!(host.text(record), before);
}

/// Trust that was taken back, and a power cut a second later: it must not be there again.
#[test]
fn what_an_operator_is_told_is_done_has_been_synced() {
    let host = Host::new();
    // Every sync fails: what the command answers, and which file the first is of.
    let refused = |arguments: &[&str], words: &[&str]| {
        let mut command = host.command(arguments);
        Faulty { failing: Failing::Sync, at: Some(1), lasting: true }.under(&host, &mut command);
        let told = Ran::of(&command.output().expect("it runs")).refused(1, words);
        (told.out, host.noted().failed.expect("a sync"))
    };
    let (told, synced) = refused(&["token", "new", "reader"], &["the transaction to", "disk I/O error"]);
    assert!(!told.contains("wbt_") && synced.ends_with("control.db-wal"), "{synced}: {told}");
    let package = built().plugins.join("github.wasm").display().to_string();
    let _ = refused(&["plugin", "install", "--grant", &package], &["writing", "/packages/", ".partial", "os error 5"]);
    assert_eq!(host.run(&["plugin", "list", "--json"]).good().json(), serde_json::json!([]));
}

#[test]
fn a_worker_that_wakes_after_its_lease_has_gone_on_writes_nothing() {
    let field = good(Field::prepare(Size::Large, &[Beginning::Empty, Beginning::Behind], LEASE));
    let stopped = good(stops(&field, 12, seed()));
    eprintln!("{stopped}");
    assert!(stopped.stale >= 12, "{stopped}");
}
