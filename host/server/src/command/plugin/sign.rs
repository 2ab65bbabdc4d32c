//! `weighbridge plugin sign`: a detached DSSE envelope beside the package.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Digest, Instant};
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, SigningKey};
use serde::Serialize;

use crate::command::CommandError;
use crate::output::Output;

#[derive(Serialize)]
struct Signed {
    digest: Digest,
    /// Every key whose signature stands in the envelope now.
    keys: Vec<String>,
    envelope: PathBuf,
    expires: Option<String>,
}

/// Sign with each of these keys for so many days, or `also` beside the signatures that are there.
pub(super) fn run(file: &Path, keys: &[PathBuf], days: u32, also: bool, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let keys = keys.iter().map(|key| SigningKey::load(key)).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<_> = keys.iter().collect();
    let expires = Instant::now().after(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    let envelope = if also { trust::sign_also(&package, &keys) } else { trust::sign(&package, &keys, expires) };
    let envelope = envelope.map_err(|error| CommandError::because(&error))?;
    let path = UnverifiedPackage::envelope_path(file);
    let text = envelope.to_json();
    fs::write(&path, &text).map_err(CommandError::io("writing", &path))?;
    let signed = Signed {
        digest: package.digest(),
        keys: envelope.signatures.into_iter().map(|signature| signature.keyid).collect(),
        envelope: path,
        expires: trust::find_expiry(text.as_bytes()).map(|at| at.to_string()),
    };
    output.say(&signed, || {
        let Signed { digest, keys, envelope, expires } = &signed;
        let until = expires.as_deref().unwrap_or_default();
        format!("signed {digest} with key {} until {until}: `{}`", keys.join(" and key "), envelope.display())
    });
    Ok(())
}
