//! Fair turns in front of the instance pool.
//!
//! A full pool is an error, so it must never be reached: a call first takes a place of its workspace, then one of its
//! plugin, then one of the process, each first come, first served. Every call takes them in this order, and whoever
//! holds the last kind waits for nothing, so nobody waits for ever.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::{PluginId, WorkspaceId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// The turns of one engine.
#[derive(Debug)]
pub(crate) struct Turns {
    total: Arc<Semaphore>,
    plugins: Gates<PluginId>,
    workspaces: Gates<WorkspaceId>,
}

/// The right to have one instance.
#[derive(Debug)]
pub(crate) struct Turn {
    _permits: [OwnedSemaphorePermit; 3],
}

impl Turns {
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        let Concurrency { total, per_plugin, per_workspace } = concurrency;
        Self {
            total: Arc::new(Semaphore::new(total as usize)),
            plugins: Gates::new(per_plugin),
            workspaces: Gates::new(per_workspace),
        }
    }

    /// The plugin's gate, which its connector keeps.
    pub(crate) fn plugin(&self, id: &PluginId) -> Arc<Semaphore> {
        self.plugins.gate(id)
    }

    /// How many calls of this plugin and of this workspace run at a time from now on. Where more run already, the next ones
    /// wait until fewer do.
    pub(crate) fn allow(&self, plugin: (&PluginId, u32), workspace: (WorkspaceId, u32)) {
        self.plugins.allow(plugin.0, plugin.1);
        self.workspaces.allow(&workspace.0, workspace.1);
    }

    /// Wait for a turn. None when the engine is gone.
    pub(crate) async fn take(&self, plugin: &Arc<Semaphore>, workspace: WorkspaceId) -> Option<Turn> {
        let workspace = self.workspaces.gate(&workspace).acquire_owned().await.ok()?;
        let plugin = Arc::clone(plugin).acquire_owned().await.ok()?;
        let total = Arc::clone(&self.total).acquire_owned().await.ok()?;
        Some(Turn { _permits: [workspace, plugin, total] })
    }
}

/// One semaphore for each key that is in use.
#[derive(Debug)]
struct Gates<K> {
    places: u32,
    known: Mutex<HashMap<K, Known>>,
}

/// A key's semaphore, as long as somebody holds it, with the places that it has and those that it is to have.
#[derive(Debug)]
struct Known {
    gate: Weak<Semaphore>,
    places: u32,
    wanted: u32,
}

impl<K: Hash + Eq + Clone> Gates<K> {
    fn new(places: u32) -> Self {
        Self { places, known: Mutex::default() }
    }

    fn gate(&self, key: &K) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = known.get(key).and_then(|known| known.gate.upgrade()) {
            return gate;
        }
        // Forget the keys that nobody holds before the map would grow, so that it stays as large as what is in use.
        if known.len() == known.capacity() {
            known.retain(|_, known| known.gate.strong_count() > 0 || known.wanted != self.places);
        }
        let wanted = known.get(key).map_or(self.places, |known| known.wanted);
        let gate = Arc::new(Semaphore::new(wanted as usize));
        known.insert(key.clone(), Known { gate: Arc::downgrade(&gate), places: wanted, wanted });
        gate
    }

    /// Give a key so many places. Those that are in use are taken away when it is asked again after they were given back.
    fn allow(&self, key: &K, wanted: u32) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.get_mut(key) else {
            if wanted != self.places {
                all.insert(key.clone(), Known { gate: Weak::new(), places: wanted, wanted });
            }
            return;
        };
        known.wanted = wanted;
        let Some(gate) = known.gate.upgrade() else { return };
        if wanted > known.places {
            gate.add_permits((wanted - known.places) as usize);
            known.places = wanted;
        } else {
            let taken = gate.forget_permits((known.places - wanted) as usize);
            known.places -= u32::try_from(taken).unwrap_or(known.places - wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_busy_workspace_waits_and_another_does_not() {
        let turns = Turns::new(Concurrency { total: 4, per_plugin: 4, per_workspace: 1 });
        let plugin = turns.plugin(&"acme/git".parse().expect("an id"));
        let (busy, other) = (WorkspaceId::generate(), WorkspaceId::generate());
        let held = turns.take(&plugin, busy).await.expect("a turn");
        assert!(turns.take(&plugin, busy).now_or_never().is_none());
        assert!(turns.take(&plugin, other).now_or_never().is_some());
        drop(held);
        assert!(turns.take(&plugin, busy).now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_is_allowed_counts_at_the_next_call_whether_it_is_more_or_less() {
        let turns = Turns::new(Concurrency { total: 8, per_plugin: 8, per_workspace: 2 });
        let (id, workspace) = ("acme/git".parse().expect("an id"), WorkspaceId::generate());
        let plugin = turns.plugin(&id);
        let first = turns.take(&plugin, workspace).await.expect("a turn");
        turns.allow((&id, 8), (workspace, 1));
        assert!(turns.take(&plugin, workspace).now_or_never().is_none(), "one runs");
        turns.allow((&id, 8), (workspace, 3));
        let more = [turns.take(&plugin, workspace).await, turns.take(&plugin, workspace).await];
        assert!(turns.take(&plugin, workspace).now_or_never().is_none(), "three run");
        drop((first, more));
        turns.allow((&id, 1), (workspace, 3));
        let held = turns.take(&plugin, workspace).await.expect("a turn");
        assert!(turns.take(&plugin, workspace).now_or_never().is_none(), "one of the plugin runs");
        drop(held);
        assert!(turns.take(&plugin, workspace).now_or_never().is_some());
    }

    #[test]
    fn gates_of_nobody_are_forgotten() {
        let gates = Gates::<u32>::new(1);
        for key in 0..10_000 {
            drop(gates.gate(&key));
        }
        assert!(gates.known.lock().expect("the lock").len() < 64);
    }
}
