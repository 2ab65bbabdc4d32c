//! `weighbridge plugin list`: every release that was installed or offered, and what becomes of it.

use serde_json::{Value, json};
use store::SystemRead;
use store::offers::{self, Offer};
use store::plugins::{self, Plugin};

use crate::command::CommandError;
use crate::host::{Host, Standing};
use crate::output::Output;

pub(super) async fn run(host: &Host, output: Output) -> Result<(), CommandError> {
    let read = async |tx: &mut SystemRead| Ok((plugins::list(tx).await?, offers::list(tx).await?));
    let (plugins, offers) = host.store.system_read("list plugins", read).await?;
    let policy = host.trust_policy().await?;
    let installed = |plugin: &Plugin| installed(plugin, &host.trust_in(&policy, plugin));
    let mut shown: Vec<_> = plugins.iter().map(installed).chain(offers.iter().map(offered)).collect();
    // The sort is stable: of one plugin, what was installed stands before what was only offered.
    shown.sort_by_key(|release| release["id"].as_str().unwrap_or_default().to_owned());
    output.table(&shown, &["plugin", "version", "state", "reason", "sha256", "signed by", "trust"], || {
        let text = |release: &Value, key: &str| release[key].as_str().unwrap_or_default().to_owned();
        let start = |release: &Value, key| text(release, key).chars().take(12).collect();
        let row = |release: &Value| {
            let [id, version, state, reason] = ["id", "version", "state", "reason"].map(|key| text(release, key));
            let trust = release["trust"]["because"].as_str().or(release["trust"]["standing"].as_str());
            let trust = trust.unwrap_or_default().to_owned();
            vec![id, version, state, reason, start(release, "digest"), start(release, "signer"), trust]
        };
        shown.iter().map(row).collect()
    });
    Ok(())
}

fn installed(plugin: &Plugin, trust: &Standing) -> Value {
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
        "previous": plugin.previous,
        "installed_at": plugin.installed_at.to_string(),
    })
}

fn offered(offer: &Offer) -> Value {
    let pending = offer
        .reason
        .is_none()
        .then(|| format!("it asks for more, or does not fit: `weighbridge plugin approve {}` shows it", offer.id));
    json!({
        "id": offer.id,
        "version": offer.version,
        "sequence": offer.sequence,
        "digest": offer.digest,
        "signer": offer.signer,
        "state": offer.state,
        "reason": offer.reason.clone().or(pending),
        "offered_at": offer.offered_at.to_string(),
    })
}
