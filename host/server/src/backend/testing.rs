//! A store with two workspaces, and records to fill the first with.

use domain::record::{
    AccountKind, Commit, Deployment, Membership, Outcome, Person, PullRequest, PullRequestState, Repository, Review,
    ReviewState, Signature, Team,
};
use domain::{
    Capabilities, ConnectionId, Consent, Digest, Instant, Next, Page, PluginId, Record, RunId, StreamMode, TokenId,
    WorkspaceId,
};
use serde_json::json;
use store::connections::NewConnection;
use store::pages::{self, PageCommit};
use store::plugins::{Plugin, PluginState};
use store::runs::{self, NewRun};
use store::tokens::{self, Token};
use store::workspaces::{self, Workspace};
use store::{Store, connections, fences};
use tempfile::TempDir;

use crate::rollup;

pub(crate) struct Bench {
    pub(crate) store: Store,
    /// In the time zone of Berlin.
    pub(crate) workspace: WorkspaceId,
    /// Another one, with nothing in it.
    pub(crate) other: WorkspaceId,
    _folder: TempDir,
}

/// A connection of a workspace, in a run.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) workspace: WorkspaceId,
    pub(crate) connection: ConnectionId,
    pub(crate) run: RunId,
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = Store::open(folder.path()).await.expect("a store");
        let workspace = new_workspace(&store, "first").await;
        let other = new_workspace(&store, "other").await;
        Self { store, workspace, other, _folder: folder }
    }

    /// A new connection, whose first run has begun.
    pub(crate) async fn source(&self, workspace: WorkspaceId, name: &str) -> Source {
        let connection = ConnectionId::generate();
        let new = NewConnection {
            id: connection,
            workspace,
            plugin: plugin_id(),
            name: name.to_owned(),
            settings: json!({ "secret": "of the settings" }),
            directory: None,
            interval_seconds: 3600,
            consented: Consent::default(),
            created_at: at("2026-01-01T00:00:00Z"),
        };
        self.store.system("connect", async |tx| connections::create(tx, &new).await).await.expect("a connection");
        let source = Source { workspace, connection, run: RunId::generate() };
        self.begin(source).await;
        source
    }

    /// Another run of a source's connection.
    pub(crate) async fn again(&self, source: Source) -> Source {
        let source = Source { run: RunId::generate(), ..source };
        self.begin(source).await;
        source
    }

    async fn begin(&self, source: Source) {
        let run = NewRun {
            id: source.run,
            connection: source.connection,
            plugin: plugin_id(),
            version: "1.4.0".to_owned(),
            digest: Digest::from_bytes([7; 32]),
            fence: 1,
            started_at: at("2026-03-01T00:00:00Z"),
        };
        let begin = async |tx: &mut store::WorkspaceTx| {
            fences::raise(tx, source.connection, 1).await?;
            runs::begin(tx, &run).await
        };
        self.store.workspace(source.workspace, "begin", begin).await.expect("a run");
    }

    /// Commit records as one page of the stream `things`, and compute what follows from them.
    pub(crate) async fn bring(&self, source: Source, next: Next, now: Instant, records: Vec<Record>) {
        let page = Page { records, next };
        let commit = PageCommit {
            connection: source.connection,
            stream: "things",
            mode: StreamMode::Incremental,
            run: source.run,
            fence: 1,
            sequence: 1,
            generation: 1,
            page: &page,
            state: None,
            now,
        };
        let committed = self.store.workspace(source.workspace, "commit", async |tx| pages::commit(tx, commit).await);
        committed.await.expect("a page");
    }

    /// Compute what is dirty.
    pub(crate) async fn roll_up(&self) {
        rollup::catch_up(&self.store, self.workspace).await.expect("roll-ups");
    }

    /// A token of a workspace: its text and its id.
    pub(crate) async fn token(
        &self,
        workspace: WorkspaceId,
        scopes: &[&str],
        expires_at: Option<Instant>,
    ) -> (String, TokenId) {
        let plain = vault::PlainToken::generate().expect("a token");
        let token = Token {
            id: TokenId::generate(),
            workspace,
            hash: plain.hash().as_bytes().to_vec(),
            prefix: "wbt_".to_owned(),
            name: "a test".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            created_at: Instant::from_micros(0),
            expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        self.store.system("make a token", async |tx| tokens::insert(tx, &token).await).await.expect("a token");
        (plain.expose().to_owned(), token.id)
    }

    /// The first workspace's tokens.
    pub(crate) async fn tokens(&self) -> Vec<Token> {
        let list = async |tx: &mut store::SystemRead| tokens::list(tx, self.workspace).await;
        self.store.system_read("list tokens", list).await.expect("tokens")
    }

    /// Install a package, which is the active one then.
    pub(crate) async fn install(&self, plugin: &Plugin) {
        let install = async |tx: &mut store::SystemTx| store::plugins::install(tx, plugin).await;
        self.store.system("install", install).await.expect("an installed package");
    }
}

