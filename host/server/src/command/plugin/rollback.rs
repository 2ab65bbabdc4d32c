//! `weighbridge plugin rollback` and `plugin release`: another release is live at the next call.

use domain::PluginId;
use serde_json::json;

use crate::cli::Release;
use crate::command::CommandError;
use crate::describe;
use crate::host::Host;
use crate::output::Output;
use crate::upgrade::{self, Back};

pub(super) async fn run(host: &Host, plugin: &PluginId, output: Output) -> Result<(), CommandError> {
    let back = upgrade::roll_back(host, plugin).await?;
    output.say(&back, || {
        let Back { plugin, from, to, affected } = &back;
        let mut lines =
            vec![format!("{plugin} {to} is live again, in the place of {from}, with the cursors that it left")];
        lines.extend(describe::affected(affected));
        lines.join("\n")
    });
    Ok(())
}

pub(super) async fn release(host: &Host, plugin: &Release, output: Output) -> Result<(), CommandError> {
    let (released, affected) = upgrade::release_plugin(host, &plugin.id, plugin.version.as_deref()).await?;
    let answer = json!({ "plugin": released.id, "version": released.version, "affected": affected });
    output.say(&answer, || {
        let mut lines = vec![format!("{} {} is released, and live", released.id, released.version)];
        lines.extend(describe::affected(&affected));
        lines.join("\n")
    });
    Ok(())
}
