//! `weighbridge plugin install`: verify, show what is asked for, grant, compile, and only then write anything. A release
//! that asks for more than the one that runs is kept beside it until somebody approves it. What is refused is noted in the
//! audit log with its reason.

use std::path::Path;

use domain::Instant;
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{self, VerifiedPackage};
use serde_json::{Value, json};

use crate::command::confirm::confirm;
use crate::command::{CommandError, in_words};
use crate::describe;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::upgrade::{self, Plan, Waiting};

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
    let plan = upgrade::plan(host, &verified).await?;
    if matches!(plan, Plan::First) && !grant {
        ask(&verified)?;
    }
    let machinery = Machinery::start(host).await?;
    let progress = output.progress("compiling");
    progress.set_message(manifest.id.to_string());
    machinery.prepare(&verified, &manifest.capabilities).await?;
    progress.finish_and_clear();
    match plan {
        Plan::Upgrade(waiting) if waiting.needs_approval() => hold_back(host, &verified, &waiting, output).await,
        plan => go_live(host, &verified, &plan, output).await,
    }
}

async fn go_live(host: &Host, verified: &VerifiedPackage, plan: &Plan, output: Output) -> Result<(), CommandError> {
    let (id, version, digest) = (&verified.manifest().id, &verified.manifest().version, verified.digest());
    let action = if matches!(plan, Plan::Upgrade(_)) { "plugin.upgrade" } else { "plugin.install" };
    let affected = upgrade::go_live(host, verified, action).await?;
    let answer = json!({ "plugin": id, "version": version, "digest": digest, "state": "active", "affected": affected });
    output.say(&answer, || match plan {
        Plan::Upgrade(waiting) => {
            format!("{id} {version} is live ({}): it asks for no more than {}", digest.short(), waiting.live)
        }
        Plan::First | Plan::Again => format!("{id} {version} is installed ({})", digest.short()),
    });
    Ok(())
}

/// Nothing of it runs before somebody has seen the difference.
async fn hold_back(
    host: &Host,
    verified: &VerifiedPackage,
    waiting: &Waiting,
    output: Output,
) -> Result<(), CommandError> {
    upgrade::hold_back(host, verified, waiting).await?;
    let mut answer = json!(waiting);
    answer["state"] = json!("pending");
    output.say(&answer, || {
        let Waiting { plugin, live, version, .. } = waiting;
        let mut lines = describe::upgrade(waiting);
        lines
            .push(format!("{live} goes on running; `weighbridge plugin approve {plugin}@{version}` lets this one run"));
        lines.join("\n")
    });
    Ok(())
}

/// Show the operator what is asked for, and wait for a yes.
fn ask(verified: &VerifiedPackage) -> Result<(), CommandError> {
    let manifest = verified.manifest();
    let mut lines = vec![format!("{} {}, signed by {}", manifest.id, manifest.version, verified.signer().key)];
    lines.extend(describe::capabilities(&manifest.capabilities, None));
    confirm(&lines, "Grant all of this?", "nothing is granted without a yes: give `--grant` to grant all of this")
}
