//! Two workers and one connection, by the store alone: their steps in every order that chance gives, and a clock that jumps.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use store::connections::{self, Lease, NewConnection, leases};
use store::pages::{self, PageCommit};
use store::runs::{self, NewRun};
use store::workspaces::{self, Workspace};
use store::{Store, StoreError, counts, fences};

use domain::record::Team;
use domain::{ConnectionId, Consent, Digest, Instant, Next, Page, Record, RecordKind, RunId, StreamMode, WorkspaceId};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const LEASE: Duration = Duration::from_secs(30);

/// What a worker does next. It does not know whether it was asleep before.
#[derive(Debug, Clone, Copy)]
enum Step {
    Claim,
    Begin,
    Commit,
    Extend,
    Sleep(u64),
}

#[derive(Default)]
struct Worker {
    lease: Option<Lease>,
    run: Option<RunId>,
}

struct World {
    store: Store,
    workspace: WorkspaceId,
    connection: ConnectionId,
    now: Instant,
    /// The highest fence that was raised.
    raised: i64,
    /// Teams of the pages that were taken.
    taken: BTreeSet<String>,
    /// Pages that came too late.
    stale: u32,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = Store::open(folder.path()).await.expect("a store");
        let (now, workspace, connection) = (Instant::from_micros(0), WorkspaceId::generate(), ConnectionId::generate());
        let (name, time_zone) = ("first".to_owned(), "UTC".to_owned());
        let new = Workspace { id: workspace, name, time_zone, created_at: now };
        store.system("make", async |tx| workspaces::create(tx, &new).await).await.expect("a workspace");
        let (raised, taken, stale) = (0, BTreeSet::new(), 0);
        Self { store, workspace, connection, now, raised, taken, stale, _folder: folder }
    }

    /// Another connection, that nobody has had.
    async fn connect(&mut self) {
        (self.connection, self.raised) = (ConnectionId::generate(), 0);
        let new = NewConnection {
            id: self.connection,
            workspace: self.workspace,
            plugin: "tests/guest".parse().expect("an id"),
            name: self.connection.to_string(),
            settings: serde_json::json!({}),
            directory: None,
            interval_seconds: 900,
            consented: Consent::default(),
            created_at: self.now,
        };
        let made = self.store.system("connect", async |tx| connections::create(tx, &new).await);
        made.await.expect("a connection");
    }

    async fn step(&mut self, worker: &mut Worker, owner: &str, step: Step) -> Result<(), StoreError> {
        match (step, &worker.lease, worker.run) {
            (Step::Sleep(seconds), ..) => {
                self.now = self.now.after(Duration::from_secs(seconds));
                Ok(())
            }
            (Step::Claim, ..) => {
                let claim =
                    async |tx: &mut store::SystemTx| leases::claim(tx, self.connection, self.now, owner, LEASE).await;
                if let Some(lease) = self.store.leases("claim", claim).await? {
                    *worker = Worker { lease: Some(lease), run: None };
                }
                Ok(())
            }
            (Step::Extend, Some(lease), _) => {
                let until = self.now.after(LEASE);
                let extended = self.store.leases("extend", async |tx| leases::extend(tx, lease, until).await).await;
                if extended.is_err() {
                    *worker = Worker::default();
                }
                Ok(())
            }
            (Step::Begin, Some(lease), None) => {
                let run = RunId::generate();
                let done = self.begin(run, lease.fence).await;
                assert_eq!(done.is_ok(), lease.fence >= self.raised, "{done:?}");
                if done.is_ok() {
                    (self.raised, worker.run) = (lease.fence, Some(run));
                }
                Ok(())
            }
            (Step::Commit, Some(lease), Some(run)) => {
                let team = format!("{owner}-{}", self.taken.len());
                let done = self.commit(run, lease.fence, &team).await;
                if lease.fence == self.raised {
                    done?;
                    self.taken.insert(team);
                } else {
                    assert!(matches!(done, Err(StoreError::StaleFence { .. })), "{done:?}");
                    self.stale += 1;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn begin(&self, run: RunId, fence: i64) -> Result<(), StoreError> {
        let new = NewRun {
            id: run,
            connection: self.connection,
            plugin: "tests/guest".parse().expect("an id"),
            version: "1.0.0".to_owned(),
            digest: Digest::from_bytes([7; 32]),
            fence,
            started_at: self.now,
        };
        let begin = async |tx: &mut store::WorkspaceTx| {
            fences::raise(tx, self.connection, fence).await?;
            runs::begin(tx, &new).await
        };
        self.store.workspace(self.workspace, "begin", begin).await
    }

    async fn commit(&self, run: RunId, fence: i64, team: &str) -> Result<(), StoreError> {
        let (id, name) = (team.to_owned(), team.to_owned());
        let records = vec![Record::Team(Team { id, name, parent: None, url: None, extra: Vec::new() })];
        let page = Page { records, next: Next::More(team.to_owned()) };
        let commit = PageCommit {
            connection: self.connection,
            stream: "teams",
            mode: StreamMode::Incremental,
            run,
            fence,
            sequence: 1,
            generation: 1,
            page: &page,
            state: None,
            now: self.now,
        };
        self.store.workspace(self.workspace, "commit", async |tx| pages::commit(tx, commit).await).await.map(drop)
    }

    async fn teams(&self) -> u64 {
        let counted = self.store.workspace_read(self.workspace, "count", async |tx| counts::of_records(tx).await).await;
        let counted = counted.expect("counts");
        counted.iter().find(|(kind, _)| *kind == RecordKind::Team).map_or(0, |(_, count)| *count)
    }
}

fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop_oneof![
        3 => Just(Step::Claim),
        3 => Just(Step::Begin),
        6 => Just(Step::Commit),
        1 => Just(Step::Extend),
        3 => (10..60u64).prop_map(Step::Sleep),
    ];
    proptest::collection::vec((any::<bool>(), step), 20..80)
}

#[test]
fn of_two_workers_in_any_order_only_the_one_whose_fence_is_raised_writes() {
    let runtime = Runtime::new().expect("a runtime");
    // One world for all orders, and another after one that broke.
    let (kept, stale) = (Cell::new(None), Cell::new(0));
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    let orders = || {
        proptest!(config.clone(), |(steps in steps())| {
            runtime.block_on(async {
                let mut world = match kept.take() {
                    Some(world) => world,
                    None => World::new().await,
                };
                world.connect().await;
                let mut workers = [Worker::default(), Worker::default()];
                for (which, step) in steps {
                    let worker = &mut workers[usize::from(which)];
                    world.step(worker, if which { "second" } else { "first" }, step).await.expect("the store works");
                }
                let expected = u64::try_from(world.taken.len()).expect("few");
                assert_eq!(world.teams().await, expected, "every page that was taken, and no other");
                stale.set(world.stale);
                kept.set(Some(world));
            });
        });
    };
    // How many pages come too late is chance, and two hundred are wanted.
    for _ in 0..8 {
        orders();
        if stale.get() >= 200 {
            return;
        }
    }
    panic!("only {} pages came too late", stale.get());
}
