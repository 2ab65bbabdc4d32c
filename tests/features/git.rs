//! The `git` connector through the whole host: what it stores is what the `git` command says.

use std::path::Path;
use std::process::Command;

use weighbridge_tests::kit::{Host, root};

fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(repository).args(arguments).output().expect("git runs");
    assert!(output.status.success(), "git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Added lines, deleted lines and changed files of all commits that are no merges.
fn numstat(repository: &Path) -> (i64, i64, i64) {
    let text = git(repository, &["log", "--no-merges", "--numstat", "--no-renames", "--format="]);
    let mut sums = (0, 0, 0);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let mut parts = line.split('\t');
        // `-` for binary files: they have no lines.
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok()).unwrap_or_default();
        sums = (sums.0 + number(), sums.1 + number(), sums.2 + 1);
    }
    sums
}

#[test]
fn this_repositorys_history_is_counted_as_git_counts_it() {
    let host = Host::new();
    host.install_connector("git");
    let _ = host.run(&["connect", "weighbridge/git", "--files", &root().display().to_string()]).good();
    let _ = host.run(&["sync"]).good();

    let commits = git(root(), &["rev-list", "--count", "HEAD"]).trim().parse::<u64>().expect("a number");
    let authors = git(root(), &["shortlog", "-s", "-e", "HEAD"]).lines().count();
    let (added, deleted, files) = numstat(root());
    assert_eq!(host.records("commits"), commits);
    assert_eq!(host.number("SELECT COUNT(DISTINCT author_email) FROM commits"), i64::try_from(authors).expect("few"));
    assert_eq!(host.number("SELECT SUM(additions) FROM commits"), added);
    assert_eq!(host.number("SELECT SUM(deletions) FROM commits"), deleted);
    assert_eq!(host.number("SELECT SUM(changed_files) FROM commits"), files);

    // The metric of the same name leaves merges out.
    let plain = git(root(), &["rev-list", "--count", "--no-merges", "HEAD"]).trim().parse::<f64>().expect("a number");
    assert_eq!(host.figure("commits", "2020-01-01", "2029-12-31"), Some(plain));

    // Nothing new: nothing is brought a second time.
    let again = host.run(&["sync", "--json"]).good().json();
    assert_eq!(host.records("commits"), commits, "{again}");
}

#[test]
fn a_directory_that_is_no_repository_is_told_so() {
    let host = Host::new();
    host.install_connector("git");
    let empty = host.folder().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let _ = host.run(&["connect", "weighbridge/git", "--files", &empty.display().to_string()]).good();
    let _ = host.run(&["sync"]).refused(1, &["`git`", "repository"]);
    std::fs::remove_dir(&empty).expect("removed");
    let _ = host.run(&["sync"]).refused(1, &["cannot be opened", "empty"]);
    let _ = host
        .run(&["connect", "weighbridge/git", "--name", "none", "--files", "/no/such/place"])
        .refused(1, &["/no/such/place"]);
    let _ = host.run(&["connect", "weighbridge/git", "--name", "none"]).refused(2, &["--files"]);
}
