//! `weighbridge plugin install`: verify, show what is asked for, grant, compile, and only then write anything.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use domain::Instant;
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, VerifiedPackage};
use serde_json::json;

use crate::command::{CommandError, in_words};
use crate::describe;
use crate::host::{Host, Machinery};
use crate::output::Output;

pub(super) async fn run(host: &Host, file: &Path, grant: bool, output: Output) -> Result<(), CommandError> {
    let package = UnverifiedPackage::read(file)?;
    let verified = trust::verify(package, &host.trust_policy().await?, Instant::now())?;
    let manifest = verified.manifest();
    manifest.check_installable().map_err(|error| CommandError::refused(in_words(&error)))?;
    if !grant {
        ask(&verified)?;
    }
    let granted = manifest.capabilities.clone();
    let machinery = Machinery::start(host).await?;
    let progress = output.progress("compiling");
    progress.set_message(manifest.id.to_string());
    machinery.prepare(&verified, &granted).await?;
    progress.finish_and_clear();
    host.install(&verified, &granted).await?;
    let answer = json!({ "plugin": manifest.id, "version": manifest.version, "digest": verified.digest() });
    output
        .say(&answer, || format!("{} {} is installed ({})", manifest.id, manifest.version, verified.digest().short()));
    Ok(())
}

/// Show the operator what is asked for, and wait for a yes.
fn ask(verified: &VerifiedPackage) -> Result<(), CommandError> {
    let manifest = verified.manifest();
    anstream::eprintln!("{} {}, signed by {}", manifest.id, manifest.version, verified.signer().key);
    for line in describe::capabilities(&manifest.capabilities, None) {
        anstream::eprintln!("{line}");
    }
    if !std::io::stdin().is_terminal() {
        return Err(CommandError::refused("nothing is granted without a yes: give `--grant` to grant all of this"));
    }
    anstream::eprint!("Grant all of this? [y/N] ");
    std::io::stderr().flush().map_err(|error| CommandError::because(&error))?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|error| CommandError::because(&error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(CommandError::refused("not granted")) }
}
