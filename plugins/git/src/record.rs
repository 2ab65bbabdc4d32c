//! Commits as records: names, times and texts in the shape that the interface asks for.

use gix_hash::ObjectId;
use gix_object::CommitRef;
use gix_object::bstr::{BStr, ByteSlice};
use gix_object::date::Time;
use gix_object::date::time::format::ISO8601_STRICT;
use weighbridge_sdk::log;
use weighbridge_sdk::records::{Commit, FileChange, Record, Repository, Signature};

use crate::changes::Changed;
use crate::lines::Lines;

/// The one repository of a connection.
pub(crate) const REPOSITORY: &str = "repository";

const MESSAGE_LIMIT: usize = 16 * 1024;
const NAME_LIMIT: usize = 256;
const PATH_LIMIT: usize = 4 * 1024;
const FILES_LIMIT: usize = 5_000;
/// File lists beyond this would crowd a page.
const LIST_BYTES: usize = 2 * 1024 * 1024;
/// What a file, a commit and an id take beside the texts that are counted.
const FILE_BYTES: usize = 96;
const COMMIT_BYTES: usize = 1024;
const ID_BYTES: usize = 64;
const PARENTS_LIMIT: usize = 1_000;
const MARK: &str = "\u{fffd}";
const YEAR: i64 = 366 * 24 * 60 * 60;

/// What a commit changed, as far as it is known.
pub(crate) enum Diffstat {
    /// A merge: what it brings was changed by the commits that it joins.
    Merge,
    /// The changed files.
    Files(Vec<(Changed, Lines)>),
    /// Not known: the first parent is not here, or the comparison was too much work.
    Unknown,
}

/// The repository.
pub(crate) fn repository(name: &str, branch: Option<String>) -> Record {
    Record::from(Repository {
        id: REPOSITORY.to_owned(),
        name: line(name, NAME_LIMIT),
        default_branch: branch.map(|branch| line(&branch, NAME_LIMIT)),
        archived: None,
        private: None,
        created_at: None,
        url: None,
        extra: Vec::new(),
    })
}

/// A commit, and about how many bytes it takes in a page.
pub(crate) fn commit(id: &ObjectId, commit: &CommitRef<'_>, diffstat: Diffstat, now: &str) -> (Record, usize) {
    let sha = id.to_string();
    let latin1 = commit.encoding.is_some_and(is_latin1);
    // A time whose zone cannot be read is still a time.
    let author = commit.author().map(|who| (who.name, who.email, who.time().unwrap_or(Time::new(who.seconds(), 0))));
    let committer =
        commit.committer().map(|who| (who.name, who.email, who.time().unwrap_or(Time::new(who.seconds(), 0))));
    let (author, authored) = signature(author.ok(), latin1);
    let (committer, committed) = signature(committer.ok(), latin1);
    let mut extra = Vec::new();
    let mut instant = |what: &str, time: Option<Time>, instead: Option<Time>| {
        plausible(time, now).or_else(|| {
            let raw = time.map_or("unreadable".to_owned(), |time| time.seconds.to_string());
            log::warn!("commit {sha}: the time of its {what} ({raw}) cannot be");
            extra.push((format!("{what}-time"), raw));
            plausible(instead, now)
        })
    };
    // Where neither time can be, the epoch says that it is unknown; the commit itself is not lost.
    let unknown = || "1970-01-01T00:00:00+00:00".to_owned();
    let authored_at = instant("author", authored, committed).unwrap_or_else(unknown);
    let committed_at = instant("committer", committed, authored).unwrap_or_else(unknown);
    let message = lines(&text(commit.message, latin1), MESSAGE_LIMIT);
    let Totals { files, changed_files, additions, deletions } = totals(&sha, diffstat);
    let listed = files.iter().flatten().map(|file| FILE_BYTES + file.path.len()).sum::<usize>();
    let size = COMMIT_BYTES + commit.parents.len() * ID_BYTES + message.len() + listed;
    let record = Commit {
        id: sha.clone(),
        repository: REPOSITORY.to_owned(),
        parents: commit.parents().take(PARENTS_LIMIT).map(|parent| parent.to_string()).collect(),
        sha,
        author,
        authored_at,
        committer: Some(committer),
        committed_at,
        message,
        files,
        changed_files,
        additions,
        deletions,
        url: None,
        extra,
    };
    (Record::from(record), size)
}

