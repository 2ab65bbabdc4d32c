//! Runs: looked up in the file of the caller's workspace, so that another's cannot be found.

mod errors;

use std::collections::BTreeMap;

use api::{
    Authorized, EgressSummary, Pending, Run, RunBudget, RunError, RunFault, RunSummary, Runs, RunsQuery, RunsRead,
};
use domain::inspection::{Inspection, Traffic};
use domain::{RunId, WorkspaceId};
use store::{Store, StoreError, connections, runs};

use super::{StoreBackend, fault};

impl Runs for StoreBackend {
    fn list_runs<'a>(
        &'a self,
        caller: &'a Authorized<RunsRead>,
        query: RunsQuery,
    ) -> Pending<'a, Option<Vec<RunSummary>>> {
        Box::pin(async move { list(&self.store, caller.workspace(), query).await.map_err(fault) })
    }

    fn find_run<'a>(&'a self, caller: &'a Authorized<RunsRead>, id: RunId) -> Pending<'a, Option<Run>> {
        Box::pin(async move { find(&self.store, caller.workspace(), id).await.map_err(fault) })
    }
}

/// The runs of a connection that was removed are still the workspace's.
pub(crate) async fn list(
    store: &Store,
    workspace: WorkspaceId,
    query: RunsQuery,
) -> Result<Option<Vec<RunSummary>>, StoreError> {
    let RunsQuery { connection, slice } = query;
    if let Some(id) = connection {
        let found =
            store.system_read("find a connection", async |tx| connections::find(tx, workspace, id).await).await?;
        if found.is_none() {
            return Ok(None);
        }
    }
    let limit = u32::try_from(slice.limit).unwrap_or(u32::MAX);
    let found = store
        .workspace_read(workspace, "list runs", async |tx| runs::list(tx, connection, slice.after, limit).await)
        .await?;
    Ok(Some(found.iter().map(summary).collect()))
}

pub(crate) async fn find(store: &Store, workspace: WorkspaceId, id: RunId) -> Result<Option<Run>, StoreError> {
    let found = store.workspace_read(workspace, "find a run", async |tx| runs::get(tx, id).await).await;
    match found {
        Ok(run) => Ok(Some(whole(run))),
        Err(StoreError::Missing { what: "run", .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What went wrong in a run, from its record, a line for each.
pub(super) fn in_words(record: &str) -> String {
    let line = |error: RunError| match error {
        RunError { stream: Some(stream), kind, message } => format!("{stream}: {kind}: {message}"),
        RunError { stream: None, kind, message } => format!("{kind}: {message}"),
    };
    errors::parse(record).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn summary(run: &runs::Run) -> RunSummary {
    RunSummary {
        id: run.id,
        connection: run.connection,
        plugin: run.plugin.clone(),
        plugin_version: run.version.clone(),
        state: run.state.into(),
        started_at: run.started_at.into(),
        finished_at: run.finished_at.map(Into::into),
        records: run.records,
    }
}

fn whole(run: runs::Run) -> Run {
    let summary = summary(&run);
    let Inspection { signer, granted, budgets, kinds, streams, traffic, faults } = run.inspection;
    let plugin = format!("{} {}", run.plugin, run.version);
    Run {
        summary,
        digest: run.digest,
        signer: signer.map(Into::into),
        granted: (&granted).into(),
        usage: run.usage.into(),
        budgets: budgets.into_iter().map(|used| RunBudget::of(run.id, used)).collect(),
        kinds,
        streams: streams.into_iter().map(Into::into).collect(),
        errors: run.error.as_deref().map(errors::parse).unwrap_or_default(),
        faults: faults.into_iter().map(|fault| RunFault::of(run.id, plugin.clone(), fault)).collect(),
        egress: by_host(&traffic),
        traffic: traffic.into_iter().map(Into::into).collect(),
        log: run.log.into_iter().map(Into::into).collect(),
    }
}

/// The requests, added up for each host, by its name.
fn by_host(traffic: &[Traffic]) -> Vec<EgressSummary> {
    let mut hosts: BTreeMap<&str, EgressSummary> = BTreeMap::new();
    for Traffic { host, requests, refused, bytes_in, bytes_out, .. } in traffic {
        let empty = EgressSummary { host: host.clone(), requests: 0, refused: 0, bytes_in: 0, bytes_out: 0 };
        let sum = hosts.entry(host).or_insert(empty);
        sum.requests += requests - refused;
        sum.refused += refused;
        sum.bytes_in += bytes_in;
        sum.bytes_out += bytes_out;
    }
    hosts.into_values().collect()
}

#[cfg(test)]
mod tests;
