//! The caller's workspace.

use api::{AnyToken, Authorized, Pending, Workspace, Workspaces};
use store::workspaces;

use super::{StoreBackend, fault};

impl Workspaces for StoreBackend {
    fn get_workspace<'a>(&'a self, caller: &'a Authorized<AnyToken>) -> Pending<'a, Workspace> {
        let id = caller.workspace();
        Box::pin(async move {
            let read = self.store.system_read("find a workspace", async |tx| workspaces::get(tx, id).await);
            let store::workspaces::Workspace { id, name, time_zone, created_at: _ } = read.await.map_err(fault)?;
            Ok(Workspace { id, name, time_zone })
        })
    }
}
