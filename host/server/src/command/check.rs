//! `weighbridge check`: everything that starting would need, without starting anything. Opening a store of an older version
//! brings its schema up to this one's, here as everywhere.

use std::path::Path;

use domain::PluginId;
use serde::Serialize;

use super::{CommandError, in_words};
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;

#[derive(Serialize)]
struct Checked {
    check: String,
    problem: Option<String>,
    /// What is no problem yet.
    warning: Option<String>,
}

impl Checked {
    fn of(check: String, problem: Option<String>) -> Self {
        Self { check, problem, warning: None }
    }

    fn result(&self) -> String {
        let good = || self.warning.as_ref().map_or_else(|| "good".to_owned(), |warning| format!("good, but {warning}"));
        self.problem.clone().unwrap_or_else(good)
    }
}

/// Do it.
///
/// # Errors
/// When something is wrong; the configuration with exit code 78.
pub async fn run(path: &Path, output: Output) -> Result<(), CommandError> {
    let config = Config::load(path)?;
    let mut checked = vec![Checked::of(format!("configuration `{}`", path.display()), None)];
    match Host::open(config).await {
        Err(error) => checked.push(Checked::of("store and key".to_owned(), Some(in_words(&error)))),
        Ok(host) => {
            checked.push(Checked::of("store and key".to_owned(), None));
            checked.extend(plugins(&host).await?);
            host.store.close().await;
        }
    }
    output.table(&checked, &["check", "result"], || {
        let row = |item: &Checked| vec![item.check.clone(), item.result()];
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
        Err(error) => return Ok(vec![Checked::of("engine".to_owned(), Some(in_words(&error)))]),
    };
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let policy = host.trust_policy().await?;
    let mut checked = vec![Checked::of("engine".to_owned(), None)];
    for plugin in plugins.iter().filter(|plugin| plugin.state == store::plugins::PluginState::Active) {
        let problem = callable(host, &machinery, &plugin.id).await.err().map(|error| in_words(&error));
        let warning = host.trust_in(&policy, plugin).because().map(str::to_owned);
        checked.push(Checked { check: format!("plugin {} {}", plugin.id, plugin.version), problem, warning });
    }
    Ok(checked)
}

async fn callable(host: &Host, machinery: &Machinery, id: &PluginId) -> Result<(), CommandError> {
    machinery.runnable(host, id).await?.permitted(host).await
}