pub(crate) async fn new_workspace(store: &Store, name: &str) -> WorkspaceId {
    let workspace = Workspace {
        id: WorkspaceId::generate(),
        name: name.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        created_at: at("2026-01-01T00:00:00Z"),
    };
    store.system("make a workspace", async |tx| workspaces::create(tx, &workspace).await).await.expect("a workspace");
    workspace.id
}

pub(crate) fn plugin_id() -> PluginId {
    "acme/forge".parse().expect("a plugin id")
}

/// A package; the number is its sequence, and makes its digest.
pub(crate) fn package(id: &str, number: u8, manifest: &str, granted: Capabilities) -> Plugin {
    Plugin {
        id: id.parse().expect("a plugin id"),
        version: format!("{number}.0.0"),
        sequence: number.into(),
        digest: Digest::from_bytes([number; 32]),
        manifest: serde_json::value::RawValue::from_string(manifest.to_owned()).expect("JSON"),
        signer: "a key".to_owned(),
        granted,
        state: PluginState::Active,
        reason: None,
        installed_at: at("2026-02-01T00:00:00Z"),
        previous: None,
    }
}

pub(crate) fn repository(id: &str) -> Record {
    Record::Repository(Repository {
        id: id.to_owned(),
        name: format!("acme/{id}"),
        default_branch: None,
        private: None,
        archived: None,
        created_at: None,
        url: None,
        extra: Vec::new(),
    })
}

pub(crate) fn person(id: &str) -> Record {
    Record::Person(Person {
        id: id.to_owned(),
        login: Some(format!("{id}-login")),
        name: None,
        email: None,
        kind: AccountKind::Human,
        active: None,
        time_zone: None,
        url: None,
        extra: Vec::new(),
    })
}

pub(crate) fn team(id: &str, parent: Option<&str>) -> Record {
    let parent = parent.map(str::to_owned);
    Record::Team(Team { id: id.to_owned(), name: format!("Team {id}"), parent, url: None, extra: Vec::new() })
}

pub(crate) fn membership(team: &str, person: &str, since: Option<Instant>, until: Option<Instant>) -> Record {
    Record::Membership(Membership {
        id: format!("{team}/{person}"),
        team: team.to_owned(),
        person: person.to_owned(),
        role: None,
        since,
        until,
        extra: Vec::new(),
    })
}

pub(crate) fn commit(id: &str, repository: &str, author: Signature, at: Instant) -> Record {
    Record::Commit(Commit {
        id: id.to_owned(),
        repository: repository.to_owned(),
        sha: "ab".repeat(20),
        parents: Vec::new(),
        author,
        authored_at: at,
        committer: None,
        committed_at: at,
        message: "change a thing".to_owned(),
        files: None,
        changed_files: None,
        additions: None,
        deletions: None,
        url: None,
        extra: Vec::new(),
    })
}

/// The author with this account.
pub(crate) fn by(account: &str) -> Signature {
    Signature { account: Some(account.to_owned()), name: None, email: None }
}

/// A pull request of `ann` to the repository `repo`.
pub(crate) fn pull_request(id: &str, created_at: Instant, merged: Option<(&str, Instant)>) -> PullRequest {
    let merged_at = merged.map(|(_, at)| at);
    PullRequest {
        id: id.to_owned(),
        repository: "repo".to_owned(),
        number: 1,
        title: "a change".to_owned(),
        state: if merged.is_some() { PullRequestState::Merged } else { PullRequestState::Open },
        draft: false,
        author: Some("ann".to_owned()),
        created_at,
        updated_at: created_at,
        closed_at: merged_at,
        merged_at,
        merged_by: None,
        merge_commit: merged.map(|(sha, _)| sha.to_owned()),
        base_branch: None,
        head_branch: None,
        first_commit_at: Some(created_at),
        commits: None,
        changed_files: None,
        additions: None,
        deletions: None,
        labels: Vec::new(),
        url: None,
        extra: Vec::new(),
    }
}

/// An approval of `bob`.
pub(crate) fn approval(id: &str, pull_request: &str, submitted_at: Instant) -> Record {
    Record::Review(Review {
        id: id.to_owned(),
        pull_request: pull_request.to_owned(),
        author: Some("bob".to_owned()),
        state: ReviewState::Approved,
        submitted_at,
        url: None,
        extra: Vec::new(),
    })
}

/// A deployment of the repository `repo` to production.
pub(crate) fn deployment(id: &str, sha: &str, outcome: Outcome, finished_at: Instant) -> Record {
    Record::Deployment(Deployment {
        id: id.to_owned(),
        repository: Some("repo".to_owned()),
        service: None,
        environment: "live".to_owned(),
        production: Some(true),
        sha: Some(sha.to_owned()),
        reference: None,
        outcome,
        author: None,
        created_at: finished_at,
        finished_at: Some(finished_at),
        url: None,
        extra: Vec::new(),
    })
}
