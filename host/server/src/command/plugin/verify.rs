//! `weighbridge plugin verify`: would this host install it?

use std::path::Path;

use domain::Instant;
use sandbox::package::UnverifiedPackage;
use sandbox::trust;
use serde_json::json;

use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn run(host: &Host, file: &Path, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let verified = trust::verify(package, &host.trust_policy().await?, Instant::now())?;
    let (manifest, signer) = (verified.manifest(), verified.signer());
    let answer = json!({
        "plugin": manifest.id,
        "version": manifest.version,
        "digest": verified.digest(),
        "key": signer.key,
        "expires": signer.expires.to_string(),
    });
    output.say(&answer, || {
        format!(
            "{} {} is signed by trusted key {} ({}) until {}",
            manifest.id, manifest.version, signer.key, signer.name, signer.expires
        )
    });
    Ok(())
}
