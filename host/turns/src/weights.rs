//! How much of everything a workspace gets beside others.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::WorkspaceId;

/// What a weight is measured against: a workspace that has twice as much gets twice as much.
pub const WEIGHT: u32 = 100;

/// The weights of workspaces, for every queue of a process. Cheap to clone; clones are the same.
///
/// A workspace's share is its weight over the sum of the weights of all that want something at that time.
#[derive(Debug, Clone, Default)]
pub struct Weights(Arc<RwLock<HashMap<WorkspaceId, u32>>>);

impl Weights {
    /// Let a workspace weigh so much from its next turn on. 0 counts as 1.
    pub fn set(&self, workspace: WorkspaceId, weight: u32) {
        if self.of(workspace) == weight {
            return;
        }
        let mut weights = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match weight {
            // What most have is not remembered, so that this does not grow with every workspace there ever was.
            WEIGHT => weights.remove(&workspace),
            other => weights.insert(workspace, other.max(1)),
        };
    }

    /// The same for all workspaces: those that are not named have the usual [`WEIGHT`].
    pub fn replace(&self, named: impl IntoIterator<Item = (WorkspaceId, u32)>) {
        let named = named.into_iter().map(|(workspace, weight)| (workspace, weight.max(1))).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = named;
    }

    /// What a workspace weighs.
    #[must_use]
    pub fn of(&self, workspace: WorkspaceId) -> u32 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).copied().unwrap_or(WEIGHT)
    }
}
