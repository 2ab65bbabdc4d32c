//! A walk that stops anywhere and goes on in another instance brings the same, and later runs only what is new.

use std::collections::BTreeSet;

use weighbridge_sdk::testing::StreamRun;
use weighbridge_sdk::{Call, Connector, Failure, Page, Stream};

use super::fixture::{Work, assert_equals_git, commits, history, kit, run, told_by_git};
use crate::page::{self, Limits};
use crate::{Git, Settings};

/// The connector with pages of three records.
struct SmallPages;

/// The connector with pages that are full after one commit's work.
struct LittleWork;

fn pull(call: &Call<'_, Settings>, limits: &Limits) -> Result<Page, Failure> {
    page::pull(call.settings, call.cursor()?, call.now, limits)
}

impl Connector for SmallPages {
    type Settings = Settings;

    fn streams(settings: &Settings, now: &str) -> Result<Vec<Stream>, Failure> {
        Git::streams(settings, now)
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        pull(call, &Limits { records: 3, ..Limits::default() })
    }
}

impl Connector for LittleWork {
    type Settings = Settings;

    fn streams(settings: &Settings, now: &str) -> Result<Vec<Stream>, Failure> {
        Git::streams(settings, now)
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        pull(call, &Limits { effort: 100_000, ..Limits::default() })
    }
}

fn shas(run: &StreamRun) -> BTreeSet<String> {
    commits(run).into_iter().map(|commit| commit.sha.clone()).collect()
}

/// Branches that live side by side for a while.
fn braided() -> Work {
    let work = Work::new();
    work.write("base", "base\n");
    work.commit("base");
    for round in 0..6 {
        let side = format!("side{round}");
        work.git(&["checkout", "--quiet", "-b", &side, "main"]);
        work.write(&side, "one\n");
        work.commit("one");
        work.git(&["checkout", "--quiet", "main"]);
        work.write("base", format!("base {round}\n"));
        work.commit("base");
        work.git(&["checkout", "--quiet", &side]);
        work.write(&side, "one\ntwo\n");
        work.commit("two");
        work.git(&["checkout", "--quiet", "main"]);
        if round % 2 == 1 {
            let before = format!("side{}", round - 1);
            work.git(&["merge", "--quiet", "--no-ff", "--message", "merge", &before, &side]);
        }
    }
    work
}

#[test]
fn every_cursor_resumes_to_the_same_records() {
    let work = braided();
    let kit = kit(work.path());
    kit.conformance::<SmallPages>();
    let whole = history(work.path(), None);
    let small = kit.run_stream::<SmallPages>("history", None).expect("a run");
    assert_eq!(small.stored(), whole.stored());
    assert_eq!(commits(&small).len(), commits(&whole).len(), "nothing is brought twice");
    assert!(small.cursors.len() > 5 && small.cursors.iter().all(|cursor| cursor.len() <= 4096));
}

#[test]
fn a_front_wider_than_the_cursor_resumes_to_the_same_records() {
    let work = Work::new();
    work.write("base", "base\n");
    let base = work.commit("base");
    let tree = work.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    // One merge of 150 branches of two commits each.
    let mut merge =
        vec!["commit-tree".to_owned(), tree.clone(), "-m".into(), "merge".into(), "-p".into(), base.clone()];
    for number in 0..150 {
        let first = work.git(&["commit-tree", &tree, "-m", &format!("first {number}"), "-p", &base]);
        let second = work.git(&["commit-tree", &tree, "-m", &format!("second {number}"), "-p", first.trim()]);
        merge.extend(["-p".to_owned(), second.trim().to_owned()]);
    }
    let merge: Vec<_> = merge.iter().map(String::as_str).collect();
    let merged = work.git(&merge);
    work.git(&["update-ref", "refs/heads/main", merged.trim()]);
    let kit = kit(work.path());
    let small = kit.run_stream::<SmallPages>("history", None).expect("a run");
    assert_eq!(commits(&small).len(), 302);
    // Each page holds three records, so what follows a cursor is known.
    for number in (0..small.cursors.len()).step_by(23) {
        let rest = kit.run_stream::<SmallPages>("history", Some(&small.cursors[number])).expect("a run");
        assert_eq!(rest.records, small.records[(3 * (number + 1)).min(small.records.len())..]);
    }
    assert_eq!(shas(&small).len(), 302);
    assert!(small.cursors.iter().any(|cursor| cursor.contains("\"steps\":9")), "some cursors count steps");
}

#[test]
fn clocks_that_run_backwards_lose_no_commit() {
    let work = braided();
    let dates = [("GIT_COMMITTER_DATE", "1500000000 +0000"), ("GIT_AUTHOR_DATE", "1500000000 +0000")];
    for round in 0..4 {
        work.write("back", format!("{round}\n"));
        work.git(&["add", "--all"]);
        work.git_with(&["commit", "--quiet", "--message", "in the past"], &dates);
        work.git(&["checkout", "--quiet", "-b", &format!("back{round}"), "HEAD~1"]);
        work.write(&format!("back{round}"), "x\n");
        work.commit("in the present");
        work.git(&["checkout", "--quiet", "main"]);
        work.git_with(&["merge", "--quiet", "--message", "merge", &format!("back{round}")], &dates);
    }
    let expected: BTreeSet<_> = told_by_git(work.path(), "HEAD").into_keys().collect();
    let small = kit(work.path()).run_stream::<SmallPages>("history", None).expect("a run");
    assert_eq!(shas(&small), expected);
}

