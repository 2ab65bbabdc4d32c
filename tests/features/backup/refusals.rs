//! What is refused in words, before anything is written.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use weighbridge_tests::kit::{Host, Source};

use super::{at, back_up, entries, move_away, restore, synced, text};

#[test]
fn a_backup_overwrites_nothing_and_does_not_lie_beside_what_it_saves() {
    let host = Host::bare();
    let _ = back_up(&host, "backup").good();
    let mode = |path: std::path::PathBuf| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode(at(&host, "backup")), mode(at(&host, "backup/control.db"))), (0o700, 0o600));
    assert_eq!(mode(at(&host, "backup/weighbridge-backup.json")), 0o600);
    let _ = back_up(&host, "backup").refused(2, &["exists already"]);
    fs::create_dir(at(&host, "empty")).expect("a folder");
    let _ = back_up(&host, "empty").refused(2, &["exists already"]);
    let _ = back_up(&host, "data/backup").refused(2, &["inside the data directory"]);
    std::os::unix::fs::symlink(at(&host, "data"), at(&host, "link")).expect("a link");
    let _ = back_up(&host, "link/backup").refused(2, &["inside the data directory"]);
    let _ = back_up(&host, "backup/another").refused(2, &["is a backup itself"]);
    let _ = back_up(&host, "nowhere/backup").refused(1, &["nowhere"]);
    assert!(!entries(&host).iter().any(|name| name.contains("partial")));
}

#[test]
fn a_manifest_names_the_key_and_nothing_holds_it() {
    let host = Host::bare();
    let _ = back_up(&host, "backup").good();
    let key = fs::read_to_string(at(&host, "host.key")).expect("the key");
    let manifest = fs::read_to_string(at(&host, "backup/weighbridge-backup.json")).expect("the manifest");
    for name in ["\"host_key\"", "\"instance\"", "\"schemas\"", "\"copied_at\"", "control.db", "erasures.json"] {
        assert!(manifest.contains(name), "{name}: {manifest}");
    }
    assert!(!manifest.contains(key.trim()) && !at(&host, "backup/host.key").exists());
}

#[test]
fn a_restore_overwrites_nothing_and_needs_the_right_key() {
    let source = Source::organisation();
    let host = synced(&source);
    let _ = back_up(&host, "backup").good();
    let _ = restore(&host, "backup", &[]).refused(77, &["not empty", "move it away"]);
    move_away(&host);
    fs::create_dir(at(&host, "data")).expect("a folder");
    fs::write(at(&host, "data/something"), "of mine").expect("written");
    let _ = restore(&host, "backup", &[]).refused(77, &["not empty"]);
    assert_eq!(fs::read_to_string(at(&host, "data/something")).expect("still there"), "of mine");
    fs::remove_file(at(&host, "data/something")).expect("removed");

    let other = Host::bare();
    fs::rename(at(&host, "host.key"), at(&host, "right.key")).expect("moved");
    let _ = restore(&host, "backup", &[]).refused(1, &["host.key"]);
    fs::copy(at(&other, "host.key"), at(&host, "host.key")).expect("another key");
    for more in [&["--verify"][..], &[]] {
        let _ = restore(&host, "backup", more).refused(1, &["hangs on the host key", "--key"]);
    }
    assert_eq!(fs::read_dir(at(&host, "data")).expect("a folder").count(), 0, "nothing was written");
    fs::rename(at(&host, "right.key"), at(&host, "host.key")).expect("moved");
    let _ = restore(&host, "backup", &[]).good();
    let _ = host.run(&["check"]).good();
}

#[test]
fn no_command_opens_a_store_whose_key_lies_with_its_data_or_a_backup_or_open_to_others() {
    let host = Host::bare();
    let _ = back_up(&host, "backup").good();
    let commands: [&[&str]; 6] = [
        &["serve"],
        &["check"],
        &["token", "list"],
        &["audit"],
        &["backup", "/nowhere/backup"],
        &["init", &text(host.folder())],
    ];
    for (folder, words) in [("data", "inside the data directory"), ("backup", "inside the backup")] {
        fs::rename(at(&host, "host.key"), at(&host, folder).join("host.key")).expect("moved");
        host.configure(&format!("[vault]\nkey_file = \"{folder}/host.key\"\n"));
        for command in commands {
            let refused = host.run(command).refused(1, &[]);
            assert!(format!("{}{}", refused.out, refused.err).contains(words), "{command:?}: {}", refused.err);
        }
        fs::rename(at(&host, folder).join("host.key"), at(&host, "host.key")).expect("moved");
    }
    host.configure("");
    fs::set_permissions(at(&host, "host.key"), Permissions::from_mode(0o640)).expect("a mode");
    for command in commands {
        let refused = host.run(command).refused(1, &[]);
        assert!(format!("{}{}", refused.out, refused.err).contains("chmod 600"), "{command:?}: {}", refused.err);
    }
}

#[test]
fn one_keeps_up_at_a_time() {
    let host = Host::bare();
    let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).open(at(&host, "data/upkeep.lock"));
    let lock = lock.expect("the lock");
    lock.lock().expect("taken");
    let _ = back_up(&host, "backup").refused(1, &["under way"]);
    let _ = host.run(&["workspace", "purge", "default", "--yes"]).refused(1, &["under way"]);
    let _ = host.run(&["key", "rotate", "--workspace", "default"]).refused(1, &["under way"]);
    drop(lock);
    let _ = back_up(&host, "backup").good();
}
