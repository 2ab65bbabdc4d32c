//! `weighbridge check`: everything that starting would need, without starting anything. Opening a store of an older version
//! brings its schema up to this one's, here as everywhere.

use std::path::Path;

use domain::{Instant, PluginId};
use serde::Serialize;

use super::{CommandError, in_words};
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;

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
    let mut checked = vec![Checked { check: format!("configuration `{}`", path.display()), problem: None }];
    match Host::open(config).await {
        Err(error) => checked.push(Checked { check: "store and key".to_owned(), problem: Some(in_words(&error)) }),
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

/// Each active package is verified and prepared as at its first call, and trusted as before any.
async fn plugins(host: &Host) -> Result<Vec<Checked>, CommandError> {
    let machinery = match Machinery::start(host).await {
        Ok(machinery) => machinery,
        Err(error) => return Ok(vec![Checked { check: "engine".to_owned(), problem: Some(in_words(&error)) }]),
    };
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let mut checked = vec![Checked { check: "engine".to_owned(), problem: None }];
    for plugin in plugins.iter().filter(|plugin| plugin.state == store::plugins::PluginState::Active) {
        let problem = callable(host, &machinery, &plugin.id).await.err().map(|error| in_words(&error));
        checked.push(Checked { check: format!("plugin {} {}", plugin.id, plugin.version), problem });
    }
    Ok(checked)
}

async fn callable(host: &Host, machinery: &Machinery, id: &PluginId) -> Result<(), CommandError> {
    machinery.runnable(host, id).await?.permitted(host, Instant::now()).await
}
