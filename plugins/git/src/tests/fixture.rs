//! Repositories made by the `git` command, what the command says of them, and what the connector brings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;
use weighbridge_sdk::records::{Commit, Record, Repository};
use weighbridge_sdk::testing::{Files, Kit, StreamRun};
use weighbridge_sdk::{Failure, FailureKind};

use crate::Git;

pub(super) const NOW: &str = "2026-03-01T09:30:00Z";

/// A work tree with its repository, removed at the end.
pub(super) struct Work {
    folder: TempDir,
    clock: std::cell::Cell<u64>,
}

impl Work {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let work = Self { folder, clock: std::cell::Cell::new(1_700_000_000) };
        work.git(&["init", "--quiet", "--initial-branch=main"]);
        work
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, &[])
    }

    /// Run git with a clock that moves by a minute each time, and nothing of the machine's configuration.
    pub(super) fn git_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        self.clock.set(self.clock.get() + 60);
        let mut command = git_command(self.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Zoë Ångström").env(format!("GIT_{who}_EMAIL"), "zoe@example.org");
            command.env(format!("GIT_{who}_DATE"), format!("{} +0530", self.clock.get()));
        }
        run(command.args(arguments).envs(environment.iter().copied()))
    }

    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    pub(super) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// So many commits, each with a small change to one long file and to one of several others.
    pub(super) fn grow(&self, commits: usize) {
        let mut random = 7u64;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % below
        };
        let long = self.path().join("long.txt");
        let mut lines: Vec<String> = match fs::read_to_string(&long) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(_) => (0..3_000).map(|n| format!("line {} of {}", next(40), n % 17)).collect(),
        };
        for number in 0..commits {
            for _ in 0..next(30) {
                let at = next(lines.len());
                match next(3) {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(at, format!("line {}", next(40))),
                    _ => lines[at] = format!("changed {}", next(1_000_000)),
                }
            }
            if next(10) == 0 {
                lines.rotate_left(next(2_000));
            }
            self.write("long.txt", lines.join("\n"));
            self.write(&format!("part/{}/file.txt", next(5)), format!("{number}\n{}\n", next(9)));
            self.commit(&format!("step {number}"));
        }
    }
}

pub(super) fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

pub(super) fn run(command: &mut Command) -> String {
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is compared of a commit: the words of `git log`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) author: String,
    pub(super) authored_at: String,
    pub(super) committer: String,
    pub(super) committed_at: String,
    pub(super) parents: String,
    pub(super) message: String,
    /// `ADDED DELETED` by path; `- -` for binary files.
    pub(super) files: BTreeMap<String, String>,
}

/// What `git log --numstat --no-renames` tells, by object id.
pub(super) fn told_by_git(folder: &Path, revisions: &str) -> BTreeMap<String, Told> {
    let format = "--format=%x01%H%x02%an <%ae>%x02%aI%x02%cn <%ce>%x02%cI%x02%P%x02%B%x02";
    let mut command = git_command(folder);
    let text = run(command.args(["log", "-z", "--numstat", "--no-renames", format, revisions]));
    text.split('\u{1}').skip(1).map(parse_told).collect()
}

fn parse_told(text: &str) -> (String, Told) {
    let mut parts = text.split('\u{2}').map(str::to_owned);
    let mut next = || parts.next().expect("a part");
    let sha = next();
    let told = Told {
        author: next(),
        authored_at: next(),
        committer: next(),
        committed_at: next(),
        parents: next(),
        message: next().replace("\r\n", "\n").trim_end().to_owned(),
        files: next().split('\0').filter_map(parse_numstat).collect(),
    };
    (sha, told)
}

fn parse_numstat(line: &str) -> Option<(String, String)> {
    let mut parts = line.trim_start_matches('\n').splitn(3, '\t');
    let (added, deleted, path) = (parts.next()?, parts.next()?, parts.next()?);
    Some((path.replace(char::is_control, "\u{fffd}"), format!("{added} {deleted}")))
}

/// The same of a record.
pub(super) fn told_by_record(commit: &Commit) -> Told {
    let who = |who: &weighbridge_sdk::records::Signature| {
        format!("{} <{}>", who.name.as_deref().unwrap_or_default(), who.email.as_deref().unwrap_or_default())
    };
    let at = |instant: &str| instant.replace("+00:00", "Z");
    let count = |count: Option<u32>| count.map_or("-".to_owned(), |count| count.to_string());
    let files = commit.files.as_deref().expect("the files are known");
    Told {
        author: who(&commit.author),
        authored_at: at(&commit.authored_at),
        committer: who(commit.committer.as_ref().expect("a committer")),
        committed_at: at(&commit.committed_at),
        parents: commit.parents.join(" "),
        message: commit.message.trim_end().to_owned(),
        files: files
            .iter()
            .map(|file| (file.path.clone(), format!("{} {}", count(file.additions), count(file.deletions))))
            .collect(),
    }
}

pub(super) fn kit(folder: impl Into<PathBuf>) -> Kit {
    Kit::new(&json!({}), NOW).files(Files::directory(folder))
}

/// A whole run from a cursor.
pub(super) fn history(folder: impl Into<PathBuf>, cursor: Option<&str>) -> StreamRun {
    kit(folder).run_stream::<Git>("history", cursor).expect("a run")
}

pub(super) fn failure(folder: impl Into<PathBuf>) -> (FailureKind, String) {
    let Failure { kind, message, .. } = kit(folder).run_stream::<Git>("history", None).expect_err("a failure");
    (kind, message)
}

pub(super) fn commits(run: &StreamRun) -> Vec<&Commit> {
    run.records
        .iter()
        .filter_map(|record| if let Record::Commit(commit) = record { Some(commit) } else { None })
        .collect()
}

pub(super) fn repository(run: &StreamRun) -> &Repository {
    match run.records.first() {
        Some(Record::Repository(repository)) => repository,
        other => panic!("the first record is not the repository: {other:?}"),
    }
}

/// Every commit that git knows, in the words of git; each once.
pub(super) fn assert_equals_git(connected: &Path, asked: &Path) -> usize {
    let run = history(connected, None);
    let told = told_by_git(asked, "HEAD");
    let mut seen = BTreeMap::new();
    for commit in commits(&run) {
        let record = told_by_record(commit);
        assert_eq!(Some(&record), told.get(&commit.sha), "commit {}", commit.sha);
        let sum = |part: usize| {
            let counts = record.files.values().filter_map(|file| file.split(' ').nth(part)?.parse::<u32>().ok());
            Some(counts.sum::<u32>())
        };
        assert_eq!((commit.additions, commit.deletions), (sum(0), sum(1)), "commit {}", commit.sha);
        assert_eq!(commit.changed_files.map(|files| files as usize), Some(record.files.len()));
        assert!(seen.insert(&commit.sha, ()).is_none(), "commit {} is brought twice", commit.sha);
    }
    assert_eq!(seen.len(), told.len(), "as many commits as git has");
    seen.len()
}
