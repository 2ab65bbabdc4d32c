//! `weighbridge check`: everything that starting would need, without starting anything. Opening a store of an older version
//! brings its schema up to this one's, here as everywhere.

use std::path::Path;

use serde::Serialize;
use store::SystemRead;
use store::connections::Connection;
use store::offers::OfferState;
use store::plugins::{Plugin, PluginState};

use super::{CommandError, in_words};
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::upgrade;

#[derive(Serialize)]
struct Checked {
    check: String,
    problem: Option<String>,
    /// What somebody should see to, though the host can start.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Checked {
    fn new(check: impl Into<String>, problem: Option<String>) -> Self {
        Self { check: check.into(), problem, hint: None }
    }

    fn hint(check: String, hint: String) -> Self {
        Self { check, problem: None, hint: Some(hint) }
    }
}

/// Do it.
///
/// # Errors
/// When something is wrong; the configuration with exit code 78.
pub async fn run(path: &Path, output: Output) -> Result<(), CommandError> {
    let config = Config::load(path)?;
    let mut checked = vec![Checked::new(format!("configuration `{}`", path.display()), None)];
    match Host::open(config).await {
        Err(error) => checked.push(Checked::new("store and key", Some(in_words(&error)))),
        Ok(host) => {
            checked.push(Checked::new("store and key", None));
            checked.extend(plugins(&host).await?);
            checked.extend(hints(&host).await?);
            host.store.close().await;
        }
    }
    output.table(&checked, &["check", "result"], || {
        let result = |item: &Checked| item.problem.clone().or(item.hint.clone()).unwrap_or_else(|| "good".to_owned());
        let row = |item: &Checked| vec![item.check.clone(), result(item)];
        checked.iter().map(row).collect()
    });
    match checked.iter().filter(|item| item.problem.is_some()).count() {
        0 => Ok(()),
        count => Err(CommandError::failed(format!("{count} of {} checks found something", checked.len()))),
    }
}

/// Each active package is verified and prepared as at its first call, and trusted as before any.
async fn plugins(host: &Host) -> Result<Vec<Checked>, CommandError> {
    let machinery = match Machinery::start(host).await {
        Ok(machinery) => machinery,
        Err(error) => return Ok(vec![Checked::new("engine", Some(in_words(&error)))]),
    };
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let policy = host.trust_policy().await?;
    let mut checked = vec![Checked::new("engine", None)];
    for plugin in plugins.iter().filter(|plugin| plugin.state == PluginState::Active) {
        let problem = callable(host, &machinery, plugin).await.err().map(|error| in_words(&error));
        let hint = host.trust_in(&policy, plugin).because().map(|because| format!("good, but {because}"));
        checked.push(Checked { check: format!("plugin {} {}", plugin.id, plugin.version), problem, hint });
    }
    Ok(checked)
}

async fn callable(host: &Host, machinery: &Machinery, plugin: &Plugin) -> Result<(), CommandError> {
    machinery.runnable(host, plugin.clone()).await?.permitted(host).await
}

/// What is held, waits or stays behind. The host starts all the same: nothing of this is its own trouble.
async fn hints(host: &Host) -> Result<Vec<Checked>, CommandError> {
    let read = async |tx: &mut SystemRead| {
        let mut hints = Vec::new();
        for held in store::plugins::list(tx).await?.iter().filter(|one| one.state == PluginState::Quarantined) {
            hints.push(Checked::hint(format!("plugin {} {}", held.id, held.version), upgrade::held_in_words(held)));
        }
        for offer in store::offers::list(tx).await?.iter().filter(|offer| offer.state == OfferState::Pending) {
            let hint = format!("it waits: `weighbridge plugin approve {}` shows what more it asks for", offer.id);
            hints.push(Checked::hint(format!("plugin {} {}", offer.id, offer.version), hint));
        }
        for workspace in store::workspaces::list(tx).await? {
            for connection in store::connections::list(tx, workspace.id).await? {
                let hint = hint_of(&connection, &workspace.name);
                let check = || format!("connection {} of {}", connection.name, workspace.name);
                hints.extend(hint.map(|hint| Checked::hint(check(), hint)));
            }
        }
        Ok(hints)
    };
    Ok(host.store.system_read("find what somebody should see to", read).await?)
}

fn hint_of(connection: &Connection, workspace: &str) -> Option<String> {
    let name = &connection.name;
    if connection.quarantined_by.is_some() {
        let reason = connection.reason.as_deref().unwrap_or_default();
        let release = format!("`weighbridge connection release {name} --workspace {workspace}`");
        return Some(format!("quarantined: {reason}; {release} lets it run again"));
    }
    connection.package.map(|_| {
        format!(
            "it stays behind the live release: \
             `weighbridge connection consent {name} --workspace {workspace}` shows what more that asks for"
        )
    })
}