struct Totals {
    files: Option<Vec<FileChange>>,
    changed_files: Option<u32>,
    additions: Option<u32>,
    deletions: Option<u32>,
}

fn totals(sha: &str, diffstat: Diffstat) -> Totals {
    let changes = match diffstat {
        Diffstat::Unknown => return Totals { files: None, changed_files: None, additions: None, deletions: None },
        Diffstat::Merge => Vec::new(),
        Diffstat::Files(changes) => changes,
    };
    // Binary files have no lines; one file whose lines are unknown makes the sum unknown.
    let sum = |part: fn(u32, u32) -> u32| {
        changes.iter().try_fold(0u32, |sum, (_, lines)| match lines {
            Lines::Counted(added, deleted) => Some(sum.saturating_add(part(*added, *deleted))),
            Lines::Binary => Some(sum),
            Lines::Unknown => None,
        })
    };
    let (additions, deletions) = (sum(|added, _| added), sum(|_, deleted| deleted));
    let changed_files = u32::try_from(changes.len()).ok();
    let bytes: usize = changes.iter().map(|(changed, _)| FILE_BYTES + changed.path.len()).sum();
    let files = if changes.len() > FILES_LIMIT || bytes > LIST_BYTES {
        log::info!("commit {sha} changes {} files; they are counted, not listed", changes.len());
        None
    } else {
        Some(changes.into_iter().map(|(changed, lines)| file(&changed, lines)).collect())
    };
    Totals { files, changed_files, additions, deletions }
}

fn file(changed: &Changed, lines: Lines) -> FileChange {
    let (additions, deletions) = match lines {
        Lines::Counted(added, deleted) => (Some(added), Some(deleted)),
        Lines::Binary | Lines::Unknown => (None, None),
    };
    // A path begins and ends with any byte, blanks too.
    let path = limited(text(&changed.path, false).replace(char::is_control, MARK), PATH_LIMIT);
    FileChange { path, previous_path: None, change: changed.change, additions, deletions }
}

fn signature(found: Option<(&BStr, &BStr, Time)>, latin1: bool) -> (Signature, Option<Time>) {
    let Some((name, email, time)) = found else { return (Signature { account: None, name: None, email: None }, None) };
    let part = |bytes: &BStr| {
        let text = line(&text(bytes, latin1), NAME_LIMIT);
        (!text.is_empty()).then_some(text)
    };
    (Signature { account: None, name: part(name), email: part(email) }, Some(time))
}

/// The instant, where the host would take it: not before 1970, and not more than a year from now.
fn plausible(time: Option<Time>, now: &str) -> Option<String> {
    let time = time?;
    let latest = gix_object::date::parse(now, None).map_or(i64::MAX, |now| now.seconds.saturating_add(YEAR));
    if time.seconds <= 0 || time.seconds >= latest {
        return None;
    }
    // RFC 3339 knows offsets of less than a day and of whole minutes; the instant matters, not where it was said.
    let odd = time.offset.abs() >= 24 * 60 * 60 || time.offset % 60 != 0;
    let offset = if odd { 0 } else { time.offset };
    Time::new(time.seconds, offset).format(ISO8601_STRICT).ok()
}

/// Git's name for the encoding of old commits. Others than these two are read as UTF-8 with marks for what is not.
fn is_latin1(encoding: &BStr) -> bool {
    [&b"iso-8859-1"[..], b"iso8859-1", b"latin1", b"latin-1"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

fn text(bytes: &[u8], latin1: bool) -> String {
    if latin1 { bytes.iter().copied().map(char::from).collect() } else { bytes.to_str_lossy().into_owned() }
}

/// One line as the host takes it. Git allows control characters in names and paths; here each becomes a mark.
fn line(text: &str, limit: usize) -> String {
    limited(text.trim().replace(char::is_control, MARK), limit)
}

/// Lines as the host takes them, ended as Unix ends them.
fn lines(text: &str, limit: usize) -> String {
    let odd = |character: char| character.is_control() && character != '\n' && character != '\t';
    limited(text.replace("\r\n", "\n").replace(odd, MARK), limit)
}

fn limited(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
    }
    text
}
