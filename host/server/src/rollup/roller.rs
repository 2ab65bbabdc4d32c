//! The task of `weighbridge serve` that keeps roll-ups up with the records.
//!
//! It is one for the whole process, so that two roll-ups of a workspace do not throw each other's work away. It looks at
//! every workspace when it starts, for what a host that was killed has left; at a workspace in which something runs, every
//! few seconds for one batch, so that figures grow while a long run goes on and pages still come first; and once nothing
//! runs there, until all is done. Workspaces take turns, a batch each.
//!
//! Settling which deployments contain which merges costs what changes, and in a first sync, which brings the newest first,
//! nearly everything changes with every page. So while something runs, it is put off until nine times as long has passed as
//! the last time took: it has a tenth of the time at most.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::WorkspaceId;
use store::{Store, StoreError, workspaces};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Pass;

/// How often the workspaces in which something runs are looked at.
const TICK: Duration = Duration::from_secs(2);
/// For how many times as long as it took settling is put off.
const REST: u32 = 9;

/// Who rolls up, and what it knows of who writes.
#[derive(Debug)]
pub struct Roller {
    store: Store,
    known: Mutex<Known>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Known {
    /// How many runs go on.
    running: BTreeMap<WorkspaceId, usize>,
    /// Where there may be marks though nothing runs.
    due: BTreeSet<WorkspaceId>,
    /// Until when settling is put off while something runs.
    resting: BTreeMap<WorkspaceId, Instant>,
}

/// A run that goes on. When it is dropped, what the run brought is rolled up to its end.
#[derive(Debug)]
pub struct Watch {
    roller: Arc<Roller>,
    workspace: WorkspaceId,
}

impl Roller {
    /// One that knows of no run.
    #[must_use]
    pub fn new(store: Store) -> Arc<Self> {
        Arc::new(Self { store, known: Mutex::default(), wake: Notify::new() })
    }

    /// Say that a run of this workspace begins.
    #[must_use]
    pub fn watch(self: &Arc<Self>, workspace: WorkspaceId) -> Watch {
        *self.known().running.entry(workspace).or_default() += 1;
        Watch { roller: Arc::clone(self), workspace }
    }

    /// Roll up until `stop`. What is marked then stays so until the next start.
    pub async fn roll(&self, stop: CancellationToken) {
        if let Err(error) = self.look_at_all().await {
            tracing::error!(error = &error as &dyn std::error::Error, "rollup.list.failed");
        }
        while !stop.is_cancelled() {
            if self.round(&stop).await {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(TICK) => self.store.close_removed().await,
            }
        }
    }

    async fn look_at_all(&self) -> Result<(), StoreError> {
        let all = self.store.system_read("list the workspaces", async |tx| workspaces::list(tx).await).await?;
        self.known().due.extend(all.into_iter().map(|workspace| workspace.id));
        Ok(())
    }

    /// A batch of each workspace that may have marks; whether one in which nothing runs may have more.
    async fn round(&self, stop: &CancellationToken) -> bool {
        let mut again = false;
        for (workspace, runs) in self.turns() {
            if stop.is_cancelled() {
                return false;
            }
            let more = self.batch(workspace, runs).await.unwrap_or_else(|error| {
                tracing::error!(workspace.id = %workspace, error = &error as &dyn std::error::Error, "rollup.failed");
                self.known().due.insert(workspace);
                false
            });
            if more {
                self.known().due.insert(workspace);
                again |= !runs;
            }
        }
        again
    }

    /// Whose turn it is, and whether something runs there. They are due no more, unless that is said again.
    fn turns(&self) -> Vec<(WorkspaceId, bool)> {
        let mut known = self.known();
        let mut turns: BTreeMap<_, _> = std::mem::take(&mut known.due).into_iter().map(|due| (due, false)).collect();
        turns.extend(known.running.keys().map(|running| (*running, true)));
        turns.into_iter().collect()
    }

    async fn batch(&self, workspace: WorkspaceId, runs: bool) -> Result<bool, StoreError> {
        let pass = Pass::begin(&self.store, workspace).await?;
        let begun = Instant::now();
        if !runs || self.known().resting.get(&workspace).is_none_or(|until| *until <= begun) {
            pass.settle().await?;
            let done = Instant::now();
            self.known().resting.insert(workspace, done + (done - begun) * REST);
        }
        pass.step().await
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut known = self.roller.known();
        if let Some(runs) = known.running.get_mut(&self.workspace) {
            *runs -= 1;
            if *runs == 0 {
                known.running.remove(&self.workspace);
            }
        }
        known.due.insert(self.workspace);
        self.roller.wake.notify_one();
    }
}

#[cfg(test)]
mod tests;