#[test]
fn a_later_run_brings_exactly_the_new_commits() {
    let work = braided();
    let first = history(work.path(), None);
    assert_eq!(commits(&history(work.path(), first.cursor())).len(), 0, "nothing is new");
    work.git(&["checkout", "--quiet", "-b", "late", "HEAD~2"]);
    work.write("late", "late\n");
    work.commit("from an old base");
    work.git(&["checkout", "--quiet", "main"]);
    work.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "late"]);
    work.grow(4);
    let second = kit(work.path()).run_stream::<SmallPages>("history", first.cursor()).expect("a run");
    let old = shas(&first);
    let expected: BTreeSet<_> = told_by_git(work.path(), "HEAD").into_keys().filter(|sha| !old.contains(sha)).collect();
    assert_eq!(shas(&second), expected);
    assert_eq!(commits(&second).len(), 6);
}

#[test]
fn commits_made_during_a_walk_come_with_the_next_run() {
    let work = braided();
    let kit = kit(work.path());
    let page = kit.pull::<SmallPages>("history", None).expect("a page");
    let weighbridge_sdk::Next::More(cursor) = page.next else { panic!("more pages wait") };
    let before = told_by_git(work.path(), "HEAD").len();
    work.grow(2);
    work.git(&["gc", "--quiet"]);
    let rest = kit.run_stream::<SmallPages>("history", Some(&cursor)).expect("a run");
    assert_eq!(page.records.len() + rest.records.len(), before + 1, "and the repository");
    assert_eq!(commits(&history(work.path(), rest.cursor())).len(), 2);
}

#[test]
fn a_rewritten_history_is_read_again() {
    let work = Work::new();
    work.grow(6);
    let first = history(work.path(), None);
    work.git(&["reset", "--quiet", "--hard", "HEAD~3"]);
    work.grow(1);
    assert_eq!(commits(&history(work.path(), first.cursor())).len(), 1, "the old head is still there");
    work.git(&["reflog", "expire", "--expire=now", "--all"]);
    work.git(&["gc", "--quiet", "--prune=now"]);
    let again = kit(work.path());
    let second = again.run_stream::<Git>("history", first.cursor()).expect("a run");
    assert_eq!(commits(&second).len(), 4);
    assert!(again.log().iter().any(|line| line.contains("rewritten")), "{:?}", again.log());
}

#[test]
fn pages_end_where_their_work_is_done_and_nothing_is_unknown() {
    let work = Work::new();
    work.grow(25);
    let whole = history(work.path(), None);
    let little = kit(work.path()).run_stream::<LittleWork>("history", None).expect("a run");
    assert!(little.cursors.len() > 5, "{} pages", little.cursors.len());
    assert_eq!(little.records, whole.records);
}

#[test]
fn a_commit_beyond_all_work_has_unknown_lines() {
    let work = Work::new();
    work.grow(3);
    work.write("large.txt", "a line\n".repeat(1_300_000));
    work.commit("large");
    let run = history(work.path(), None);
    let large = commits(&run)[0];
    assert_eq!((large.changed_files, large.additions), (Some(1), None), "a file over 8 MiB is not read");
    let file = &large.files.as_ref().expect("listed")[0];
    assert_eq!((file.path.as_str(), file.additions), ("large.txt", None));

    struct NoWork;
    impl Connector for NoWork {
        type Settings = Settings;
        fn streams(settings: &Settings, now: &str) -> Result<Vec<Stream>, Failure> {
            Git::streams(settings, now)
        }
        fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
            pull(call, &Limits { effort: 1, commit_effort: 1_000, ..Limits::default() })
        }
    }
    let none = kit(work.path()).run_stream::<NoWork>("history", None).expect("a run");
    assert_eq!(commits(&none).len(), 4, "every commit is brought");
    assert!(commits(&none).iter().all(|commit| commit.additions.is_none()));
}

#[test]
fn two_thousand_commits_take_few_pages() {
    let work = Work::new();
    let mut import = String::new();
    for number in 1..=2_000 {
        let text = format!("{number}\n{}", "same\n".repeat(200));
        import.push_str(&format!(
            "commit refs/heads/main\nmark :{number}\ncommitter A <a@example.org> {} +0000\ndata 1\nx\n",
            1_600_000_000 + number
        ));
        import.push_str(&format!("M 100644 inline f{}/{}.txt\ndata {}\n{text}\n", number % 50, number % 7, text.len()));
    }
    std::fs::write(work.path().join(".git/import"), import).expect("a file");
    let mut command = super::fixture::git_command(work.path());
    command.args(["fast-import", "--quiet"]);
    command.stdin(std::fs::File::open(work.path().join(".git/import")).expect("a file"));
    run(&mut command);
    assert_eq!(assert_equals_git(work.path(), work.path()), 2_000);
    assert!(history(work.path(), None).cursors.len() <= 3);
}

#[test]
fn a_long_old_history_is_passed_over_in_several_pages() {
    let work = Work::new();
    let base = work.commit("base");
    work.git(&["branch", "side"]);
    for number in 0..80 {
        work.commit(&format!("step {number}"));
    }
    let first = history(work.path(), None);
    // Older than all that was brought, and new: everything in between has to be passed over to find it.
    let early = [("GIT_COMMITTER_DATE", "1500000000 +0000")];
    work.git(&["checkout", "--quiet", "side"]);
    work.git_with(&["commit", "--quiet", "--allow-empty", "--message", "early"], &early);
    work.git(&["checkout", "--quiet", "main"]);
    work.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    let second = kit(work.path()).run_stream::<LittleWork>("history", first.cursor()).expect("a run");
    assert!(second.cursors.len() > 2, "{} pages", second.cursors.len());
    let brought: Vec<_> = commits(&second).iter().map(|commit| commit.message.trim_end()).collect();
    assert_eq!(brought, ["merge", "early"]);
    assert!(commits(&second).iter().all(|commit| commit.sha != base));
}
