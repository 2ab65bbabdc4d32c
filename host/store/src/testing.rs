//! A store with one workspace, on either engine, and records to fill it with.
//!
//! A behaviour is tested on both engines: a test is written once, and `also_on_postgres!` names it. On PostgreSQL each
//! test has a database of its own on the server of `WEIGHBRIDGE_TEST_POSTGRES`, which `cargo xtask test` starts.

mod every_kind;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use domain::record::{
    AccountKind, Comment, CommentKind, Commit, Deployment, Outcome, Person, PullRequest, PullRequestState, Review,
    ReviewState, Signature, SubjectKind,
};
use domain::{ConnectionId, Digest, Instant, Next, Page, Record, RunId, StreamMode, WorkspaceId};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::pages::{self, PageCommit, PageCommitted};
use crate::runs::NewRun;
use crate::sql::Statement;
use crate::workspaces::Workspace;
use crate::{Store, StoreError, fences, runs, workspaces};

pub(crate) const DAY: i64 = 86_400_000_000;

/// Noon of a day, counted from 1970.
pub(crate) fn noon(day: i64) -> Instant {
    Instant::from_micros(day * DAY + DAY / 2)
}

pub(crate) use every_kind::every_kind;

thread_local! {
    static ON_POSTGRES: Cell<bool> = const { Cell::new(false) };
}

/// Runs tests that are written for any engine on PostgreSQL, too.
macro_rules! also_on_postgres {
    ($($test:ident),* $(,)?) => {
        mod on_postgres {$(
            #[test]
            fn $test() -> impl std::process::Termination {
                crate::testing::on_postgres(|| super::$test())
            }
        )*}
    };
}
pub(crate) use also_on_postgres;

/// A test has one thread, on which its engine stands.
pub(crate) fn on_postgres<T>(test: impl FnOnce() -> T) -> T {
    ON_POSTGRES.set(true);
    test()
}

/// The role as which hosts come in, and its password: the server is thrown away with them.
const HOST: (&str, &str) = ("weighbridge_host", "a-test");
const SERVER: &str = "WEIGHBRIDGE_TEST_POSTGRES";

/// A database of its own on the server for tests.
pub(crate) struct TestDatabase {
    /// As its owner, a superuser.
    pub(crate) owner_url: String,
    /// As a host.
    pub(crate) url: String,
}

impl TestDatabase {
    /// One without a schema.
    pub(crate) async fn empty() -> Self {
        let server = std::env::var(SERVER).unwrap_or_else(|_| {
            panic!("{SERVER} has no address of a PostgreSQL superuser: run `cargo xtask test`, which starts a server")
        });
        let name = format!("weighbridge_{}", Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&server).await.expect("the server for tests");
        let (role, password) = HOST;
        let make_role = format!(
            "DO $$ BEGIN PERFORM pg_advisory_xact_lock(1);
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} LOGIN PASSWORD '{password}'; END IF; END $$"
        );
        sqlx::raw_sql(AssertSqlSafe(make_role)).execute(&mut admin).await.expect("the role");
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.expect("a database");
        admin.close().await.expect("closing");
        let (rest, _) = server.rsplit_once('/').expect("the server's address names a database");
        let (_, host) = rest.rsplit_once('@').expect("the server's address names a user");
        Self { owner_url: format!("{rest}/{name}"), url: format!("postgres://{role}:{password}@{host}/{name}") }
    }

    /// One that hosts can use.
    pub(crate) async fn new() -> Self {
        let database = Self::empty().await;
        database.migrated().await;
        database
    }

    /// From which number to which its schema went.
    pub(crate) async fn migrated(&self) -> (i64, i64) {
        Store::migrate(&self.owner_url, HOST.0).await.expect("a schema")
    }

    /// Runs statements as the owner.
    pub(crate) async fn as_owner(&self, text: impl Into<String>) {
        let mut owner = PgConnection::connect(&self.owner_url).await.expect("the owner comes in");
        sqlx::raw_sql(AssertSqlSafe(text.into())).execute(&mut owner).await.expect("a statement");
        owner.close().await.expect("closing");
    }

    /// The address of a role of its own, whose name is put behind this statement.
    pub(crate) async fn with_role(&self, statement: &str) -> String {
        let (name, password) = (format!("role_{}", Uuid::now_v7().simple()), "a-test");
        self.as_owner(format!("CREATE ROLE {name} LOGIN PASSWORD '{password}'; {statement} {name}")).await;
        let (_, rest) = self.url.rsplit_once('@').expect("an address with a user");
        Store::migrate(&self.owner_url, &name).await.expect("a schema");
        format!("postgres://{name}:{password}@{rest}")
    }
}

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    pub(crate) connection: ConnectionId,
    pub(crate) run: RunId,
    pub(crate) folder: TempDir,
    /// The database that it is in; none where it is a folder.
    pub(crate) database: Option<TestDatabase>,
}

impl Bench {
    /// One on the engine that the test stands on.
    pub(crate) async fn new() -> Self {
        if ON_POSTGRES.get() { Self::shared().await } else { Self::with(None).await }
    }

    /// One on PostgreSQL.
    pub(crate) async fn shared() -> Self {
        Self::with(Some(TestDatabase::new().await)).await
    }

    async fn with(database: Option<TestDatabase>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = match &database {
            Some(database) => Store::connect(&database.url).await.expect("a store"),
            None => Store::open(folder.path()).await.expect("a store"),
        };
        let workspace = new_workspace(&store, "first").await;
        let connection = ConnectionId::generate();
        let bench = Self { store, workspace, connection, run: RunId::generate(), folder, database };
        bench.lease(bench.connection, bench.run, 1).await.expect("a lease");
        bench
    }

    /// Goes on with another bench's connection and run.
    pub(crate) async fn adopt_ids(&mut self, other: &Self) {
        (self.connection, self.run) = (other.connection, other.run);
        self.lease(self.connection, self.run, 1).await.expect("a lease");
    }

    /// The same store, opened again.
    pub(crate) async fn reopened(&self) -> Result<Store, StoreError> {
        match &self.database {
            Some(database) => Store::connect(&database.url).await,
            None => Store::open(self.folder.path()).await,
        }
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

/// The names of the tables that a schema makes.
pub(crate) fn tables<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let made = texts.flat_map(|text| text.split("CREATE TABLE ").skip(1));
    made.filter_map(|rest| rest.split_whitespace().next()).map(str::to_owned).collect()
}

/// A statement that only a test runs.
pub(crate) fn statement(text: impl Into<String>) -> &'static Statement {
    Box::leak(Box::new(Statement::new("a test", text.into().leak())))
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
