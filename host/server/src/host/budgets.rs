//! What calls may cost: the manifest's wishes, the operator's overrides and the host's ceiling brought together.

use domain::budget::limits::{Layers, Limits};
use domain::{Budget, PluginId, WorkspaceId};
use store::StoreError;
use store::budgets::{self, Found};

use super::Host;

/// How many calls may run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Of the plugin.
    pub plugin: u32,
    /// Of the workspace.
    pub workspace: u32,
}

impl Host {
    /// What a call of this plugin may cost in this workspace, and how many of their calls may run at a time. Read anew for
    /// each call, so that what an operator sets counts at the next one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn limits(
        &self,
        plugin: &PluginId,
        workspace: WorkspaceId,
        asked: Budget,
    ) -> Result<(Limits, Places), StoreError> {
        let read = async |tx: &mut store::SystemRead| budgets::concerning(tx, Some(plugin), Some(workspace)).await;
        let found = self.store.system_read("find what is set of budgets", read).await?;
        let places = self.places(&found);
        Ok((self.limits_of(found, asked), places))
    }

    /// The same from what was found set.
    #[must_use]
    pub fn limits_of(&self, found: Found, asked: Budget) -> Limits {
        let Found { plugin, workspace, both, plugin_calls: _, workspace_calls: _ } = found;
        Layers { asked, plugin, workspace, both, ceiling: self.config.budgets.ceiling }.limits()
    }

    /// How many calls may run at a time, as far as it was set, and as configured otherwise.
    #[must_use]
    pub fn places(&self, found: &Found) -> Places {
        let settings = &self.config.sandbox;
        Places {
            plugin: found.plugin_calls.unwrap_or(settings.concurrent_calls_per_plugin),
            workspace: found.workspace_calls.unwrap_or(settings.concurrent_calls_per_workspace),
        }
    }
}
