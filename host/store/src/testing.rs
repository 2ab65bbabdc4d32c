//! A store in a temporary directory with one workspace, and records to fill it with.

use std::collections::BTreeMap;

use domain::record::{
    AccountKind, Comment, CommentKind, Commit, Deployment, Outcome, Person, PullRequest, PullRequestState, Review,
    ReviewState, Signature, SubjectKind,
};
use domain::{ConnectionId, Digest, Instant, Next, Page, Record, RunId, StreamMode, WorkspaceId};
use tempfile::TempDir;

use crate::pages::{self, PageCommit, PageCommitted};
use crate::runs::NewRun;
use crate::workspaces::Workspace;
use crate::{Store, StoreError, fences, runs, workspaces};

pub(crate) const DAY: i64 = 86_400_000_000;

/// Noon of a day, counted from 1970.
pub(crate) fn noon(day: i64) -> Instant {
    Instant::from_micros(day * DAY + DAY / 2)
}

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    pub(crate) connection: ConnectionId,
    pub(crate) run: RunId,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = Store::open(folder.path()).await.expect("a store");
        let workspace = new_workspace(&store, "first").await;
        let connection = ConnectionId::generate();
        let bench = Self { store, workspace, connection, run: RunId::generate(), folder };
        bench.lease(bench.connection, bench.run, 1).await.expect("a lease");
        bench
    }

    /// Raises the fence of a connection and begins a run under it.
    pub(crate) async fn lease(&self, connection: ConnectionId, run: RunId, fence: i64) -> Result<(), StoreError> {
        let new = NewRun {
            id: run,
            connection,
            plugin: "acme/test".parse().expect("a plugin id"),
            version: "1.0.0".to_owned(),
            digest: Digest::from_bytes([7; 32]),
            fence,
            started_at: noon(0),
        };
        self.store
            .workspace(self.workspace, "begin", async |tx| {
                fences::raise(tx, connection, fence).await?;
                runs::begin(tx, &new).await
            })
            .await
    }

    pub(crate) fn page<'a>(&self, page: &'a Page) -> PageCommit<'a> {
        PageCommit {
            connection: self.connection,
            stream: "things",
            mode: StreamMode::Incremental,
            run: self.run,
            fence: 1,
            sequence: 1,
            generation: 1,
            page,
            state: None::<&BTreeMap<String, String>>,
            now: noon(100),
        }
    }

    pub(crate) async fn commit(&self, commit: PageCommit<'_>) -> Result<PageCommitted, StoreError> {
        self.store.workspace(self.workspace, "commit", async |tx| pages::commit(tx, commit).await).await
    }

    /// Commits records as one page of an incremental stream.
    pub(crate) async fn bring(&self, records: Vec<Record>) -> PageCommitted {
        self.commit(self.page(&done(records))).await.expect("a page")
    }
}

pub(crate) async fn new_workspace(store: &Store, name: &str) -> WorkspaceId {
    let workspace = Workspace {
        id: WorkspaceId::generate(),
        name: name.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        created_at: noon(0),
    };
    store.system("create", async |tx| workspaces::create(tx, &workspace).await).await.expect("a workspace");
    workspace.id
}

pub(crate) fn done(records: Vec<Record>) -> Page {
    Page { records, next: Next::Done("end".to_owned()) }
}

pub(crate) fn commit(id: &str, at: Instant) -> Record {
    Record::Commit(Commit {
        id: id.to_owned(),
        repository: "repo".to_owned(),
        sha: "ab".repeat(20),
        parents: vec!["cd".repeat(20)],
        author: Signature { account: Some("ann".to_owned()), name: Some("Ann".to_owned()), email: None },
        authored_at: at,
        committer: None,
        committed_at: at,
        message: "change a thing".to_owned(),
        files: None,
        changed_files: Some(1),
        additions: Some(2),
        deletions: None,
        url: None,
        extra: Vec::new(),
    })
}

pub(crate) fn person(id: &str, kind: AccountKind) -> Record {
    Record::Person(Person {
        id: id.to_owned(),
        login: Some(format!("{id}-login")),
        name: None,
        email: None,
        kind,
        active: Some(true),
        time_zone: None,
        url: None,
        extra: Vec::new(),
    })
}

pub(crate) fn pull_request(id: &str, created: Instant, merged: Option<Instant>) -> PullRequest {
    PullRequest {
        id: id.to_owned(),
        repository: "repo".to_owned(),
        number: 1,
        title: "a change".to_owned(),
        state: if merged.is_some() { PullRequestState::Merged } else { PullRequestState::Open },
        draft: false,
        author: Some("ann".to_owned()),
        created_at: created,
        updated_at: created,
        closed_at: merged,
        merged_at: merged,
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

pub(crate) fn review(id: &str, pull_request: &str, author: &str, at: Instant) -> Record {
    Record::Review(Review {
        id: id.to_owned(),
        pull_request: pull_request.to_owned(),
        author: Some(author.to_owned()),
        state: ReviewState::Approved,
        submitted_at: at,
        url: None,
        extra: Vec::new(),
    })
}

pub(crate) fn comment(id: &str, pull_request: &str, at: Instant) -> Record {
    Record::Comment(Comment {
        id: id.to_owned(),
        subject_kind: SubjectKind::PullRequest,
        subject: pull_request.to_owned(),
        author: Some("bob".to_owned()),
        kind: CommentKind::Review,
        created_at: at,
        url: None,
        extra: Vec::new(),
    })
}

/// A deployment of this commit to production that succeeded.
pub(crate) fn deployment(id: &str, sha: &str, finished_at: Instant) -> Deployment {
    Deployment {
        id: id.to_owned(),
        repository: Some("repo".to_owned()),
        service: None,
        environment: "live".to_owned(),
        production: Some(true),
        sha: Some(sha.to_owned()),
        reference: None,
        outcome: Outcome::Succeeded,
        author: None,
        created_at: noon(1),
        finished_at: Some(finished_at),
        url: None,
        extra: Vec::new(),
    }
}
