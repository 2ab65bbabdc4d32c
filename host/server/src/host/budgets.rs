//! What calls may cost: the manifest's wishes, the operator's overrides and the host's ceiling brought together.

use domain::budget::limits::{Layers, Limits};
use domain::{Budget, PluginId, WorkspaceId};
use store::StoreError;
use store::budgets::{self, Found};

use super::Host;

impl Host {
    /// What a call of this plugin may cost in this workspace. Read anew for each call, so that what an operator sets counts
    /// at the next one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn limits(&self, plugin: &PluginId, workspace: WorkspaceId, asked: Budget) -> Result<Limits, StoreError> {
        let found = self
            .store
            .system_read("find what is set of budgets", async |tx| budgets::concerning(tx, plugin, workspace).await)
            .await?;
        let Found { plugin, workspace, both, plugin_calls: _, workspace_calls: _ } = found;
        Ok(Layers { asked, plugin, workspace, both, ceiling: self.config.budgets.ceiling }.limits())
    }
}
