//! `weighbridge plugin trust list`

use domain::Instant;
use sandbox::trust::{PublisherKey, Revocation, TrustPolicy};

use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, output: Output) -> Result<(), CommandError> {
    let policy = host.trust_policy().await?;
    output.table(&policy, &["what", "id", "standing"], || rows(&policy, Instant::now()));
    Ok(())
}

fn rows(policy: &TrustPolicy, now: Instant) -> Vec<Vec<String>> {
    let row = |what: String, id: String, standing: String| vec![what, id, standing];
    let revoked = |one: &Revocation| format!("revoked at {}: {}", one.at, one.reason);
    let trusted = policy.keys.iter().filter(|key| !policy.revoked_keys.contains_key(&key.id()));
    let keys = trusted.map(|key| row(format!("key of {}", named(key)), key.id().to_string(), standing(key, now)));
    let gone = policy.revoked_keys.iter().map(|(id, one)| row("key".to_owned(), id.to_string(), revoked(one)));
    let packages = &policy.revoked_digests;
    let packages = packages.iter().map(|(digest, one)| row("package".to_owned(), digest.to_string(), revoked(one)));
    let floors = policy.floors.iter();
    let floors = floors.map(|(plugin, floor)| row("floor".to_owned(), plugin.to_string(), format!("sequence {floor}")));
    keys.chain(gone).chain(packages).chain(floors).collect()
}

fn named(key: &PublisherKey) -> String {
    let patterns: Vec<_> = key.plugins.iter().map(ToString::to_string).collect();
    let patterns = patterns.join(", ");
    if key.name == patterns { patterns } else { format!("{}, for {patterns}", key.name) }
}

fn standing(key: &PublisherKey, now: Instant) -> String {
    match (key.not_before, key.not_after) {
        (Some(from), _) if now < from => format!("trusted from {from}"),
        (_, Some(until)) if now >= until => format!("ended at {until}"),
        (_, Some(until)) => format!("trusted until {until}"),
        _ => "trusted".to_owned(),
    }
}
