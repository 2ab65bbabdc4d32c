//! Connections with their streams. Settings, credentials and cursors are in no answer.

use api::{
    Authorized, Connection, ConnectionState, ConnectionSummary, Connections, ConnectionsRead, Pending, Slice, Stream,
};
use domain::{ConnectionId, WorkspaceId};
use store::connections::{self, ConnectionState as Stored};
use store::{Store, StoreError, runs, streams};

use super::{StoreBackend, fault};

impl Connections for StoreBackend {
    fn list_connections<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        slice: Slice<ConnectionId>,
    ) -> Pending<'a, Vec<ConnectionSummary>> {
        Box::pin(async move { list(&self.store, caller.workspace(), slice).await.map_err(fault) })
    }

    fn find_connection<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        id: ConnectionId,
    ) -> Pending<'a, Option<Connection>> {
        Box::pin(async move { find(&self.store, caller.workspace(), id).await.map_err(fault) })
    }
}

async fn list(
    store: &Store,
    workspace: WorkspaceId,
    slice: Slice<ConnectionId>,
) -> Result<Vec<ConnectionSummary>, StoreError> {
    let all = store.system_read("list the connections", async |tx| connections::list(tx, workspace).await).await?;
    let rest = all.into_iter().filter(|connection| slice.after.is_none_or(|after| connection.id > after));
    let shown: Vec<_> = rest.take(slice.limit).collect();
    store
        .workspace_read(workspace, "find when connections last caught up", async |tx| {
            let mut summaries = Vec::new();
            for connection in &shown {
                let last_success = runs::last_success(tx, connection.id).await?;
                summaries.extend(summary(connection, last_success));
            }
            Ok(summaries)
        })
        .await
}

async fn find(store: &Store, workspace: WorkspaceId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    let found = store.system_read("find a connection", async |tx| connections::find(tx, workspace, id).await).await?;
    let Some(connection) = found else { return Ok(None) };
    let (streams, last_success) = store
        .workspace_read(workspace, "read a connection's streams", async |tx| {
            Ok((streams::list(tx, id).await?, runs::last_success(tx, id).await?))
        })
        .await?;
    let summary = summary(&connection, last_success);
    Ok(summary.map(|summary| Connection { summary, streams: streams.into_iter().map(stream).collect() }))
}

/// What lists say of a connection; nothing of one that was removed.
fn summary(connection: &connections::Connection, last_success: Option<domain::Instant>) -> Option<ConnectionSummary> {
    let (state, runs) = match (connection.state, connection.failures) {
        (Stored::Active, 0) => (ConnectionState::Active, true),
        (Stored::Active, _) => (ConnectionState::BackingOff, true),
        (Stored::Paused, _) => (ConnectionState::Paused, false),
        (Stored::Failed, _) => (ConnectionState::Stopped, false),
        (Stored::Removed, _) => return None,
    };
    Some(ConnectionSummary {
        id: connection.id,
        name: connection.name.clone(),
        plugin: connection.plugin.clone(),
        state,
        created_at: connection.created_at.into(),
        last_success_at: last_success.map(Into::into),
        next_run_at: runs.then(|| connection.due_at.into()),
    })
}

fn stream(stream: streams::Stream) -> Stream {
    let streams::Stream { name, advanced_at, caught_up_at, failure, .. } = stream;
    Stream {
        name,
        // The page that caught up moved both at once; a page after it moves the first alone.
        caught_up: failure.is_none() && caught_up_at.is_some() && caught_up_at == advanced_at,
        last_page_at: advanced_at.map(Into::into),
        error: failure.map(|(failure, _)| failure.to_string()),
    }
}

#[cfg(test)]
mod tests;
