//! `weighbridge key rotate`: another host key, or another key of a workspace, while hosts serve.

mod host;

use serde_json::json;

use super::CommandError;
use crate::cli::Key;
use crate::config::Config;
use crate::host::{Host, Upkeep, rotate};
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A key that is missing or cannot be used, another upkeep under way, or what cannot be written.
pub async fn run(command: Key, config: Config, output: Output) -> Result<(), CommandError> {
    let Key::Rotate { host: _, to, workspace } = command;
    let host = Host::open(config).await?;
    let upkeep = Upkeep::take(&host.config.storage.data)?;
    match workspace {
        Some(name) => rotate_workspace(&host, &name, output).await?,
        None => host::rotate(&host, to.as_deref(), output).await?,
    }
    // So that what was replaced is nowhere any more.
    host.store.empty_log().await?;
    host.store.close().await;
    drop(upkeep);
    Ok(())
}

async fn rotate_workspace(host: &Host, name: &str, output: Output) -> Result<(), CommandError> {
    let workspace = host.workspace(name).await?;
    let entry = rotate::entry("key.rotate.workspace", name, Some(workspace.id), json!({}));
    let rotate::Rotated { version, resealed, retired, stuck } =
        host.keys.rotate_workspace(&host.store, workspace.id, &entry).await?;
    let answer =
        json!({ "workspace": name, "version": version, "resealed": resealed, "retired": retired, "stuck": stuck });
    output.say(&answer, || {
        let mut text = format!(
            "version {version} of the key of `{name}` seals its secrets: {resealed} were sealed anew, and {retired} older \
             versions are destroyed"
        );
        if !stuck.is_empty() {
            let list = stuck.join(", ");
            text.push_str(&format!(
                ".\nThese open for no release of their plugin, and stay under their old version until they are given again: {list}"
            ));
        }
        text
    });
    Ok(())
}
