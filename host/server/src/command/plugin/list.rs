//! `weighbridge plugin list`

use serde_json::json;

use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, output: Output) -> Result<(), CommandError> {
    let plugins = host.store.system_read("list plugins", async |tx| store::plugins::list(tx).await).await?;
    let policy = host.trust_policy().await?;
    let trust: Vec<_> = plugins.iter().map(|plugin| host.trust_in(&policy, plugin)).collect();
    let shown: Vec<_> = plugins
        .iter()
        .zip(&trust)
        .map(|(plugin, trust)| {
            json!({
                "id": plugin.id,
                "version": plugin.version,
                "sequence": plugin.sequence,
                "digest": plugin.digest,
                "signer": plugin.signer,
                "trust": trust,
                "state": plugin.state,
                "reason": plugin.reason,
                "granted": plugin.granted,
                "installed_at": plugin.installed_at.to_string(),
            })
        })
        .collect();
    output.table(&shown, &["plugin", "version", "state", "sha256", "signed by", "trust"], || {
        plugins
            .iter()
            .zip(&trust)
            .map(|(plugin, trust)| {
                vec![
                    plugin.id.to_string(),
                    plugin.version.clone(),
                    format!("{:?}", plugin.state).to_lowercase(),
                    plugin.digest.short(),
                    plugin.signer.chars().take(12).collect(),
                    trust.because().unwrap_or("good").to_owned(),
                ]
            })
            .collect()
    });
    Ok(())
}
