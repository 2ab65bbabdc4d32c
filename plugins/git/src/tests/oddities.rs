//! What Git lets into a history, and the host would refuse a page for.

use std::path::Path;
use std::process::Stdio;

use weighbridge_sdk::records::Commit;

use super::fixture::{Work, assert_equals_git, commits, git_command, history, run};

/// Write an object as it is, without Git's checks, and give its id.
fn object(work: &Work, kind: &str, content: &[u8]) -> String {
    let file = work.path().join(".git/content");
    std::fs::write(&file, content).expect("a file");
    let mut command = git_command(work.path());
    command.args(["hash-object", "-t", kind, "-w", "--literally", "--stdin"]);
    run(command.stdin(Stdio::from(std::fs::File::open(file).expect("a file")))).trim().to_owned()
}

/// A repository whose head is this commit, with an empty tree and these lines after it.
fn head(work: &Work, rest: &[u8]) -> Commit {
    let tree = object(work, "tree", b"");
    let commit = object(work, "commit", &[format!("tree {tree}\n").as_bytes(), rest].concat());
    work.git(&["update-ref", "refs/heads/main", &commit]);
    only(work.path())
}

fn only(path: &Path) -> Commit {
    commits(&history(path, None))[0].clone()
}

#[test]
fn times_that_cannot_be_are_marked_and_do_not_stop_the_history() {
    let work = Work::new();
    let far = b"author A <a@example.org> 9999999999 +0000\ncommitter C <c@example.org> 1700000000 +0200\n\nx\n";
    let commit = head(&work, far);
    assert_eq!(commit.committed_at, "2023-11-15T00:13:20+02:00");
    assert_eq!(commit.authored_at, commit.committed_at, "the other time stands in");
    assert_eq!(commit.extra, [("author-time".to_owned(), "9999999999".to_owned())]);

    let never = b"author A <a@example.org> -5 +0000\ncommitter C <c@example.org> 0 +0000\n\nx\n";
    let commit = head(&work, never);
    assert_eq!((commit.authored_at.as_str(), commit.extra.len()), ("1970-01-01T00:00:00+00:00", 2));

    let zone = b"author A <a@example.org> 1700000000 +9959\ncommitter C <c@example.org> 1700000000 +051800\n\nx\n";
    assert_eq!(head(&work, zone).authored_at, "2023-11-14T22:13:20+00:00", "the instant matters, not the zone");
}

#[test]
fn control_characters_become_marks() {
    let work = Work::new();
    let odd =
        b"author A\x01B <a\x7f@example.org> 1700000000 +0000\ncommitter C <> 1700000000 +0000\n\na\x1b[31m\r\n\tb\r\n";
    let commit = head(&work, odd);
    assert_eq!(commit.author.name.as_deref(), Some("A\u{fffd}B"));
    assert_eq!(commit.author.email.as_deref(), Some("a\u{fffd}@example.org"));
    assert_eq!(commit.committer.and_then(|committer| committer.email), None, "no address is unknown, not empty");
    assert_eq!(commit.message, "a\u{fffd}[31m\n\tb\n");
}

#[test]
fn texts_beyond_their_limits_are_cut_between_characters() {
    let work = Work::new();
    let text = format!(
        "author {} <a@example.org> 1700000000 +0000\ncommitter C <c@example.org> 1700000000 +0000\n\n{}\n",
        "é".repeat(200),
        "é".repeat(10_000)
    );
    let commit = head(&work, text.as_bytes());
    assert_eq!(commit.message.len(), 16 * 1024);
    assert_eq!(commit.author.name.map(|name| name.len()), Some(256));
}

#[test]
fn more_files_than_a_record_holds_are_counted_and_not_listed() {
    let work = Work::new();
    let blob = object(&work, "blob", b"one\ntwo\n");
    let id: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).expect("hex")).collect();
    let entries = |count: usize| {
        let entry = |number| [format!("100664 {number:05}\0").as_bytes(), &id].concat();
        (0..count).flat_map(entry).collect::<Vec<u8>>()
    };
    for (files, listed) in [(5_000, true), (5_001, false)] {
        let tree = object(&work, "tree", &entries(files));
        let text = format!("tree {tree}\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1700000000 +0000\n\nx\n");
        let commit = object(&work, "commit", text.as_bytes());
        work.git(&["update-ref", "refs/heads/main", &commit]);
        let commit = only(work.path());
        assert_eq!(commit.files.is_some(), listed);
        assert_eq!(commit.changed_files.map(|count| count as usize), Some(files));
        assert_eq!(commit.additions.map(|count| count as usize), Some(2 * files));
    }
}

#[test]
fn a_mode_that_old_versions_wrote_is_no_change() {
    let work = Work::new();
    let blob = object(&work, "blob", b"one\n");
    let id: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).expect("hex")).collect();
    let mut parent = String::new();
    for mode in ["100664", "100644", "100755"] {
        let tree = object(&work, "tree", &[format!("{mode} file\0").as_bytes(), &id].concat());
        let text = format!(
            "tree {tree}\n{parent}author A <a@b.c> 1700000000 +0000\ncommitter A <a@b.c> 1700000000 +0000\n\nx\n"
        );
        let commit = object(&work, "commit", text.as_bytes());
        work.git(&["update-ref", "refs/heads/main", &commit]);
        parent = format!("parent {commit}\n");
    }
    assert_eq!(assert_equals_git(work.path(), work.path()), 3);
}
