//! `weighbridge connection …`: what becomes of connections after `weighbridge connect` has made them.
//!
//! The rule: whatever stops a connection is told by `list` and `show`, and one of the other commands is the way out.
//! Each of them writes its audit entry in the transaction of its change. To add one: a variant in `cli::Connections`, and
//! its function in a file beside this one.

mod authorize;
mod change;
mod release;
pub(super) mod secrets;
mod settings;
mod show;

pub(super) use change::{refuse_quarantined, revoke};

use api::{ConnectionState, Slice};
use serde_json::json;
use store::connections::{self, Connection};
use store::workspaces::Workspace;

use super::CommandError;
use crate::backend;
use crate::cli::{self, Connections};
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A workspace or connection that is not there, or a credential that does not fit.
pub async fn run(arguments: cli::Connection, config: Config, output: Output) -> Result<(), CommandError> {
    let cli::Connection { workspace, command } = arguments;
    let host = Host::open(config).await?;
    let workspace = host.workspace(&workspace).await?;
    let named = async |name: &str| find(&host, &workspace, name).await;
    let (name, sentence) = match command {
        Connections::List => return list(&host, &workspace, output).await,
        Connections::Show { name } => return show::run(&host, &named(&name).await?, output).await,
        Connections::Pause { name } => (name.clone(), change::pause(&host, &named(&name).await?).await?),
        Connections::Resume { name } => (name.clone(), change::resume(&host, &named(&name).await?).await?),
        Connections::Remove { name } => (name.clone(), change::remove(&host, &named(&name).await?).await?),
        Connections::Authorize(arguments) => {
            let name = arguments.name.clone();
            let done = authorize::run(&host, &named(&name).await?, &arguments, output).await?;
            (name, done)
        }
        Connections::Release { name } => (name.clone(), release::release(&host, &named(&name).await?).await?),
        Connections::Consent { name, yes } => (name.clone(), release::consent(&host, &named(&name).await?, yes).await?),
        Connections::Set { name, settings, unset } => {
            (name.clone(), settings::set(&host, &named(&name).await?, &settings, &unset).await?)
        }
        Connections::Credential { name, credentials } => {
            (name.clone(), change::credential(&host, &named(&name).await?, &credentials).await?)
        }
    };
    output.say(&json!({ "connection": name, "done": sentence }), || sentence.clone());
    Ok(())
}

/// The connection of this name that was not removed.
async fn find(host: &Host, workspace: &Workspace, name: &str) -> Result<Connection, CommandError> {
    let all = host.store.system_read("list connections", async |tx| connections::list(tx, workspace.id).await).await?;
    all.into_iter().find(|connection| connection.name == name).ok_or_else(|| {
        CommandError::usage(format!("there is no connection `{name}`: `weighbridge connection list` shows them"))
    })
}

async fn list(host: &Host, workspace: &Workspace, output: Output) -> Result<(), CommandError> {
    let everything = Slice { after: None, limit: usize::MAX };
    let found = backend::connections::list(&host.store, workspace.id, everything).await?;
    output.table(&found, &["name", "plugin", "state", "reason", "last success", "next run"], || {
        let row = |connection: &api::ConnectionSummary| {
            vec![
                connection.name.clone(),
                connection.plugin.to_string(),
                word(connection.state).to_owned(),
                connection.reason.clone().unwrap_or_default(),
                moment(connection.last_success_at),
                moment(connection.next_run_at),
            ]
        };
        found.iter().map(row).collect()
    });
    Ok(())
}

/// The word of a state, as the API has it.
fn word(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Active => "active",
        ConnectionState::BackingOff => "backing-off",
        ConnectionState::Stopped => "stopped",
        ConnectionState::Quarantined => "quarantined",
        ConnectionState::Paused => "paused",
    }
}

fn moment(at: Option<api::Moment>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.0.to_string())
}
