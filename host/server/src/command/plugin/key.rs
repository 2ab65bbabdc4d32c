//! `weighbridge plugin key`: a publisher's key pair.

use std::fs;
use std::path::{Path, PathBuf};

use sandbox::trust::{KeyId, SigningKey};
use serde::Serialize;

use crate::command::CommandError;
use crate::output::Output;

#[derive(Serialize)]
struct Made {
    id: KeyId,
    private: PathBuf,
    public: PathBuf,
}

pub(super) fn run(path: &Path, output: Output) -> Result<(), CommandError> {
    let key = SigningKey::generate()?;
    key.save(path)?;
    let public = path.with_extension("pub.pem");
    fs::write(&public, key.public().to_pem()).map_err(CommandError::io("writing", &public))?;
    let made = Made { id: key.public().id(), private: path.to_owned(), public };
    output.say(&made, || {
        format!(
            "key {}\nprivate: `{}`, keep it to yourself\npublic: `{}`, for the operators who are to trust you",
            made.id,
            made.private.display(),
            made.public.display()
        )
    });
    Ok(())
}
