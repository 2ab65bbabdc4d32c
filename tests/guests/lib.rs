//! What the guests share: one stream, settings of any name, and records to fill pages with.
//!
//! To add a guest: a file beside this one that begins with the attacks of the threat model that it is (`//! A003: …`), a
//! line in `Cargo.toml` if it is Rust, and a test of its name in `tests/features/guests/`, without which the tests do not
//! compile. A guest in text (`NAME.wat`) needs no line; `tests/src/kit/wat.rs` says what may stand in it.

use std::collections::BTreeMap;

use weighbridge_sdk::http::Request;
use weighbridge_sdk::records::{
    Commit, Membership, PullRequest, PullRequestState, Record, RecordKind, Repository, Signature, Team, WorkItem,
    WorkItemState,
};
use weighbridge_sdk::{Failure, Stream};

/// An instant that nobody doubts.
pub const INSTANT: &str = "2026-03-01T09:30:00Z";

/// Whatever the connection has.
pub type Settings = BTreeMap<String, String>;

/// The one stream of most guests.
///
/// # Errors
/// None.
pub fn one_stream() -> Result<Vec<Stream>, Failure> {
    Ok(vec![Stream::incremental("all", [RecordKind::Team])])
}

/// A valid record of the kind that guests declare.
#[must_use]
pub fn team(id: impl Into<String>) -> Record {
    Record::from(Team { id: id.into(), name: "a team".into(), parent: None, url: None, extra: Vec::new() })
}

/// A record of a kind that guests do not declare.
#[must_use]
pub fn repository(id: impl Into<String>) -> Record {
    Record::from(Repository {
        id: id.into(),
        name: "a repository".into(),
        default_branch: None,
        archived: None,
        private: None,
        created_at: None,
        url: None,
        extra: Vec::new(),
    })
}

/// A valid commit.
#[must_use]
pub fn commit(id: impl Into<String>) -> Commit {
    Commit {
        id: id.into(),
        repository: "repository".into(),
        sha: "c0ffee00".into(),
        parents: Vec::new(),
        author: Signature::unmatched("somebody", "somebody@example.com"),
        authored_at: INSTANT.into(),
        committer: None,
        committed_at: INSTANT.into(),
        message: "a commit".into(),
        files: None,
        changed_files: None,
        additions: None,
        deletions: None,
        url: None,
        extra: Vec::new(),
    }
}

/// A valid pull request, which was merged.
#[must_use]
pub fn pull_request(id: impl Into<String>) -> PullRequest {
    PullRequest {
        id: id.into(),
        repository: "repository".into(),
        number: 1,
        title: "a pull request".into(),
        state: PullRequestState::Merged,
        draft: false,
        author: None,
        created_at: INSTANT.into(),
        updated_at: INSTANT.into(),
        closed_at: Some(INSTANT.into()),
        merged_at: Some(INSTANT.into()),
        merged_by: None,
        merge_commit: None,
        base_branch: None,
        head_branch: None,
        first_commit_at: None,
        commits: None,
        changed_files: None,
        additions: None,
        deletions: None,
        labels: Vec::new(),
        url: None,
        extra: Vec::new(),
    }
}

/// A valid work item.
#[must_use]
pub fn work_item(id: impl Into<String>) -> WorkItem {
    WorkItem {
        id: id.into(),
        project: None,
        key: "KEY-1".into(),
        title: "a work item".into(),
        kind: None,
        state: WorkItemState::Open,
        status: None,
        author: None,
        assignees: Vec::new(),
        labels: Vec::new(),
        parent: None,
        estimate: None,
        created_at: INSTANT.into(),
        updated_at: INSTANT.into(),
        closed_at: None,
        url: None,
        extra: Vec::new(),
    }
}

/// A valid membership.
#[must_use]
pub fn membership(id: impl Into<String>) -> Membership {
    Membership {
        id: id.into(),
        team: "one".into(),
        person: "somebody".into(),
        role: None,
        since: Some(INSTANT.into()),
        until: None,
        extra: Vec::new(),
    }
}

/// A team for each request that was answered, of the attempt's name: none is what a good host leaves.
pub fn answered<N: Into<String>>(attempts: impl IntoIterator<Item = (N, Request)>) -> Vec<Record> {
    let answered = attempts.into_iter().filter_map(|(name, request)| request.send().is_ok().then_some(name));
    answered.map(team).collect()
}

/// A guest: what it does in `streams`, and what in `pull`.
#[macro_export]
macro_rules! guest {
    (pull: $pull:expr) => {
        $crate::guest!(streams: $crate::one_stream(), pull: $pull);
    };
    (streams: $streams:expr, pull: $pull:expr) => {
        struct Guest;

        impl weighbridge_sdk::Connector for Guest {
            type Settings = $crate::Settings;

            fn streams(_: &Self::Settings, _: &str) -> Result<Vec<weighbridge_sdk::Stream>, weighbridge_sdk::Failure> {
                $streams
            }

            fn pull(
                call: &weighbridge_sdk::Call<'_, Self::Settings>,
            ) -> Result<weighbridge_sdk::Page, weighbridge_sdk::Failure> {
                let pull: fn(&weighbridge_sdk::Call<'_, Self::Settings>) -> _ = $pull;
                pull(call)
            }
        }

        weighbridge_sdk::connector!(Guest);
    };
}
