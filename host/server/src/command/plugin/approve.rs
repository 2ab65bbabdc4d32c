//! `weighbridge plugin approve` and `plugin reject`: what becomes of a release that waits. Whoever approves it sees first how
//! it differs from the one that runs.

use serde_json::json;

use crate::cli::Release;
use crate::command::CommandError;
use crate::command::confirm::confirm;
use crate::describe;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::upgrade;

pub(super) async fn run(host: &Host, plugin: &Release, yes: bool, output: Output) -> Result<(), CommandError> {
    let (offer, waiting) = upgrade::waiting(host, &plugin.id, plugin.version.as_deref()).await?;
    let lines = describe::upgrade(&waiting);
    if yes {
        lines.iter().for_each(|line| output.note(line));
    } else {
        confirm(&lines, "Grant all of this?", "nothing is granted without a yes: give `--yes` to grant all of this")?;
    }
    let machinery = Machinery::start(host).await?;
    let affected = upgrade::approve(host, &machinery, &offer).await?;
    let difference = &waiting.difference;
    let answer =
        json!({ "plugin": offer.id, "version": offer.version, "difference": difference, "affected": affected });
    output.say(&answer, || {
        let mut lines = vec![format!("{} {} is live", offer.id, offer.version)];
        lines.extend(describe::affected(&affected));
        lines.join("\n")
    });
    Ok(())
}

pub(super) async fn reject(host: &Host, plugin: &Release, output: Output) -> Result<(), CommandError> {
    let (offer, waiting) = upgrade::waiting(host, &plugin.id, plugin.version.as_deref()).await?;
    upgrade::reject(host, &offer).await?;
    let answer = json!({ "plugin": offer.id, "version": offer.version, "state": "rejected" });
    output.say(&answer, || format!("{} {} is rejected; {} goes on running", offer.id, offer.version, waiting.live));
    Ok(())
}
