//! Connections with their streams. Settings, credentials and cursors are in no answer.

use api::{
    Authorized, Connection, ConnectionState, ConnectionSummary, Connections, ConnectionsRead, Pending, Slice, Stream,
};
use domain::run::RunState;
use domain::{ConnectionId, Digest, WorkspaceId};
use store::connections::{self, ConnectionState as Stored};
use store::plugins::{self, Plugin};
use store::{Store, StoreError, SystemRead, WorkspaceRead, runs, streams};

use super::runs::in_words;
use super::{StoreBackend, fault};
use crate::upgrade::held_in_words;

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
    let shown = store
        .system_read("list the connections", async |tx| {
            let all = connections::list(tx, workspace).await?;
            let rest = all.into_iter().filter(|connection| slice.after.is_none_or(|after| connection.id > after));
            let mut shown = Vec::new();
            for connection in rest.take(slice.limit) {
                shown.push((Releases::of(tx, &connection).await?, connection));
            }
            Ok(shown)
        })
        .await?;
    store
        .workspace_read(workspace, "find how connections last ran", async |tx| {
            let mut summaries = Vec::new();
            for (releases, connection) in &shown {
                summaries.extend(summary(tx, connection, releases).await?);
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
    let found = store
        .system_read("find a connection", async |tx| match connections::find(tx, workspace, id).await? {
            Some(connection) => Ok(Some((Releases::of(tx, &connection).await?, connection))),
            None => Ok(None),
        })
        .await?;
    let Some((releases, connection)) = found else { return Ok(None) };
    let running = releases.running.as_ref().map(|running| running.digest);
    store
        .workspace_read(workspace, "read a connection's streams", async |tx| {
            let Some(summary) = summary(tx, &connection, &releases).await? else { return Ok(None) };
            let streams = streams::list(tx, id).await?.into_iter().map(|one| stream(one, running)).collect();
            Ok(Some(Connection { summary, streams }))
        })
        .await
}

/// The releases of a connection's plugin, as far as they concern it.
struct Releases {
    /// What it runs.
    running: Option<Plugin>,
    /// What it would run, were it not held.
    held: Option<Plugin>,
    /// The live one, where the connection stays on another.
    live: Option<Plugin>,
}

impl Releases {
    async fn of(tx: &mut SystemRead, connection: &connections::Connection) -> Result<Self, StoreError> {
        let live = match connection.package {
            Some(_) => plugins::find_active(tx, &connection.plugin).await?,
            None => None,
        };
        Ok(Self {
            running: plugins::find_running(tx, connection.id).await?,
            held: plugins::find_held(tx, &connection.plugin).await?,
            live,
        })
    }
}

/// What lists say of a connection; nothing of one that was removed.
async fn summary(
    tx: &mut WorkspaceRead,
    connection: &connections::Connection,
    releases: &Releases,
) -> Result<Option<ConnectionSummary>, StoreError> {
    let Releases { running, held, live } = releases;
    let (state, runs) = match (connection.state, connection.failures) {
        (Stored::Active, _) if held.is_some() && running.is_none() => (ConnectionState::Quarantined, false),
        (Stored::Active, 0) => (ConnectionState::Active, true),
        (Stored::Active, _) => (ConnectionState::BackingOff, true),
        (Stored::Paused, _) => (ConnectionState::Paused, false),
        (Stored::Failed, _) if connection.quarantined_by.is_some() => (ConnectionState::Quarantined, false),
        (Stored::Failed, _) => (ConnectionState::Stopped, false),
        (Stored::Removed, _) => return Ok(None),
    };
    let reason = match state {
        ConnectionState::Quarantined if connection.quarantined_by.is_none() => held.as_ref().map(held_in_words),
        ConnectionState::Stopped | ConnectionState::Quarantined => connection.reason.clone(),
        ConnectionState::BackingOff => last_failure(tx, connection.id).await?,
        ConnectionState::Active | ConnectionState::Paused => None,
    };
    Ok(Some(ConnectionSummary {
        id: connection.id,
        name: connection.name.clone(),
        plugin: connection.plugin.clone(),
        plugin_version: running.as_ref().map(|running| running.version.clone()),
        waits_for_consent_to: live.as_ref().map(|live| live.version.clone()),
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

fn stream(stream: streams::Stream, running: Option<Digest>) -> Stream {
    let set_aside = running.is_some_and(|running| stream.is_set_aside_from(running));
    let streams::Stream { name, advanced_at, caught_up_at, failure, .. } = stream;
    Stream {
        set_aside,
        name,
        // The page that caught up moved both at once; a page after it moves the first alone.
        caught_up: failure.is_none() && caught_up_at.is_some() && caught_up_at == advanced_at,
        last_page_at: advanced_at.map(Into::into),
        error: failure.map(|(failure, _)| failure.to_string()),
    }
}

#[cfg(test)]
mod tests;
