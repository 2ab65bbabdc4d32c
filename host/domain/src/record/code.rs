//! Repositories, commits, pull requests and what is said about them. Fields as in `wit/records.wit`, instants parsed.

use serde::Serialize;

use super::{Extra, words};
use crate::Instant;

words! {
    /// How a file changed.
    ChangeKind {
        Added = "added",
        Modified = "modified",
        Deleted = "deleted",
        Renamed = "renamed",
        Copied = "copied",
        TypeChanged = "type-changed",
    }

    /// Where a pull request stands.
    PullRequestState {
        Open = "open",
        Merged = "merged",
        Closed = "closed",
    }

    /// What a review says.
    ReviewState {
        Approved = "approved",
        ChangesRequested = "changes-requested",
        Commented = "commented",
        Dismissed = "dismissed",
    }

    /// What a comment, or a transition, belongs to.
    SubjectKind {
        PullRequest = "pull-request",
        WorkItem = "work-item",
    }

    /// Where a comment stands.
    CommentKind {
        Conversation = "conversation",
        Review = "review",
    }
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repository {
    /// Unique in the connection.
    pub id: String,
    /// The name shown, with its owner: `acme/shop`.
    pub name: String,
    /// The branch that work goes to.
    pub default_branch: Option<String>,
    /// Whether it is closed to changes.
    pub archived: Option<bool>,
    /// Whether only members see it.
    pub private: Option<bool>,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// Who a commit says wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// The account, where the source has matched one.
    pub account: Option<String>,
    /// The name in the commit.
    pub name: Option<String>,
    /// The address in the commit.
    pub email: Option<String>,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// Its path, at most 4 KiB.
    pub path: String,
    /// The path before, for `renamed` and `copied`.
    pub previous_path: Option<String>,
    /// How it changed.
    pub change: ChangeKind,
    /// Added lines; unknown for binary files.
    pub additions: Option<u32>,
    /// Deleted lines; unknown for binary files.
    pub deletions: Option<u32>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Unique in the connection; the same commit in two repositories is two records.
    pub id: String,
    /// The repository.
    pub repository: String,
    /// The object id, in hexadecimal.
    pub sha: String,
    /// The object ids of the parents, in order.
    pub parents: Vec<String>,
    /// Who wrote it.
    pub author: Signature,
    /// When it was written.
    pub authored_at: Instant,
    /// Who committed it.
    pub committer: Option<Signature>,
    /// When it was committed.
    pub committed_at: Instant,
    /// The message, at most 16 KiB.
    pub message: String,
    /// The changed files against the first parent, at most 5,000; unknown where the source does not list them.
    /// A merge has none of its own.
    pub files: Option<Vec<FileChange>>,
    /// How many files changed.
    pub changed_files: Option<u32>,
    /// Added lines of all files.
    pub additions: Option<u32>,
    /// Deleted lines of all files.
    pub deletions: Option<u32>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A pull request, or merge request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullRequest {
    /// Unique in the connection.
    pub id: String,
    /// The repository that it goes to.
    pub repository: String,
    /// Its number there.
    pub number: u32,
    /// The title.
    pub title: String,
    /// Where it stands.
    pub state: PullRequestState,
    /// Whether it is a draft now.
    pub draft: bool,
    /// Who opened it.
    pub author: Option<String>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was closed or merged.
    pub closed_at: Option<Instant>,
    /// When it was merged.
    pub merged_at: Option<Instant>,
    /// Who merged it.
    pub merged_by: Option<String>,
    /// The object id that it was merged as.
    pub merge_commit: Option<String>,
    /// The branch it goes to.
    pub base_branch: Option<String>,
    /// The branch it comes from.
    pub head_branch: Option<String>,
    /// The first commit's instant, where the source lists its commits.
    pub first_commit_at: Option<Instant>,
    /// How many commits.
    pub commits: Option<u32>,
    /// How many files changed.
    pub changed_files: Option<u32>,
    /// Added lines.
    pub additions: Option<u32>,
    /// Deleted lines.
    pub deletions: Option<u32>,
    /// Labels, at most 100.
    pub labels: Vec<String>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A review of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Unique in the connection.
    pub id: String,
    /// The pull request.
    pub pull_request: String,
    /// Who reviewed.
    pub author: Option<String>,
    /// What it says.
    pub state: ReviewState,
    /// When.
    pub submitted_at: Instant,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A comment: that it was made, never its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Unique in the connection.
    pub id: String,
    /// What `subject` is.
    pub subject_kind: SubjectKind,
    /// What it is a comment to.
    pub subject: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it stands.
    pub kind: CommentKind,
    /// When it was written.
    pub created_at: Instant,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}
