//! Workspaces that were erased, and backups from before.

use std::fs;
use std::path::Path;
use std::process::Command;

use weighbridge_tests::kit::{Host, Serving, Source, TOKEN};

use super::{at, back_up, move_away, restore, synced, text, until};

/// A host with a second workspace that has a connection of its own which has brought data.
fn two_workspaces(source: &Source) -> Host {
    let host = synced(source);
    let _ = host.run(&["init", &text(host.folder()), "--workspace", "second"]).good();
    let secret = at(&host, "secret");
    fs::write(&secret, TOKEN).expect("written");
    let credential = format!("token={}", secret.display());
    let connect =
        ["connect", "weighbridge/github", "--workspace", "second", "--credential", &credential, "--set", "owner=acme"];
    let settings = ["--set", "repositories=[\"shop\"]", "--set", "streams=[\"repositories\",\"teams\"]"];
    let _ = host.run(&[&connect[..], &settings].concat()).good();
    fs::remove_file(secret).expect("removed");
    let _ = host.run(&["sync", "--workspace", "second"]).good();
    host
}

fn workspaces(host: &Host) -> i64 {
    host.control_number("SELECT COUNT(*) FROM workspaces")
}

/// Files of workspaces, with their logs.
fn files(data: &Path) -> usize {
    fs::read_dir(data.join("workspaces")).expect("a folder").count()
}

#[tokio::test]
async fn a_purged_workspace_is_nowhere_and_no_backup_brings_it_back() {
    let source = Source::organisation();
    let host = two_workspaces(&source);
    let token = host.run(&["token", "new", "reader", "--workspace", "second", "--json"]).good().json();
    let token = token["token"].as_str().expect("a token").to_owned();
    let _ = back_up(&host, "before").good();
    let serving = Serving::start(&host);
    assert_eq!(serving.get("/v1/connections", Some(&token)).await.0, 200);

    let _ = host.run(&["workspace", "purge", "second"]).refused(77, &["nothing is erased without a yes", "--yes"]);
    assert_eq!(workspaces(&host), 2);
    let _ = host.run(&["workspace", "purge", "nobody", "--yes"]).refused(2, &["there is no workspace"]);
    let said = host.run(&["workspace", "purge", "second", "--yes"]).good();
    assert!(said.out.contains("is erased") && said.out.contains("erasures.json"), "{}", said.out);
    assert_eq!(serving.get("/v1/connections", Some(&token)).await.0, 401, "its tokens open nothing");
    assert_eq!(serving.stop(), Some(0));
    assert_eq!(workspaces(&host), 1);
    for table in ["keys", "tokens", "connections", "credentials"] {
        let others = i64::from(table != "tokens");
        assert_eq!(host.control_number(&format!("SELECT COUNT(*) FROM {table}")), others, "{table}");
    }
    assert_eq!(host.control_number("SELECT COUNT(*) FROM audit WHERE action = 'workspace.purge'"), 1);
    let before = host.contents();
    let _ = back_up(&host, "after").good();

    let _ = restore(&host, "before", &[]).refused(77, &["move it away", "--erasures", "erasures.json"]);
    let away = move_away(&host);
    // The ledger of the directory that was, or that of a newer backup: each knows of it.
    for ledger in [away.join("erasures.json"), at(&host, "after")] {
        let said = restore(&host, "before", &["--erasures", &text(&ledger)]).good();
        assert!(said.out.contains("was erased since"), "{}", said.out);
        assert_eq!((workspaces(&host), files(&at(&host, "data"))), (1, 1));
        super::assert_same(&before, &host.contents());
        let _ = host.run(&["sync", "--workspace", "second"]).refused(2, &["there is no workspace"]);
        let serving = Serving::start(&host);
        assert_eq!(serving.get("/v1/connections", Some(&token)).await.0, 401);
        assert_eq!(serving.stop(), Some(0));
        // Backups of what was restored know it, too.
        let _ = back_up(&host, "again").good();
        fs::remove_dir_all(move_away(&host)).expect("removed");
        let _ = restore(&host, "before", &["--erasures", &text(&at(&host, "again"))]).good();
        assert_eq!(workspaces(&host), 1);
        fs::remove_dir_all(at(&host, "again")).expect("removed");
        fs::remove_dir_all(move_away(&host)).expect("removed");
    }
    // It is the ledger that does it, and nothing else.
    let _ = restore(&host, "before", &[]).good();
    assert_eq!(workspaces(&host), 2);
}

