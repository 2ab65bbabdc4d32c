//! `weighbridge plugin list`

use serde_json::json;

use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, output: Output) -> Result<(), CommandError> {
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let shown: Vec<_> = plugins
        .iter()
        .map(|plugin| {
            json!({
                "id": plugin.id,
                "version": plugin.version,
                "sequence": plugin.sequence,
                "digest": plugin.digest,
                "signer": plugin.signer,
                "state": plugin.state,
                "reason": plugin.reason,
                "granted": plugin.granted,
                "installed_at": plugin.installed_at.to_string(),
            })
        })
        .collect();
    output.table(&shown, &["plugin", "version", "state", "sha256", "signed by"], || {
        plugins
            .iter()
            .map(|plugin| {
                vec![
                    plugin.id.to_string(),
                    plugin.version.clone(),
                    format!("{:?}", plugin.state).to_lowercase(),
                    plugin.digest.short(),
                    plugin.signer.chars().take(12).collect(),
                ]
            })
            .collect()
    });
    Ok(())
}
