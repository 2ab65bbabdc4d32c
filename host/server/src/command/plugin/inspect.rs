//! `weighbridge plugin inspect`: everything that can be said of a package without running it. Where there is no host, that is
//! all but trust and grants.

use std::path::Path;

use domain::{Capabilities, Instant};
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, Inspection, TrustError, TrustPolicy};
use serde_json::json;

use crate::command::CommandError;
use crate::describe;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, file: &Path, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let inspection = trust::inspect(&package, &host.trust_policy().await?, Instant::now());
    let id = inspection.manifest.id.clone();
    let installed = host
        .store
        .system_read("find the installed plugin", async |tx| store::plugins::find_active(tx, &id).await)
        .await?;
    let granted = installed.map(|plugin| plugin.granted);
    let answer = json!({ "inspection": inspection, "granted": granted });
    output.say(&answer, || text(&inspection, granted.as_ref()));
    Ok(())
}

/// What stands where the answer of a host would.
const NOT_ASKED: &str = "no host here: trust was not asked";

pub(super) fn run_without_host(file: &Path, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let (nobody, now) = (TrustPolicy::default(), Instant::now());
    let mut inspection = trust::inspect(&package, &nobody, now);
    // What is wrong whomever one trusts, such as a missing signature, is said all the same.
    if matches!(trust::verify(package, &nobody, now), Err(TrustError::UnknownKey(_))) {
        let refusals = inspection.signers.iter_mut().map(|signer| &mut signer.refusal);
        refusals.chain([&mut inspection.refusal]).for_each(|refusal| *refusal = Some(NOT_ASKED.to_owned()));
    }
    output.say(&json!({ "inspection": inspection, "granted": null }), || text(&inspection, None));
    Ok(())
}

fn text(inspection: &Inspection, granted: Option<&Capabilities>) -> String {
    let manifest = &inspection.manifest;
    let mut lines = vec![
        format!("{} {} (sequence {}): {}", manifest.id, manifest.version, manifest.sequence, manifest.title),
        format!("sha256    {} ({} KiB)", inspection.digest, inspection.size / 1024),
        format!("license   {}", manifest.license),
        format!("trust     {}", inspection.refusal.as_deref().unwrap_or("trusted")),
    ];
    for signer in &inspection.signers {
        let standing = signer.refusal.as_deref().or(signer.name.as_deref()).unwrap_or("trusted");
        lines.push(format!("signer    {} ({standing})", signer.key));
    }
    lines.push(format!("imports   {}", inspection.imports.join(", ")));
    lines.push(format!("exports   {}", inspection.exports.join(", ")));
    let kinds: Vec<_> = manifest.kinds.iter().map(|kind| kind.name()).collect();
    lines.push(format!("brings    {}", kinds.join(", ")));
    lines.extend(describe::capabilities(&manifest.capabilities, granted));
    lines.extend(inspection.warnings.iter().map(|warning| format!("warning   {warning}")));
    lines.extend(inspection.not_installable.iter().map(|reason| format!("cannot be installed here: {reason}")));
    lines.join("\n")
}
