//! `weighbridge plugin sign`: a detached DSSE envelope beside the package.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Digest, Instant};
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, KeyId, SigningKey};
use serde::Serialize;

use crate::command::CommandError;
use crate::output::Output;

#[derive(Serialize)]
struct Signed {
    digest: Digest,
    key: KeyId,
    envelope: PathBuf,
    expires: String,
}

pub(super) fn run(file: &Path, key: &Path, days: u32, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let key = SigningKey::load(key)?;
    let expires = Instant::now().after(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    let envelope = trust::sign(&package, &key, expires).map_err(|error| CommandError::because(&error))?;
    let mut path = file.as_os_str().to_owned();
    path.push(".dsse");
    let path = PathBuf::from(path);
    fs::write(&path, envelope.to_json()).map_err(CommandError::io("writing", &path))?;
    let signed =
        Signed { digest: package.digest(), key: key.public().id(), envelope: path, expires: expires.to_string() };
    output.say(&signed, || {
        format!(
            "signed {} with key {} until {}: `{}`",
            signed.digest,
            signed.key,
            signed.expires,
            signed.envelope.display()
        )
    });
    Ok(())
}