#[test]
fn a_purge_that_was_broken_off_is_finished_by_whoever_opens_the_store_next() {
    let source = Source::organisation();
    let host = two_workspaces(&source);
    let _ = back_up(&host, "before").good();
    let _ = host.run(&["workspace", "purge", "second", "--yes"]).good();
    let away = move_away(&host);
    let _ = restore(&host, "before", &[]).good();
    assert_eq!((workspaces(&host), files(&at(&host, "data"))), (2, 2), "as before the purge");
    // As if the process had been killed right after its first step.
    fs::copy(away.join("erasures.json"), at(&host, "data/erasures.json")).expect("the ledger");
    let _ = host.run(&["audit"]).good();
    assert_eq!((workspaces(&host), files(&at(&host, "data"))), (1, 1));
    assert_eq!(
        host.control_number("SELECT COUNT(*) FROM audit WHERE action = 'workspace.purge' AND actor = 'host'"),
        1
    );
}

#[test]
fn a_host_that_serves_lets_go_of_a_purged_workspaces_file() {
    let source = Source::organisation();
    let host = two_workspaces(&source);
    let configuration = fs::read_to_string(host.configuration()).expect("a configuration");
    host.configure(&configuration.replace("enabled = false", "enabled = true"));
    let serving = Serving::start(&host);
    let handles = || {
        let listed = Command::new("ls").args(["-l", &format!("/proc/{}/fd", serving.pid())]).output().expect("handles");
        String::from_utf8_lossy(&listed.stdout)
            .lines()
            .filter(|line| line.contains("/ws_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    until("both files are open", || handles().len() >= 4);
    let _ = host.run(&["workspace", "purge", "second", "--yes"]).good();
    until("the file is closed", || handles().iter().all(|line| !line.contains("(deleted)")));
    assert!(!handles().is_empty(), "the other one's is open");
    assert_eq!(serving.stop(), Some(0));
    assert_eq!(files(&at(&host, "data")), 1);
}

#[test]
fn ledgers_of_others_and_damaged_ones_are_refused_before_anything_is_written() {
    let source = Source::organisation();
    let host = two_workspaces(&source);
    let _ = back_up(&host, "before").good();
    let _ = host.run(&["workspace", "purge", "second", "--yes"]).good();
    let other = Host::bare();
    let _ = other.run(&["workspace", "purge", "default", "--yes"]).good();
    let away = move_away(&host);
    let given = |path: &Path| restore(&host, "before", &["--erasures", &path.display().to_string()]);
    let _ = given(&at(&other, "data/erasures.json")).refused(1, &["is of instance"]);
    let ledger = fs::read_to_string(away.join("erasures.json")).expect("the ledger");
    let altered = at(&host, "altered.json");
    fs::write(&altered, ledger.replacen("ws_0", "ws_1", 1)).expect("written");
    let _ = given(&altered).refused(1, &["damaged"]);
    let _ = given(&at(&host, "nowhere.json")).refused(1, &["nowhere.json"]);
    assert!(!at(&host, "data").exists());
    let _ = given(&away).good();
    // A host does not open a store whose ledger it cannot read: it could bring back what was erased.
    fs::write(at(&host, "data/erasures.json"), "{}").expect("written");
    let _ = host.run(&["audit"]).refused(1, &["erasures.json", "damaged"]);
}
