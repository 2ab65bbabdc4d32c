//! What metrics are computed from: records, joined as far as one metric family needs them. The store reads them, the
//! metrics crate weighs them.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// Something of a connection: the connection's id in text, and the source's id. Two connections never mix.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The connection.
    pub connection: String,
    /// The source's id.
    pub id: String,
}

impl Key {
    /// The form in which buckets and the API name it: `CONNECTION/ID`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}/{}", self.connection, self.id)
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The account.
    pub key: Key,
    /// Whether a human's.
    pub class: ActorClass,
}

/// The three classes of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorClass {
    /// A person.
    Human,
    /// An automation.
    Bot,
    /// An AI agent.
    Agent,
}

/// A commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitFact {
    /// Its repository.
    pub repository: Key,
    /// Who wrote it; unknown where neither account nor address is.
    pub author: Option<Actor>,
    /// When it was written.
    pub authored_at: Instant,
    /// Whether it has more than one parent.
    pub merge: bool,
    /// Added lines.
    pub additions: Option<u32>,
    /// Deleted lines.
    pub deletions: Option<u32>,
}

/// A pull request with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequestFact {
    /// Its repository.
    pub repository: Key,
    /// Itself.
    pub key: Key,
    /// Who opened it.
    pub author: Option<Actor>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it was merged.
    pub merged_at: Option<Instant>,
    /// When it was closed or merged.
    pub closed_at: Option<Instant>,
    /// When its first commit was written.
    pub first_commit_at: Option<Instant>,
    /// Added lines.
    pub additions: Option<u32>,
    /// Deleted lines.
    pub deletions: Option<u32>,
    /// When the first production deployment ended that contains its merge commit, or why that is unknown.
    pub deployed_at: Result<Instant, Undeployed>,
    /// When it was made ready for review, in order.
    pub ready_at: Vec<Instant>,
    /// Its reviews, in order of time.
    pub reviews: Vec<ReviewFact>,
    /// Its review comments (at a line of the change), in order of time.
    pub review_comments: Vec<CommentFact>,
}

/// Why it is unknown when a merged pull request was first in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undeployed {
    /// No production deployment that succeeded contains the merge commit.
    NotDeployed,
    /// The source does not say what it was merged as.
    MergeCommitUnknown,
    /// A deployment that may have been the first reaches commits that have not arrived.
    CommitsUnknown,
    /// A deployment that may have been the first went where the source does not say whether it is production.
    ProductionUnknown,
}

/// A review.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewFact {
    /// The pull request.
    pub pull_request: Key,
    /// The pull request's repository; unknown where the pull request has not arrived.
    pub repository: Option<Key>,
    /// Who reviewed.
    pub author: Option<Actor>,
    /// Who opened the pull request.
    pub pull_request_author: Option<Key>,
    /// Whether it approves.
    pub approves: bool,
    /// When.
    pub at: Instant,
}

/// A comment.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentFact {
    /// Who wrote it.
    pub author: Option<Actor>,
    /// When.
    pub at: Instant,
}

/// A work item.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItemFact {
    /// Its repository or project.
    pub project: Option<Key>,
    /// Who opened it.
    pub author: Option<Actor>,
    /// Who work on it.
    pub assignees: Vec<Actor>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it was last closed.
    pub closed_at: Option<Instant>,
    /// Whether it was closed without being done.
    pub dropped: bool,
}

/// A deployment that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentFact {
    /// Its repository.
    pub repository: Option<Key>,
    /// The environment's name.
    pub environment: String,
    /// Whether the environment is production; unknown where the source does not say.
    pub production: Option<bool>,
    /// What was deployed.
    pub sha: Option<String>,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// Who asked for it.
    pub author: Option<Actor>,
    /// When it ended.
    pub finished_at: Instant,
}

/// A workflow run that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowRunFact {
    /// Its repository.
    pub repository: Option<Key>,
    /// Whether it succeeded; `None` for what was cancelled or skipped.
    pub succeeded: Option<bool>,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Instant,
}
