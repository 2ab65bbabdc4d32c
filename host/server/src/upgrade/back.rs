//! Going back to the release before: by the operator, or by the host itself when the live one faults where that did not.
//!
//! Nothing is put back but which release runs: cursors and state have their marks (`store::streams`), and records are
//! brought again over themselves. Trust is asked as before a call; a release below the floor is no way back.

use domain::{Digest, Instant, PluginId};
use serde::Serialize;
use serde_json::json;
use store::SystemTx;
use store::plugins::{self, Plugin, PluginState};

use super::live::{self, Affected};
use super::manifest_of;
use crate::error::{CommandError, in_words};
use crate::host::{Host, permits};

/// A step back.
#[derive(Debug, Clone, Serialize)]
pub struct Back {
    /// The plugin.
    pub plugin: PluginId,
    /// The version that was left.
    pub from: String,
    /// The version that is live again.
    pub to: String,
    /// What it did to the connections.
    pub affected: Affected,
}

/// Go back from the live release to the one before it.
///
/// # Errors
/// When there is none, or it may not run any more.
pub async fn roll_back(host: &Host, id: &PluginId) -> Result<Back, CommandError> {
    let (from, to) = pair(host, id).await?;
    let from = from.ok_or_else(|| {
        CommandError::usage(format!("{id} is not installed: `weighbridge plugin list` shows what is"))
    })?;
    let to = to.ok_or_else(|| {
        let version = &from.version;
        CommandError::usage(format!("{id} {version} took no release's place: there is none to go back to"))
    })?;
    // Under its real name, whatever it was left as: a held one stays held.
    let (state, reason) = match (from.state, &from.reason) {
        (PluginState::Quarantined, Some(reason)) => (PluginState::Quarantined, reason.clone()),
        _ => (PluginState::Superseded, "rolled back by the operator".to_owned()),
    };
    go(host, "operator", (&from, state, &reason), &to).await
}

/// Go back because of this package's faults, and hold it: whether it was done. It is not where another one is live by now,
/// or where there is no way back.
///
/// # Errors
/// When the store cannot.
pub async fn retreat(host: &Host, id: &PluginId, package: Digest, reason: &str) -> Result<bool, CommandError> {
    let (Some(from), Some(to)) = pair(host, id).await? else { return Ok(false) };
    if from.digest != package || from.state != PluginState::Active {
        return Ok(false);
    }
    match go(host, "host", (&from, PluginState::Quarantined, reason), &to).await {
        Ok(Back { from, to, .. }) => {
            tracing::warn!(plugin.id = %id, from, to, reason, "plugin.rolled_back");
            Ok(true)
        }
        Err(error) if error.is_refusal() => {
            tracing::warn!(plugin.id = %id, reason = in_words(&error), "plugin.no_way_back");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The release that runs, or would if it were not held, and the one before it.
async fn pair(host: &Host, id: &PluginId) -> Result<(Option<Plugin>, Option<Plugin>), CommandError> {
    let read = async |tx: &mut store::SystemRead| {
        let from = match plugins::find_active(tx, id).await? {
            Some(active) => Some(active),
            None => plugins::find_held(tx, id).await?,
        };
        let to = match from.as_ref().and_then(|from| from.previous) {
            Some(previous) => plugins::find(tx, id, previous).await?,
            None => None,
        };
        Ok((from, to))
    };
    Ok(host.store.system_read("find the release before", read).await?)
}

async fn go(
    host: &Host,
    actor: &str,
    (from, state, reason): (&Plugin, PluginState, &str),
    to: &Plugin,
) -> Result<Back, CommandError> {
    let (now, id) = (Instant::now(), &to.id);
    if to.state == PluginState::Quarantined {
        return Err(CommandError::refused(super::held_in_words(to)));
    }
    permits(host, to).await?;
    let manifest = manifest_of(id, &to.manifest)?;
    let back = async |tx: &mut SystemTx| {
        let affected = live::go_back(tx, (from, state, reason), (to, &manifest), now).await?;
        let detail = json!({ "from": from.version, "from_digest": from.digest, "reason": reason });
        live::note(tx, (actor, "plugin.rollback"), to, &affected, detail, now).await?;
        Ok(affected)
    };
    let affected = host.store.system("go back to the release before", back).await?;
    Ok(Back { plugin: id.clone(), from: from.version.clone(), to: to.version.clone(), affected })
}

#[cfg(test)]
mod tests;
