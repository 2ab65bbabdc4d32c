//! `weighbridge plugin install`: verify, show what is asked for, grant, compile, and only then write anything. What is
//! refused is noted in the audit log with its reason.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use domain::Instant;
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, VerifiedPackage};
use serde_json::{Value, json};

use crate::command::{CommandError, in_words};
use crate::describe;
use crate::host::{Host, Machinery};
use crate::output::Output;

pub(super) async fn run(host: &Host, file: &Path, grant: bool, output: Output) -> Result<(), CommandError> {
    let mut subject = json!({ "file": file });
    let done = match UnverifiedPackage::read(file) {
        Ok(package) => {
            subject["plugin"] = json!(package.manifest().id);
            subject["digest"] = json!(package.digest());
            install(host, package, grant, output).await
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = &done
        && error.is_refusal()
    {
        note_refusal(host, subject, error).await;
    }
    done
}

/// Longer reasons are cut: some quote the package.
const LONGEST_REASON: usize = 1000;

async fn note_refusal(host: &Host, mut detail: Value, error: &CommandError) {
    let subject = detail["plugin"].as_str().or(detail["file"].as_str()).unwrap_or_default().to_owned();
    detail["reason"] = in_words(error).chars().take(LONGEST_REASON).collect::<String>().into();
    // That it was refused counts more than that it could not be noted.
    if let Err(error) = host.audit("plugin.refuse", &subject, detail).await {
        tracing::error!(error = in_words(&error), "audit.failed");
    }
}

async fn install(host: &Host, package: UnverifiedPackage, grant: bool, output: Output) -> Result<(), CommandError> {
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
