//! Repositories, commits, pull requests and what is said about them.

use domain::record::{
    ChangeKind, Comment, CommentKind, Commit, FileChange, PullRequest, PullRequestState, Repository, Review,
    ReviewState, Signature, SubjectKind,
};

use super::check::{Check, MESSAGE, PATH};
use super::{Lower, Wrong, wit};

const FILES: usize = 5_000;
const PARENTS: usize = 1_000;
const LABELS: usize = 100;

impl Lower for wit::Repository {
    type Into = Repository;

    fn lower(self, check: &mut Check) -> Result<Repository, Wrong> {
        let Self { id, name, default_branch, archived, private, created_at, url, extra } = self;
        Ok(Repository {
            id: check.id("id", id)?,
            name: check.text("name", name)?,
            default_branch: check.optional("default-branch", default_branch, Check::text)?,
            archived,
            private,
            created_at: check.optional("created-at", created_at, Check::instant)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

fn signature(check: &mut Check, field: &'static str, signature: wit::Signature) -> Result<Signature, Wrong> {
    let wit::Signature { account, name, email } = signature;
    Ok(Signature {
        account: check.optional(field, account, Check::id)?,
        name: check.optional(field, name, Check::text)?,
        email: check.optional(field, email, Check::text)?,
    })
}

fn file(check: &mut Check, field: &'static str, file: wit::FileChange) -> Result<FileChange, Wrong> {
    let wit::FileChange { path, previous_path, change, additions, deletions } = file;
    Ok(FileChange {
        path: check.line(field, path, PATH)?,
        previous_path: previous_path.map(|path| check.line(field, path, PATH)).transpose()?,
        change: match change {
            wit::ChangeKind::Added => ChangeKind::Added,
            wit::ChangeKind::Modified => ChangeKind::Modified,
            wit::ChangeKind::Deleted => ChangeKind::Deleted,
            wit::ChangeKind::Renamed => ChangeKind::Renamed,
            wit::ChangeKind::Copied => ChangeKind::Copied,
            wit::ChangeKind::TypeChanged => ChangeKind::TypeChanged,
        },
        additions,
        deletions,
    })
}

impl Lower for wit::Commit {
    type Into = Commit;

    fn lower(self, check: &mut Check) -> Result<Commit, Wrong> {
        let Self {
            id,
            repository,
            sha,
            parents,
            author,
            authored_at,
            committer,
            committed_at,
            message,
            files,
            changed_files,
            additions,
            deletions,
            url,
            extra,
        } = self;
        Ok(Commit {
            id: check.id("id", id)?,
            repository: check.id("repository", repository)?,
            sha: check.object("sha", sha)?,
            parents: check.each("parents", parents, PARENTS, Check::object)?,
            author: signature(check, "author", author)?,
            authored_at: check.instant("authored-at", authored_at)?,
            committer: check.optional("committer", committer, signature)?,
            committed_at: check.instant("committed-at", committed_at)?,
            message: check.lines("message", message, MESSAGE)?,
            files: files.map(|files| check.each("files", files, FILES, file)).transpose()?,
            changed_files,
            additions,
            deletions,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::PullRequest {
    type Into = PullRequest;

    fn lower(self, check: &mut Check) -> Result<PullRequest, Wrong> {
        let Self {
            id,
            repository,
            number,
            title,
            state,
            draft,
            author,
            created_at,
            updated_at,
            closed_at,
            merged_at,
            merged_by,
            merge_commit,
            base_branch,
            head_branch,
            first_commit_at,
            commits,
            changed_files,
            additions,
            deletions,
            labels,
            url,
            extra,
        } = self;
        Ok(PullRequest {
            id: check.id("id", id)?,
            repository: check.id("repository", repository)?,
            number,
            title: check.text("title", title)?,
            state: match state {
                wit::PullRequestState::Open => PullRequestState::Open,
                wit::PullRequestState::Merged => PullRequestState::Merged,
                wit::PullRequestState::Closed => PullRequestState::Closed,
            },
            draft,
            author: check.optional("author", author, Check::id)?,
            created_at: check.instant("created-at", created_at)?,
            updated_at: check.instant("updated-at", updated_at)?,
            closed_at: check.optional("closed-at", closed_at, Check::instant)?,
            merged_at: check.optional("merged-at", merged_at, Check::instant)?,
            merged_by: check.optional("merged-by", merged_by, Check::id)?,
            merge_commit: check.optional("merge-commit", merge_commit, Check::object)?,
            base_branch: check.optional("base-branch", base_branch, Check::text)?,
            head_branch: check.optional("head-branch", head_branch, Check::text)?,
            first_commit_at: check.optional("first-commit-at", first_commit_at, Check::instant)?,
            commits,
            changed_files,
            additions,
            deletions,
            labels: check.each("labels", labels, LABELS, Check::text)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Review {
    type Into = Review;

    fn lower(self, check: &mut Check) -> Result<Review, Wrong> {
        let Self { id, pull_request, author, state, submitted_at, url, extra } = self;
        Ok(Review {
            id: check.id("id", id)?,
            pull_request: check.id("pull-request", pull_request)?,
            author: check.optional("author", author, Check::id)?,
            state: match state {
                wit::ReviewState::Approved => ReviewState::Approved,
                wit::ReviewState::ChangesRequested => ReviewState::ChangesRequested,
                wit::ReviewState::Commented => ReviewState::Commented,
                wit::ReviewState::Dismissed => ReviewState::Dismissed,
            },
            submitted_at: check.instant("submitted-at", submitted_at)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Comment {
    type Into = Comment;

    fn lower(self, check: &mut Check) -> Result<Comment, Wrong> {
        let Self { id, subject_kind, subject, author, kind, created_at, url, extra } = self;
        Ok(Comment {
            id: check.id("id", id)?,
            subject_kind: self::subject_kind(subject_kind),
            subject: check.id("subject", subject)?,
            author: check.optional("author", author, Check::id)?,
            kind: match kind {
                wit::CommentKind::Conversation => CommentKind::Conversation,
                wit::CommentKind::Review => CommentKind::Review,
            },
            created_at: check.instant("created-at", created_at)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

/// What a comment, or a transition, belongs to.
pub(super) fn subject_kind(kind: wit::SubjectKind) -> SubjectKind {
    match kind {
        wit::SubjectKind::PullRequest => SubjectKind::PullRequest,
        wit::SubjectKind::WorkItem => SubjectKind::WorkItem,
    }
}
