//! Which directories are read, and in which words the others are refused.

use std::fs;

use serde_json::json;
use weighbridge_sdk::FailureKind;
use weighbridge_sdk::testing::{Files, Kit};

use super::fixture::{NOW, Work, commits, failure, git_command, history, kit, repository, run};
use crate::Git;

fn branch(work: &Work, branch: &str) -> Kit {
    Kit::new(&json!({ "branch": branch }), NOW).files(Files::directory(work.path()))
}

#[test]
fn a_repository_without_commits_is_an_empty_history() {
    let work = Work::new();
    let run = history(work.path(), None);
    assert_eq!(run.records.len(), 1, "the repository alone");
    assert_eq!(repository(&run).default_branch.as_deref(), Some("main"));
    work.write("a", "a\n");
    work.commit("first");
    assert_eq!(commits(&history(work.path(), run.cursor())).len(), 1, "the next run goes on from there");
}

#[test]
fn a_directory_without_a_repository_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let (kind, message) = failure(folder.path());
    assert_eq!(kind, FailureKind::Settings);
    assert!(message.contains("no Git repository"), "{message}");
}

#[test]
fn a_linked_work_tree_names_the_directory_to_give() {
    let work = Work::new();
    work.commit("first");
    let linked = tempfile::tempdir().expect("a folder");
    let tree = linked.path().join("tree");
    work.git(&["worktree", "add", "--quiet", tree.to_str().expect("a path")]);
    let main = fs::canonicalize(work.path().join(".git")).expect("a path");
    let (kind, message) = failure(&tree);
    assert_eq!(kind, FailureKind::Settings);
    assert!(message.contains(main.to_str().expect("a path")), "{message}");
    let (_, message) = failure(work.path().join(".git/worktrees/tree"));
    assert!(message.contains("../.."), "{message}");
}

#[test]
fn sha256_repositories_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    run(git_command(folder.path()).args(["init", "--quiet", "--object-format=sha256"]));
    let (kind, message) = failure(folder.path());
    assert_eq!(kind, FailureKind::Settings);
    assert!(message.contains("sha256"), "{message}");
}

#[test]
fn reftables_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    run(git_command(folder.path()).args(["init", "--quiet", "--ref-format=reftable"]));
    let (_, message) = failure(folder.path());
    assert!(message.contains("git refs migrate"), "{message}");
}

#[test]
fn objects_borrowed_from_outside_are_refused_and_from_inside_are_read() {
    let work = Work::new();
    work.grow(3);
    let outside = tempfile::tempdir().expect("a folder");
    let shared = outside.path().join("shared");
    run(git_command(outside.path()).args(["clone", "--quiet", "--shared"]).arg(work.path()).arg(&shared));
    let (kind, message) = failure(&shared);
    assert_eq!(kind, FailureKind::Settings);
    assert!(message.contains("alternates"), "{message}");

    fs::rename(work.path().join(".git/objects"), shared.join(".git/lent")).expect("moved");
    fs::write(shared.join(".git/objects/info/alternates"), "../lent\n").expect("written");
    assert_eq!(commits(&history(&shared, None)).len(), 3);
}

#[test]
fn a_shallow_border_is_a_root_whose_changes_are_unknown() {
    let work = Work::new();
    work.grow(5);
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("clone");
    let url = format!("file://{}", work.path().display());
    run(git_command(folder.path()).args(["clone", "--quiet", "--depth=2", &url]).arg(&clone));
    let kit = kit(&clone);
    let shallow = kit.run_stream::<Git>("history", None).expect("a run");
    let brought = commits(&shallow);
    assert_eq!(brought.len(), 2);
    assert!(brought[0].files.is_some());
    assert_eq!((&brought[1].files, brought[1].additions), (&None, None), "not everything is added there");
    assert!(kit.log().iter().any(|line| line.contains("shallow")), "{:?}", kit.log());

    run(git_command(&clone).args(["fetch", "--quiet", "--unshallow"]));
    assert_eq!(commits(&history(&clone, shallow.cursor())).len(), 5, "deepened, it is read again");
}

#[test]
fn a_partial_clone_brings_what_it_has() {
    let work = Work::new();
    work.git(&["config", "uploadpack.allowFilter", "true"]);
    work.grow(4);
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("clone");
    let url = format!("file://{}", work.path().display());
    let arguments = ["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url];
    run(git_command(folder.path()).args(arguments).arg(&clone));
    let run = history(&clone, None);
    let brought = commits(&run);
    assert_eq!(brought.len(), 4);
    assert!(brought.iter().all(|commit| commit.changed_files.is_some() && commit.additions.is_none()));
}

#[test]
fn a_branch_can_be_chosen_and_a_wrong_one_is_told_the_right_ones() {
    let work = Work::new();
    work.grow(2);
    work.git(&["branch", "topic/one"]);
    work.git(&["tag", "--annotate", "--message", "t", "v1"]);
    work.grow(2);
    for (name, length) in [("topic/one", 2), ("main", 4), ("refs/tags/v1", 2)] {
        let run = branch(&work, name).run_stream::<Git>("history", None).expect("a run");
        assert_eq!(commits(&run).len(), length, "{name}");
    }
    let failure = branch(&work, "master").run_stream::<Git>("history", None).expect_err("no such branch");
    assert_eq!(failure.kind, FailureKind::Settings);
    assert!(failure.message.contains("main, topic/one"), "{}", failure.message);
    work.git(&["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let (_, message) = super::fixture::failure(work.path());
    assert!(message.contains("`HEAD`") && message.contains("main, topic/one"), "{message}");
}

#[test]
fn a_detached_head_is_read() {
    let work = Work::new();
    work.grow(3);
    work.git(&["checkout", "--quiet", "--detach", "HEAD~1"]);
    let run = history(work.path(), None);
    assert_eq!((commits(&run).len(), repository(&run).default_branch.as_deref()), (2, None));
}

#[test]
fn the_name_is_the_settings_or_the_remotes() {
    let work = Work::new();
    work.git(&["remote", "add", "origin", "https://token@git.example/acme/shop.git"]);
    assert_eq!(repository(&history(work.path(), None)).name, "acme/shop");
    let named = Kit::new(&json!({ "name": "Shop" }), NOW).files(Files::directory(work.path()));
    assert_eq!(repository(&named.run_stream::<Git>("history", None).expect("a run")).name, "Shop");
}

#[test]
fn mistyped_settings_are_named() {
    let work = Work::new();
    let odd = Kit::new(&json!({ "brnch": "main" }), NOW).files(Files::directory(work.path()));
    let failure = odd.run_stream::<Git>("history", None).expect_err("a failure");
    assert!(failure.kind == FailureKind::Settings && failure.message.contains("brnch"), "{failure}");
    assert!(branch(&work, "../x").run_stream::<Git>("history", None).is_err());
}
