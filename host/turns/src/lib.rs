//! Whose turn it is: weighted fair queueing between workspaces, for whatever there are few places of.
//!
//! Whoever had the least, for its weight, is next. What a workspace had is the time that it held its places (virtual time,
//! as in start-time fair queueing: Goyal, Vin and Cheng, 1996); one that comes back after a rest starts where the others
//! are, so that rest is not saved up. A workspace that asks ten times as often as others therefore waits for itself, and
//! delays another by no more than the turn that is just being held.
//!
//! Places are also counted for each workspace and for each class (a plugin, say), and nobody waits behind one whose class
//! or workspace is full. Within a workspace and a class, first come is first served.

#![forbid(unsafe_code)]

mod queue;
mod weights;

use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::WorkspaceId;
use tokio::time::Instant;

use queue::{Granted, Queue};
pub use weights::{WEIGHT, Weights};

/// How many places there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// In all.
    pub total: u32,
    /// Of one class.
    pub per_class: u32,
    /// Of one workspace.
    pub per_workspace: u32,
    /// One in so many, of all and of those of a class, is kept for workspaces that have none, so that one that comes need
    /// not wait for a turn of those that are there. 0 keeps none, where turns are short.
    pub kept_one_in: u32,
}

/// The turns at one kind of place. Cheap to clone.
pub struct Turns<C: Hash + Eq + Clone> {
    queue: Arc<Mutex<Queue<C>>>,
}

/// The right to one place, given back when it is dropped.
pub struct Turn<C: Hash + Eq + Clone> {
    turns: Turns<C>,
    granted: Granted<C>,
    since: Instant,
}

impl<C: Hash + Eq + Clone> Clone for Turns<C> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<C: Hash + Eq + Clone> Turns<C> {
    /// Turns at so many places, shared out by these weights.
    #[must_use]
    pub fn new(places: Places, weights: Weights) -> Self {
        Self { queue: Arc::new(Mutex::new(Queue::new(places, weights))) }
    }

    /// Give a class so many places from now on. Where it holds more, it gets none until it holds fewer.
    pub fn allow_class(&self, class: &C, places: u32) {
        self.queue().allow_class(class, places);
        self.hand_out();
    }

    /// Give a workspace so many places from now on, as for a class.
    pub fn allow_workspace(&self, workspace: WorkspaceId, places: u32) {
        self.queue().allow_workspace(workspace, places);
        self.hand_out();
    }

    /// Wait for a turn. Dropping the future leaves the queue.
    pub async fn take(&self, workspace: WorkspaceId, class: C) -> Turn<C> {
        loop {
            let waiting = {
                let mut queue = self.queue();
                if let Some(charged) = queue.seize(workspace, &class) {
                    return self.turn(Granted { workspace, class, charged });
                }
                queue.wait(workspace, class.clone())
            };
            // The sender is dropped with the queue alone, which lives as long as this.
            if let Ok(turn) = waiting.await {
                return turn;
            }
        }
    }

    /// Whether somebody who is waiting has had less than this workspace, and could have its place.
    #[must_use]
    pub fn is_wanted(&self, turn: &Turn<C>) -> bool {
        self.queue().is_wanted(&turn.granted, turn.since.elapsed())
    }

    /// Give what is free to those who wait.
    fn hand_out(&self) {
        loop {
            let next = self.queue().next();
            let Some((granted, waiting)) = next else { return };
            // Handed over as a turn, so that one who goes away at this moment gives it back.
            drop(waiting.send(self.turn(granted)));
        }
    }

    fn turn(&self, granted: Granted<C>) -> Turn<C> {
        Turn { turns: self.clone(), granted, since: Instant::now() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<C>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Hash + Eq + Clone> fmt::Debug for Turns<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").field("held", &self.queue().held()).finish_non_exhaustive()
    }
}

impl<C: Hash + Eq + Clone> fmt::Debug for Turn<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("workspace", &self.granted.workspace).finish_non_exhaustive()
    }
}

impl<C: Hash + Eq + Clone> Drop for Turn<C> {
    fn drop(&mut self) {
        self.turns.queue().release(&self.granted, self.since.elapsed());
        self.turns.hand_out();
    }
}

#[cfg(test)]
mod tests;
