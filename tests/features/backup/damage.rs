//! Backups that are not whole: broken off, damaged, altered.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use weighbridge_tests::kit::{Host, Source};

use super::{at, back_up, entries, move_away, restore, synced, text};

/// Every file of a backup, by its path.
fn files(host: &Host, name: &str) -> Vec<std::path::PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![at(host, name)]);
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
fn a_changed_bit_anywhere_in_a_backup_is_refused_before_anything_is_written() {
    let source = Source::organisation();
    let host = synced(&source);
    let _ = back_up(&host, "backup").good();
    move_away(&host);
    let before = entries(&host);
    let files = files(&host, "backup");
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let whole = fs::read(&path).expect("a file");
        for at in [whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&path, bytes).expect("written");
            for more in [&["--verify"][..], &[]] {
                let refused = restore(&host, "backup", more).refused(1, &["backup"]);
                assert!(refused.err.contains("damaged"), "{}: {}", path.display(), refused.err);
            }
        }
        fs::remove_file(&path).expect("removed");
        let _ = restore(&host, "backup", &[]).refused(1, &[]);
        fs::write(&path, whole).expect("written");
    }
    assert_eq!(entries(&host), before, "nothing was written");
    let _ = restore(&host, "backup", &[]).good();
}

#[test]
fn a_backup_that_is_killed_is_none_and_harms_nothing() {
    let source = Source::organisation();
    let host = synced(&source);
    let (mut killed, mut made) = (0, 0);
    for round in 0..12 {
        let name = format!("backup{round}");
        let mut command = host.command(&["backup", &text(&at(&host, &name))]);
        let mut backup = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(round * 8));
        let _ = backup.kill();
        let _ = backup.wait();
        if at(&host, &name).exists() {
            let _ = restore(&host, &name, &["--verify"]).good();
            made += 1;
        } else {
            let _ = restore(&host, &name, &["--verify"]).refused(1, &["is no backup, or one that was broken off"]);
            killed += 1;
        }
    }
    assert!(killed > 3, "{killed} killed, {made} made");
    for left in entries(&host).iter().filter(|name| name.ends_with(".partial")) {
        let _ = restore(&host, left, &[]).refused(77, &["not empty"]);
        let _ = restore(&host, left, &["--verify"]).refused(1, &[]);
    }
    // Nobody holds the lock of a process that is gone.
    let _ = back_up(&host, "last").good();
    let _ = restore(&host, "last", &["--verify"]).good();
    let _ = host.run(&["check"]).good();
}

#[test]
fn a_restore_that_is_killed_leaves_a_store_or_none() {
    let source = Source::organisation();
    let host = synced(&source);
    let before = host.contents();
    let _ = back_up(&host, "backup").good();
    move_away(&host);
    let mut broken = 0;
    for round in 0..8 {
        let mut command = host.command(&["restore", &text(&at(&host, "backup"))]);
        let mut restore = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(10 + round * 12));
        let _ = restore.kill();
        let _ = restore.wait();
        if host.folder().join("data").exists() {
            super::assert_same(&before, &host.contents());
            move_away(&host);
        } else {
            broken += 1;
        }
    }
    assert!(broken > 0);
    let _ = restore(&host, "backup", &[]).good();
    super::assert_same(&before, &host.contents());
}
