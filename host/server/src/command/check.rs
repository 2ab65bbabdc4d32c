//! `weighbridge check`: everything that starting would need, without starting anything.

use std::path::Path;

use serde::Serialize;

use super::CommandError;
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::telemetry;

#[derive(Serialize)]
struct Checked {
    check: String,
    problem: Option<String>,
}

/// Do it.
///
/// # Errors
/// When something is wrong; the configuration with exit code 78.
pub async fn run(path: &Path, output: Output) -> Result<(), CommandError> {
    let config = Config::load(path)?;
    telemetry::check(&config.log).map_err(CommandError::usage)?;
    let mut checked = vec![Checked { check: format!("configuration `{}`", path.display()), problem: None }];
    match Host::open(config).await {
        Err(error) => checked.push(Checked { check: "store and key".to_owned(), problem: Some(error.to_string()) }),
        Ok(host) => {
            checked.push(Checked { check: "store and key".to_owned(), problem: None });
            checked.extend(plugins(&host).await?);
            host.store.close().await;
        }
    }
    output.table(&checked, &["check", "result"], || {
        let row = |item: &Checked| vec![item.check.clone(), item.problem.clone().unwrap_or_else(|| "good".to_owned())];
        checked.iter().map(row).collect()
    });
    match checked.iter().filter(|item| item.problem.is_some()).count() {
        0 => Ok(()),
        count => Err(CommandError::failed(format!("{count} of {} checks found something", checked.len()))),
    }
}

/// Each active package is verified and prepared, as at its first call.
async fn plugins(host: &Host) -> Result<Vec<Checked>, CommandError> {
    let machinery = match Machinery::start(host).await {
        Ok(machinery) => machinery,
        Err(error) => return Ok(vec![Checked { check: "engine".to_owned(), problem: Some(error.to_string()) }]),
    };
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let mut checked = vec![Checked { check: "engine".to_owned(), problem: None }];
    for plugin in plugins.iter().filter(|plugin| plugin.state == store::plugins::PluginState::Active) {
        let problem = machinery.runnable(host, &plugin.id).await.err().map(|error| error.to_string());
        checked.push(Checked { check: format!("plugin {} {}", plugin.id, plugin.version), problem });
    }
    Ok(checked)
}
