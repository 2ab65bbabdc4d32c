//! Whose turn it is to have an instance, and to compute.
//!
//! A full pool is an error, so it must never be reached: a call waits for a place in it, fairly between workspaces. There
//! are more places than processors, since most calls wait for their source most of the time; so a guest that computes has
//! a processor only for its turn too, and gives it up at a tick when somebody waits who had less.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::{PluginId, WorkspaceId};
use turns::{Places, Weights};
pub(crate) use turns::{Turn, Turns};

/// How many calls run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// In all. The pool has exactly as many places.
    pub total: u32,
    /// Of one plugin.
    pub per_plugin: u32,
    /// Of one workspace.
    pub per_workspace: u32,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { total: 64, per_plugin: 32, per_workspace: 16 }
    }
}

impl Concurrency {
    /// The turns at its places.
    pub(crate) fn turns(self, weights: Weights) -> Turns<PluginId> {
        let Self { total, per_plugin, per_workspace } = self;
        Turns::new(Places { total, per_class: per_plugin, per_workspace, kept_one_in: 4 }, weights)
    }
}

/// The turns at the processors of this machine.
pub(crate) fn processors(weights: Weights) -> Turns<()> {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Turns::new(Places { total: count, per_class: count, per_workspace: count, kept_one_in: 0 }, weights)
}

/// A call's place at a processor, while its guest computes.
#[derive(Debug)]
pub(crate) struct Processor {
    turns: Turns<()>,
    workspace: WorkspaceId,
    held: Arc<Mutex<Held>>,
}

/// Shared with the future that waits for the next turn, which cannot reach the call's store.
#[derive(Debug, Default)]
struct Held {
    turn: Option<Turn<()>>,
    since: Option<Instant>,
}

impl Processor {
    /// None held yet.
    pub(crate) fn new(turns: Turns<()>, workspace: WorkspaceId) -> Self {
        Self { turns, workspace, held: Arc::default() }
    }

    /// Wait for one.
    pub(crate) fn take(&self) -> impl Future<Output = ()> + Send + 'static {
        let (turns, workspace, held) = (self.turns.clone(), self.workspace, Arc::clone(&self.held));
        async move {
            let turn = turns.take(workspace, ()).await;
            *lock(&held) = Held { turn: Some(turn), since: Some(Instant::now()) };
        }
    }

    /// Let others have it.
    pub(crate) fn leave(&self) {
        // Dropped after the lock is free: it hands out the place.
        let turn = lock(&self.held).turn.take();
        drop(turn);
    }

    /// Since when it is held, if that was not asked before.
    pub(crate) fn resumed(&self) -> Option<Instant> {
        lock(&self.held).since.take()
    }

    /// Whether somebody waits for it who had less.
    pub(crate) fn is_wanted(&self) -> bool {
        lock(&self.held).turn.as_ref().is_some_and(|turn| self.turns.is_wanted(turn))
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
