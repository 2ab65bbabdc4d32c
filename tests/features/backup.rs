//! Backups and what comes back from them: everything that was there, nothing that was erased, and nothing at all of a backup
//! that is not whole.

mod damage;
mod keys;
mod purge;
mod refusals;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use weighbridge_tests::kit::{Host, Manner, Ran, Reply, Serving, Source};

const SETTINGS: [&str; 3] = [
    "owner=acme",
    "repositories=[\"shop\"]",
    "streams=[\"repositories\",\"teams\",\"commits\",\"pull-requests\",\"issues\",\"workflow-runs\"]",
];

/// A host with a connection `github` to this source that has brought nothing yet.
fn connected(source: &Source, server_syncs: bool) -> Host {
    static FIRST: OnceLock<Host> = OnceLock::new();
    Host::connected(&FIRST, &SETTINGS, source, server_syncs)
}

/// The same after a sync.
fn synced(source: &Source) -> Host {
    static FIRST: OnceLock<Host> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let source = Source::organisation();
        let host = connected(&source, false);
        let _ = host.run(&["sync"]).good();
        host.kept()
    });
    let host = first.copy();
    host.route(source, false);
    host
}

/// Where a backup of this name is.
fn at(host: &Host, name: &str) -> PathBuf {
    host.folder().join(name)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn back_up(host: &Host, name: &str) -> Ran {
    host.run(&["backup", &text(&at(host, name)), "--json"])
}

fn restore(host: &Host, name: &str, more: &[&str]) -> Ran {
    host.run(&[&["restore", text(&at(host, name)).as_str()], more].concat())
}

/// Move the data directory away, as the refusal says: where it is now.
fn move_away(host: &Host) -> PathBuf {
    let away = (0..).map(|number| host.folder().join(format!("away{number}"))).find(|path| !path.exists());
    let away = away.expect("a name");
    fs::rename(host.folder().join("data"), &away).expect("moved");
    away
}

/// Names of what lies in the host's folder.
fn entries(host: &Host) -> Vec<String> {
    let entries = fs::read_dir(host.folder()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut entries: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    entries.sort();
    entries
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn assert_same(left: &BTreeMap<&'static str, Vec<String>>, right: &BTreeMap<&'static str, Vec<String>>) {
    for (table, rows) in left {
        assert!(*rows == right[table], "{table}: {} rows and {}", rows.len(), right[table].len());
    }
}

#[test]
fn everything_comes_back_and_goes_on_where_it_was() {
    let source = Source::organisation();
    let host = synced(&source);
    let before = host.contents();
    assert!(before.values().map(Vec::len).sum::<usize>() > 500, "there is something to compare");
    let made = back_up(&host, "backup").good().json();
    assert_eq!(made["workspaces"], 1, "{made}");
    let whole = restore(&host, "backup", &["--verify"]).good();
    assert!(whole.out.contains("holds together"), "{}", whole.out);
    let audit = host.control_number("SELECT COUNT(*) FROM audit");
    move_away(&host);
    let said = restore(&host, "backup", &[]).good();
    assert!(said.out.contains("is as it was at") && said.out.contains("revoke"), "{}", said.out);
    assert_same(&before, &host.contents());
    assert_eq!(host.control_number("SELECT COUNT(*) FROM audit"), audit, "one entry less, one more");
    assert_eq!(host.control_number("SELECT COUNT(*) FROM audit WHERE action = 'instance.restore'"), 1);
    let _ = host.run(&["check"]).good();
    let _ = source.take_requests();
    let _ = host.run(&["sync"]).good();
    assert_same(&before, &host.contents());
    let names = entries(&host);
    assert!(!names.iter().any(|name| name.contains("partial") || name.contains("restoring")), "{names:?}");
}

#[test]
fn a_backup_under_a_host_that_serves_and_syncs_is_one_state_and_its_leases_are_void() {
    let whole = synced(&Source::organisation()).contents();
    let source = Source::organisation();
    let host = connected(&source, true);
    source.misbehave("/", 9, |_, answer| Reply::honest(&answer).sent(Manner::Late(Duration::from_secs(45))));
    let serving = Serving::start(&host);
    until("the source is asked", || source.requests() >= 9);
    let _ = back_up(&host, "backup").good();
    // The source keeps it from writing records; roll-ups go on.
    let records = |mut contents: BTreeMap<&'static str, Vec<String>>| {
        contents.remove("rollups");
        contents
    };
    let half = records(host.contents());
    assert_eq!(host.control_number("SELECT COUNT(*) FROM connections WHERE lease_until IS NOT NULL"), 1);
    let _ = restore(&host, "backup", &[]).refused(77, &["a host is running", "stop it"]);
    drop(serving);

    move_away(&host);
    let _ = restore(&host, "backup", &[]).good();
    let back = records(host.contents());
    assert!(half.values().any(|rows| !rows.is_empty()) && half != records(whole.clone()), "it was under way");
    assert_same(&half, &back);
    assert_eq!(host.control_number("SELECT COUNT(*) FROM connections WHERE lease_until IS NOT NULL"), 0);
    source.behave();
    let _ = host.run(&["sync"]).good();
    assert_same(&records(whole), &records(host.contents()));
}

#[test]
fn backups_made_all_along_a_sync_are_each_a_beginning_of_it() {
    let source = Source::organisation();
    let host = connected(&source, false);
    source.misbehave("/", 0, |_, answer| Reply::honest(&answer).sent(Manner::Late(Duration::from_millis(30))));
    let mut sync = host.command(&["sync"]).stdout(std::process::Stdio::null()).spawn().expect("it starts");
    let mut made = 0;
    while sync.try_wait().expect("a look").is_none() {
        let _ = back_up(&host, &format!("backup{made}")).good();
        made += 1;
    }
    assert!(made > 2, "{made} while it ran");
    let (last, mut before) = (host.contents(), 0);
    // A workspace that was not opened yet has no file.
    let has_file = |number: &i32| {
        fs::read_dir(at(&host, &format!("backup{number}/workspaces"))).is_ok_and(|files| files.count() > 0)
    };
    let first = (0..made).find(has_file).expect("one with something in it");
    for number in [first, (first + made) / 2, made - 1] {
        move_away(&host);
        let _ = restore(&host, &format!("backup{number}"), &[]).good();
        let rows = host.contents();
        for (table, rows) in rows.iter().filter(|(table, _)| **table == "commits") {
            assert!(rows.iter().all(|row| last[table].contains(row)), "{table} of backup {number}");
        }
        let pages = host.number("SELECT COALESCE(SUM(pages), 0) FROM runs");
        assert!(pages >= before, "{pages} after {before}");
        before = pages;
    }
    source.behave();
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.records("commits"), u64::try_from(last["commits"].len()).expect("a count"));
}
