//! `weighbridge runs …`: what connections did, and what one run did in detail. It tells what the API tells of a run.

mod show;

use std::collections::HashMap;

use api::{RunSummary, RunsQuery, Slice};
use domain::{ConnectionId, RunId};
use store::connections;
use store::workspaces::Workspace;

use super::CommandError;
use crate::backend;
use crate::cli::{self, RunsCommand};
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A workspace, connection or run that is not there.
pub async fn run(arguments: cli::Runs, config: Config, output: Output) -> Result<(), CommandError> {
    let cli::Runs { workspace, command } = arguments;
    let host = Host::open(config).await?;
    let workspace = host.workspace(&workspace).await?;
    match command {
        RunsCommand::List { connection, limit, before } => {
            let after = before.map(|id| parse(&id)).transpose()?;
            let slice = Slice { after, limit: usize::try_from(limit).unwrap_or(usize::MAX) };
            list(&host, &workspace, connection.as_deref(), slice, output).await
        }
        RunsCommand::Show { id } => show(&host, &workspace, parse(&id)?, output).await,
    }
}

fn parse(id: &str) -> Result<RunId, CommandError> {
    id.parse().map_err(|_| {
        CommandError::usage(format!("`{id}` is not the id of a run, `run_…`: `weighbridge runs list` shows them"))
    })
}

async fn list(
    host: &Host,
    workspace: &Workspace,
    connection: Option<&str>,
    slice: Slice<RunId>,
    output: Output,
) -> Result<(), CommandError> {
    let names = names(host, workspace).await?;
    let connection = match connection {
        None => None,
        Some(wanted) => {
            let found = names.iter().find(|(_, name)| *name == wanted).map(|(id, _)| *id);
            Some(found.ok_or_else(|| {
                CommandError::usage(format!(
                    "there is no connection `{wanted}`: `weighbridge connection list` shows them"
                ))
            })?)
        }
    };
    let query = RunsQuery { connection, slice };
    let found = backend::runs::list(&host.store, workspace.id, query).await?.unwrap_or_default();
    let row = |run: &RunSummary| {
        let name = names.get(&run.connection).cloned().unwrap_or_else(|| run.connection.to_string());
        let plugin = format!("{} {}", run.plugin, run.plugin_version);
        let state = show::word(run.state);
        vec![run.id.to_string(), name, plugin, state, show::time(run.started_at), run.records.to_string()]
    };
    let head: &[&str] = &["run", "connection", "plugin", "state", "began", "records"];
    output.sheet(&found, &[("", head, found.iter().map(row).collect())]);
    Ok(())
}

async fn names(host: &Host, workspace: &Workspace) -> Result<HashMap<ConnectionId, String>, CommandError> {
    let all = host.store.system_read("list connections", async |tx| connections::list(tx, workspace.id).await).await?;
    Ok(all.into_iter().map(|connection| (connection.id, connection.name)).collect())
}

async fn show(host: &Host, workspace: &Workspace, id: RunId, output: Output) -> Result<(), CommandError> {
    let run = backend::runs::find(&host.store, workspace.id, id).await?.ok_or_else(|| {
        let name = &workspace.name;
        CommandError::usage(format!(
            "the workspace `{name}` has no run {id}: `weighbridge runs list --workspace {name}` shows those that it has"
        ))
    })?;
    let names = names(host, workspace).await?;
    let connection = names.get(&run.summary.connection).map(String::as_str);
    output.sheet(&run, &show::sections(&run, connection));
    Ok(())
}
