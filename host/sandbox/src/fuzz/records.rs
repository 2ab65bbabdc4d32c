//! Generated records out of bytes: each field takes what it needs from the front.

use crate::bindings::exports::weighbridge::connector::source;
use crate::bindings::weighbridge::connector::records as wit;
use crate::bindings::weighbridge::connector::types;

/// What is left of the bytes. Where none are left, everything is zero and empty.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }
}

/// Made out of bytes.
trait Draw {
    fn draw(from: &mut Bytes<'_>) -> Self;
}

/// Texts that fields accept, so that a field far behind is reached too.
const GOOD: [&str; 6] =
    ["a", "2026-02-01T00:00:00Z", "0123456789abcdef0123456789abcdef01234567", "https://a.test/x", "acme/shop", ""];

impl Draw for String {
    fn draw(from: &mut Bytes<'_>) -> Self {
        let length = usize::from(from.byte());
        if let Some(good) = length.checked_sub(200).and_then(|good| GOOD.get(good / 8)) {
            return (*good).to_owned();
        }
        // Some are longer than the rest of the bytes.
        let times = if length >= 250 { 400 } else { 1 };
        let bytes: Vec<u8> = (0..length.min(64)).map(|_| from.byte()).collect();
        Self::from_utf8_lossy(&bytes).repeat(times)
    }
}

impl<T: Draw> Draw for Option<T> {
    fn draw(from: &mut Bytes<'_>) -> Self {
        (from.byte() % 2 == 1).then(|| T::draw(from))
    }
}

impl<T: Draw> Draw for Vec<T> {
    fn draw(from: &mut Bytes<'_>) -> Self {
        let count = match from.byte() {
            255 => 20,
            count => usize::from(count % 4),
        };
        (0..count).map(|_| T::draw(from)).collect()
    }
}

impl<T: Draw, U: Draw> Draw for (T, U) {
    fn draw(from: &mut Bytes<'_>) -> Self {
        (T::draw(from), U::draw(from))
    }
}

impl Draw for bool {
    fn draw(from: &mut Bytes<'_>) -> Self {
        from.byte() % 2 == 1
    }
}

impl Draw for u32 {
    fn draw(from: &mut Bytes<'_>) -> Self {
        u32::from_le_bytes(std::array::from_fn(|_| from.byte()))
    }
}

impl Draw for f64 {
    fn draw(from: &mut Bytes<'_>) -> Self {
        f64::from_le_bytes(std::array::from_fn(|_| from.byte()))
    }
}

macro_rules! draw {
    ($($module:ident::$record:ident { $($field:ident),* })*) => {$(
        impl Draw for $module::$record {
            fn draw(from: &mut Bytes<'_>) -> Self {
                Self { $($field: Draw::draw(from)),* }
            }
        }
    )*};
}

macro_rules! draw_one_of {
    ($($module:ident::$choice:ident [ $($case:ident),* ])*) => {$(
        impl Draw for $module::$choice {
            fn draw(from: &mut Bytes<'_>) -> Self {
                let cases = [$(Self::$case),*];
                cases[usize::from(from.byte()) % cases.len()]
            }
        }
    )*};
}

draw! {
    wit::Person { id, login, name, email, kind, active, time_zone, url, extra }
    wit::Team { id, name, parent, url, extra }
    wit::Membership { id, team, person, role, since, until, extra }
    wit::Repository { id, name, default_branch, archived, private, created_at, url, extra }
    wit::Signature { account, name, email }
    wit::FileChange { path, previous_path, change, additions, deletions }
    wit::Commit {
        id, repository, sha, parents, author, authored_at, committer, committed_at, message, files, changed_files,
        additions, deletions, url, extra
    }
    wit::PullRequest {
        id, repository, number, title, state, draft, author, created_at, updated_at, closed_at, merged_at, merged_by,
        merge_commit, base_branch, head_branch, first_commit_at, commits, changed_files, additions, deletions, labels,
        url, extra
    }
    wit::Review { id, pull_request, author, state, submitted_at, url, extra }
    wit::Comment { id, subject_kind, subject, author, kind, created_at, url, extra }
    wit::WorkItem {
        id, project, key, title, kind, state, status, author, assignees, labels, parent, estimate, created_at,
        updated_at, closed_at, url, extra
    }
    wit::Transition { id, subject_kind, subject, before, after, author, at, extra }
    wit::Deployment {
        id, repository, service, environment, production, sha, reference, outcome, author, created_at, finished_at, url,
        extra
    }
    wit::Workflow { id, repository, name, path, active, url, extra }
    wit::WorkflowRun {
        id, workflow, repository, attempt, sha, branch, event, outcome, author, created_at, started_at, finished_at,
        url, extra
    }
    wit::Service { id, name, team, repository, url, extra }
    wit::Tombstone { kind, id }
    source::StreamInfo { name, mode, kinds }
    source::Page { records, next }
    types::Failure { kind, message, retry_after_seconds }
}

draw_one_of! {
    wit::AccountKind [Human, Bot, Agent]
    wit::ChangeKind [Added, Modified, Deleted, Renamed, Copied, TypeChanged]
    wit::PullRequestState [Open, Merged, Closed]
    wit::ReviewState [Approved, ChangesRequested, Commented, Dismissed]
    wit::SubjectKind [PullRequest, WorkItem]
    wit::CommentKind [Conversation, Review]
    wit::WorkItemKind [Feature, Defect, Chore, Debt]
    wit::WorkItemState [Open, InProgress, Done, Dropped]
    wit::Outcome [Pending, Running, Succeeded, Failed, Cancelled, Skipped]
    wit::RecordKind [Person, Team, Membership, Repository, Commit, PullRequest, Review, Comment, WorkItem, Service]
    source::StreamMode [Incremental, Sweep]
    types::FailureKind [Settings, Unauthorized, RateLimited, NotFound, Upstream]
}

impl Draw for source::Next {
    fn draw(from: &mut Bytes<'_>) -> Self {
        if bool::draw(from) { Self::More(Draw::draw(from)) } else { Self::Done(Draw::draw(from)) }
    }
}

impl Draw for wit::Record {
    fn draw(from: &mut Bytes<'_>) -> Self {
        match from.byte() % 16 {
            0 => Self::Person(Draw::draw(from)),
            1 => Self::Team(Draw::draw(from)),
            2 => Self::Membership(Draw::draw(from)),
            3 => Self::Repository(Draw::draw(from)),
            4 => Self::Commit(Draw::draw(from)),
            5 => Self::PullRequest(Draw::draw(from)),
            6 => Self::Review(Draw::draw(from)),
            7 => Self::Comment(Draw::draw(from)),
            8 => Self::WorkItem(Draw::draw(from)),
            9 => Self::Transition(Draw::draw(from)),
            10 => Self::Deployment(Draw::draw(from)),
            11 => Self::Workflow(Draw::draw(from)),
            12 => Self::WorkflowRun(Draw::draw(from)),
            13 => Self::Service(Draw::draw(from)),
            _ => Self::Tombstone(Draw::draw(from)),
        }
    }
}

/// A page.
pub(super) fn page(data: &[u8]) -> source::Page {
    Draw::draw(&mut Bytes(data))
}

/// Streams.
pub(super) fn streams(data: &[u8]) -> Vec<source::StreamInfo> {
    Draw::draw(&mut Bytes(data))
}

/// A failure.
pub(super) fn failure(data: &[u8]) -> types::Failure {
    Draw::draw(&mut Bytes(data))
}
