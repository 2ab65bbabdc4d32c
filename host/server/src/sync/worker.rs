//! The loop of `weighbridge serve`: claim what is due, run it, until the host is asked to stop.
//!
//! Which connection is next is decided in two steps. Workspaces stand in line for a worker, one place in the line for each
//! that has something due, and have it by weighted fair queueing (`turns`); the one whose turn it is runs what of its own
//! is due the longest. A long first sync therefore waits for others after a page, and a workspace with a thousand
//! connections waits for itself.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Clock};

use domain::{Instant, WorkspaceId};
use store::StoreError;
use store::budgets;
use store::connections::{Lease, leases};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use turns::{Places, Turns};

use super::run::{Turn, run};
use crate::config::Sync;
use crate::host::{Host, Machinery};
use crate::rollup::Roller;

/// How long one connection may hold a worker before the others of its workspace have theirs.
const TURN: Duration = Duration::from_secs(10 * 60);
/// How long it may before other workspaces that wait have theirs: a run begins with work that brings nothing.
const LEAST: Duration = Duration::from_secs(10);
/// How often what is due is looked for.
const POLL: Duration = Duration::from_secs(1);
/// Workspaces that stand in line. More that have something due come when these had their turn.
const IN_LINE: u32 = 256;

/// Who holds leases: this process, told apart from one of the same number before it.
#[must_use]
pub fn owner() -> String {
    format!("{}-{}", std::process::id(), Instant::now().as_micros())
}

/// Work until `stop`. What runs then ends after its page, whose cursor is committed, or without it where the page takes
/// long, and releases its lease.
pub async fn work(host: Host, machinery: Arc<Machinery>, roller: Arc<Roller>, stop: CancellationToken) {
    let workers = turns(&host);
    let workers =
        Workers { line: Mutex::default(), look: Notify::new(), owner: owner(), workers, host, machinery, roller, stop };
    Arc::new(workers).work().await;
}

fn turns(host: &Host) -> Turns<()> {
    let Sync { workers, workers_per_workspace, enabled: _, lease_ms: _, interval_minutes: _ } = host.config.sync;
    let (total, per_workspace) = (workers, workers_per_workspace);
    let places = Places { total, per_class: total, per_workspace, kept_one_in: 4 };
    Turns::new(places, host.store.weights().clone())
}

/// The workers, and the line of workspaces that want one.
struct Workers {
    host: Host,
    machinery: Arc<Machinery>,
    roller: Arc<Roller>,
    stop: CancellationToken,
    owner: String,
    workers: Turns<()>,
    line: Mutex<HashSet<WorkspaceId>>,
    /// Told when the line or what is due has changed.
    look: Notify,
}

impl Workers {
    async fn work(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        while !self.stop.is_cancelled() {
            while let Some(ended) = tasks.try_join_next() {
                note(ended);
            }
            for workspace in self.due().await {
                if self.line().insert(workspace) {
                    let workers = Arc::clone(&self);
                    tasks.spawn(async move { workers.next_of(workspace).await });
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.look.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while let Some(ended) = tasks.join_next().await {
            note(ended);
        }
    }

    /// The workspaces that have something due. What they weigh is read with it, so that a change counts within a poll.
    async fn due(&self) -> Vec<WorkspaceId> {
        let now = Instant::now();
        let read = async |tx: &mut store::SystemRead| {
            Ok::<_, StoreError>((budgets::weights(tx).await?, leases::due(tx, now, IN_LINE).await?))
        };
        match self.host.store.system_read("look for what is due", read).await {
            Ok((weights, due)) => {
                self.host.store.weights().replace(weights);
                due
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "sync.due.failed");
                Vec::new()
            }
        }
    }

    /// Wait for this workspace's turn, and run what it has due the longest.
    async fn next_of(&self, workspace: WorkspaceId) {
        let turn = tokio::select! {
            () = self.stop.cancelled() => return,
            turn = self.workers.take(workspace, ()) => turn,
        };
        let lease = self.claim(workspace).await;
        self.line().remove(&workspace);
        let Some(lease) = lease else { return };
        // It may have more that is due.
        self.look.notify_one();
        let watch = self.roller.watch(workspace);
        let (since, over) = (Clock::now(), AtomicBool::new(false));
        let is_over = || {
            let held = since.elapsed();
            let ends = held >= TURN || held >= LEAST && self.workers.is_wanted(&turn);
            over.fetch_or(ends, Ordering::Relaxed) || ends
        };
        let turn = Turn { stop: &self.stop, is_over: &is_over, progress: &|_, _, _| {} };
        one(&self.host, &self.machinery, &lease, &turn).await;
        drop(watch);
        self.look.notify_one();
    }

    async fn claim(&self, workspace: WorkspaceId) -> Option<Lease> {
        let (now, owner, lease) = (Instant::now(), &self.owner, self.host.config.sync.lease());
        let claim = async |tx: &mut store::SystemTx| leases::claim_due(tx, workspace, now, owner, lease).await;
        let claimed = self.host.store.leases("claim a due connection", claim).await;
        claimed.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "sync.claim.failed");
            None
        })
    }

    fn line(&self) -> MutexGuard<'_, HashSet<WorkspaceId>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panic is ours, and is not passed over.
fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(error = &error as &dyn std::error::Error, "sync.run.panicked");
    }
}

async fn one(host: &Host, machinery: &Machinery, lease: &Lease, turn: &Turn<'_>) {
    let clock = Clock::now();
    let ended = Box::pin(run(host, machinery, lease, turn)).await;
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (workspace, connection, plugin) = (lease.workspace, lease.connection, &lease.plugin);
    match ended {
        Ok(ending) => tracing::info!(
            workspace.id = %workspace,
            connection.id = %connection,
            plugin.id = %plugin,
            run.state = ?ending.state,
            run.records = ending.usage.records,
            run.error = ending.error(),
            duration_ms,
            "sync.run.ended"
        ),
        Err(error) => tracing::error!(
            workspace.id = %workspace,
            connection.id = %connection,
            plugin.id = %plugin,
            error = &error as &dyn std::error::Error,
            duration_ms,
            "sync.run.failed"
        ),
    }
}
