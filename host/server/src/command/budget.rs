//! `weighbridge budget …`: what calls may cost, and changing it. What is set counts from the next call on; the ceiling
//! stands in the configuration, and nothing is set above it.

mod change;
mod show;

use domain::budget::setting::Setting;
use domain::{Budget, PluginId};
use serde::Deserialize;
use store::budgets::Scope;
use store::plugins::{self, Plugin};
use turns::WEIGHT;

use super::CommandError;
use crate::cli::{self, Budget as Command};
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A plugin or workspace that is not there, a budget that does not exist, or an amount above the ceiling.
pub async fn run(command: Command, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    match command {
        Command::Show { scope } => show::run(&host, &named(&host, scope).await?, output).await,
        Command::Set { scope, settings } => change::set(&host, &named(&host, scope).await?, &settings, output).await,
        Command::Clear { scope, budgets } => change::clear(&host, &named(&host, scope).await?, &budgets, output).await,
    }
}

/// A hundred times the usual: one more would leave the others next to nothing.
const MOST_WEIGHT: u32 = 100 * WEIGHT;

/// Whose calls are meant, and what they are called by people.
struct Named {
    scope: Scope,
    /// The newest package of the plugin.
    plugin: Option<Plugin>,
    words: String,
}

async fn named(host: &Host, scope: cli::Scope) -> Result<Named, CommandError> {
    let cli::Scope { plugin, workspace } = scope;
    let found = match &plugin {
        Some(id) => Some(installed(host, id).await?),
        None => None,
    };
    let id = match &workspace {
        Some(name) => Some(host.workspace(name).await?.id),
        None => None,
    };
    let words = match (plugin, workspace) {
        (Some(plugin), Some(workspace)) => format!("{plugin} in `{workspace}`"),
        (Some(plugin), None) => plugin,
        (None, Some(workspace)) => format!("`{workspace}`"),
        (None, None) => "every plugin".to_owned(),
    };
    let scope = Scope { plugin: found.as_ref().map(|plugin| plugin.id.clone()), workspace: id };
    Ok(Named { scope, plugin: found, words })
}

async fn installed(host: &Host, id: &str) -> Result<Plugin, CommandError> {
    let id: PluginId = id.parse().map_err(|error| CommandError::usage(format!("`{id}`: {error}")))?;
    let all = host.store.system_read("list plugins", async |tx| plugins::list(tx).await).await?;
    // The highest sequence comes first; what runs comes before it.
    let mut mine: Vec<Plugin> = all.into_iter().filter(|plugin| plugin.id == id).collect();
    mine.sort_by_key(|plugin| plugin.state != plugins::PluginState::Active);
    mine.into_iter()
        .next()
        .ok_or_else(|| CommandError::usage(format!("{id} is not installed: `weighbridge plugin list` shows what is")))
}

/// What a plugin's manifest asks for; what calls get without one where no plugin is named.
fn asked(plugin: Option<&Plugin>) -> Result<Budget, CommandError> {
    #[derive(Deserialize)]
    struct Asking {
        #[serde(default)]
        budget: Budget,
    }
    let Some(plugin) = plugin else { return Ok(Budget::default()) };
    let Asking { budget } =
        serde_json::from_str(plugin.manifest.get()).map_err(|error| CommandError::because(&error))?;
    Ok(budget)
}

/// What can be set at most on this host.
fn ceiling(config: &Config, setting: Setting) -> u32 {
    match setting {
        Setting::Call(kind) => config.budgets.ceiling.get(kind),
        Setting::ConcurrentCalls => config.sandbox.concurrent_calls,
        Setting::Weight => MOST_WEIGHT,
    }
}

/// Where the ceiling of something stands in the configuration, where it does.
fn key(setting: Setting) -> Option<String> {
    match setting {
        Setting::Call(kind) => Some(format!("budgets.ceiling.{}", kind.name())),
        Setting::ConcurrentCalls => Some("sandbox.concurrent_calls".to_owned()),
        Setting::Weight => None,
    }
}
