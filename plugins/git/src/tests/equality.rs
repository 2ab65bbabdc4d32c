//! Authors, times, parents, messages, files and lines equal those of `git log --numstat --no-renames`.

use std::path::Path;

use weighbridge_sdk::records::ChangeKind;

use super::fixture::{Work, assert_equals_git, commits, git_command, history, repository, run};

/// A history with one of everything.
fn one_of_everything() -> Work {
    let work = Work::new();
    work.write("a.txt", "one\ntwo\nthree\n");
    work.write("dir/b.txt", "no newline at the end");
    work.write("dir.c", "sorted between dir and its entries\n");
    work.write("binary", b"\0\x01\x02");
    work.write("empty", "");
    work.commit("first\n\nwith a body, and\n\ntwo paragraphs");
    work.write("a.txt", "one\r\ntwo\r\nthree\r\n");
    work.write("dir/b.txt", "a newline at the end\n");
    work.write("binary", b"\0\x01\x03");
    work.commit("CRLF");
    work.git(&["update-index", "--chmod=+x", "a.txt"]);
    work.git(&["update-index", "--chmod=+x", "binary"]);
    work.git(&["commit", "--quiet", "--message", "modes"]);
    work.git(&["reset", "--quiet", "--hard"]);
    std::os::unix::fs::symlink("dir/b.txt", work.path().join("link")).expect("a link");
    work.commit("link");
    work.git(&["mv", "dir/b.txt", "dir/renamed.txt"]);
    work.commit("rename");
    work.commit("empty");
    std::fs::remove_file(work.path().join("link")).expect("removed");
    work.write("link", "a file now\nof two lines\n");
    std::fs::remove_file(work.path().join("dir.c")).expect("removed");
    work.write("dir.c/inside", "a folder now\n");
    work.commit("type changes");
    work
}

fn unusual_people_and_names(work: &Work) {
    let names = [("GIT_AUTHOR_NAME", "  .,; 李 \"quoted\" O'Brien (he) "), ("GIT_AUTHOR_EMAIL", "a b@[::1]")];
    work.git_with(&["commit", "--quiet", "--allow-empty", "--message", "names"], &names);
    let no_address = [("GIT_AUTHOR_NAME", "robot"), ("GIT_AUTHOR_EMAIL", "")];
    work.git_with(&["commit", "--quiet", "--allow-empty", "--message", "no address"], &no_address);
    let mut latin = git_command(work.path());
    latin.args(["-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty", "--file=-"]);
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"J\xfcrgen");
        for who in ["AUTHOR", "COMMITTER"] {
            latin.env(format!("GIT_{who}_NAME"), name).env(format!("GIT_{who}_EMAIL"), "j@example.org");
            latin.env(format!("GIT_{who}_DATE"), "1700100000 -0330");
        }
        let message = work.path().join(".git/latin-message");
        std::fs::write(&message, b"gr\xfc\xdfe\n").expect("a file");
        latin.stdin(std::fs::File::open(message).expect("a file"));
    }
    run(&mut latin);
    let crlf = "two\r\nlines\r\n\ttabbed\r\n";
    work.git(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--message", crlf]);
    work.write("ünï cödé\tname", "x\n");
    work.commit("file names");
    let submodule = "160000,0123456789012345678901234567890123456789,module";
    work.git(&["update-index", "--add", "--cacheinfo", submodule]);
    work.git(&["commit", "--quiet", "--message", "submodule"]);
    work.git(&["update-index", "--cacheinfo", "160000,1123456789012345678901234567890123456789,module"]);
    work.git(&["commit", "--quiet", "--message", "submodule moved"]);
    work.git(&["tag", "--annotate", "--message", "a tag", "v1"]);
}

fn with_merges(work: &Work) {
    work.git(&["checkout", "--quiet", "-b", "side", "HEAD~3"]);
    work.write("side.txt", "side\n");
    work.commit("on the side");
    work.git(&["checkout", "--quiet", "main"]);
    work.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    work.git(&["checkout", "--quiet", "--orphan", "other"]);
    work.git(&["rm", "-r", "-f", "--quiet", "."]);
    work.write("root.txt", "another root\n");
    work.commit("another root");
    work.git(&["checkout", "--quiet", "-f", "main"]);
    work.git(&["merge", "--quiet", "--allow-unrelated-histories", "--message", "two roots", "other"]);
}

#[test]
fn everything_that_git_tells_is_told_loose_packed_and_bare() {
    let work = one_of_everything();
    unusual_people_and_names(&work);
    with_merges(&work);
    work.grow(12);
    let loose = assert_equals_git(work.path(), work.path());
    assert_eq!(loose, 30, "the history is as long as it was made");
    work.git(&["gc", "--quiet", "--aggressive"]);
    assert!(!work.path().join(".git/refs/heads/main").exists(), "the references are packed");
    assert_eq!(assert_equals_git(work.path(), work.path()), loose);
    work.grow(3);
    assert_eq!(assert_equals_git(work.path(), work.path()), loose + 3, "packs and files of their own together");
    work.git(&["repack", "--quiet", "-d"]);
    assert_eq!(
        assert_equals_git(&work.path().join(".git"), work.path()),
        loose + 3,
        "two packs, the .git folder given"
    );
    let bare = tempfile::tempdir().expect("a folder");
    run(git_command(bare.path()).args(["clone", "--quiet", "--bare", "--no-local"]).arg(work.path()).arg("bare.git"));
    assert_eq!(assert_equals_git(&bare.path().join("bare.git"), work.path()), loose + 3);
}

#[test]
fn changes_have_the_kind_that_git_gives_them() {
    let work = one_of_everything();
    let run = history(work.path(), None);
    let last = commits(&run)[0];
    let kinds: Vec<_> = last.files.iter().flatten().map(|file| (file.path.as_str(), file.change)).collect();
    let expected =
        [("dir.c", ChangeKind::Deleted), ("dir.c/inside", ChangeKind::Added), ("link", ChangeKind::TypeChanged)];
    assert_eq!(kinds, expected);
}

#[test]
fn deltas_by_reference_are_read_as_those_by_offset() {
    let work = Work::new();
    work.grow(30);
    work.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "--quiet", "-a", "-d", "-f"]);
    assert_eq!(assert_equals_git(work.path(), work.path()), 30);
}

#[test]
fn heavily_edited_files_count_as_git_counts_them() {
    let work = Work::new();
    work.grow(80);
    work.git(&["gc", "--quiet"]);
    assert_eq!(assert_equals_git(work.path(), work.path()), 80);
}

#[test]
fn the_history_of_this_very_repository_equals_gits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if !root.join(".git").is_dir() {
        eprintln!("skipped: the sources are not in a repository of their own");
        return;
    }
    // A copy, so that a commit made meanwhile does not come between the two readings.
    let copy = tempfile::tempdir().expect("a folder");
    let clone = copy.path().join("copy");
    run(git_command(copy.path()).args(["clone", "--quiet", "--no-checkout"]).arg(&root).arg(&clone));
    if clone.join(".git/shallow").exists() {
        eprintln!("skipped: the sources are a shallow clone");
        return;
    }
    assert!(assert_equals_git(&clone, &clone) > 0);
    assert!(!repository(&history(&clone, None)).name.is_empty());
}
