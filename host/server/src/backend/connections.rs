//! Connections with their streams. Settings, credentials and cursors are in no answer.

use api::{
    Authorized, Connection, ConnectionState, ConnectionSummary, Connections, ConnectionsRead, Pending, Slice, Stream,
};
use domain::run::RunState;
use domain::{ConnectionId, WorkspaceId};
use store::connections::{self, ConnectionState as Stored};
use store::{Store, StoreError, WorkspaceRead, runs, streams};

use super::runs::in_words;
use super::{StoreBackend, fault};

/// How many runs back a reason is looked for.
const LOOKED_AT: u32 = 8;

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

/// Connections of a workspace without the removed, oldest first, from after `slice.after`.
pub(crate) async fn list(
    store: &Store,
    workspace: WorkspaceId,
    slice: Slice<ConnectionId>,
) -> Result<Vec<ConnectionSummary>, StoreError> {
    let all = store.system_read("list the connections", async |tx| connections::list(tx, workspace).await).await?;
    let rest = all.into_iter().filter(|connection| slice.after.is_none_or(|after| connection.id > after));
    let shown: Vec<_> = rest.take(slice.limit).collect();
    store
        .workspace_read(workspace, "find how connections last ran", async |tx| {
            let mut summaries = Vec::new();
            for connection in &shown {
                summaries.extend(summary(tx, connection).await?);
            }
            Ok(summaries)
        })
        .await
}

/// A connection of a workspace with its streams, unless it was removed.
pub(crate) async fn find(
    store: &Store,
    workspace: WorkspaceId,
    id: ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    let found = store.system_read("find a connection", async |tx| connections::find(tx, workspace, id).await).await?;
    let Some(connection) = found else { return Ok(None) };
    store
        .workspace_read(workspace, "read a connection's streams", async |tx| {
            let Some(summary) = summary(tx, &connection).await? else { return Ok(None) };
            let streams = streams::list(tx, id).await?.into_iter().map(stream).collect();
            Ok(Some(Connection { summary, streams }))
        })
        .await
}

/// What lists say of a connection; nothing of one that was removed.
async fn summary(
    tx: &mut WorkspaceRead,
    connection: &connections::Connection,
) -> Result<Option<ConnectionSummary>, StoreError> {
    let (state, runs) = match (connection.state, connection.failures) {
        (Stored::Active, 0) => (ConnectionState::Active, true),
        (Stored::Active, _) => (ConnectionState::BackingOff, true),
        (Stored::Paused, _) => (ConnectionState::Paused, false),
        (Stored::Failed, _) => (ConnectionState::Stopped, false),
        (Stored::Removed, _) => return Ok(None),
    };
    let reason = match state {
        ConnectionState::Stopped => connection.reason.clone(),
        ConnectionState::BackingOff => last_failure(tx, connection.id).await?,
        ConnectionState::Active | ConnectionState::Paused => None,
    };
    Ok(Some(ConnectionSummary {
        id: connection.id,
        name: connection.name.clone(),
        plugin: connection.plugin.clone(),
        state,
        reason,
        created_at: connection.created_at.into(),
        last_success_at: runs::last_success(tx, connection.id).await?.map(Into::into),
        next_run_at: runs.then(|| connection.due_at.into()),
    }))
}

/// What went wrong last, unless it has gone well since. A run that goes on, or was broken off, has nothing to say.
async fn last_failure(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<Option<String>, StoreError> {
    let recent = runs::list(tx, Some(connection), None, LOOKED_AT).await?;
    let mut failures = recent.into_iter().take_while(|run| run.state != RunState::Succeeded);
    Ok(failures.find_map(|run| run.error).map(|error| in_words(&error)))
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
