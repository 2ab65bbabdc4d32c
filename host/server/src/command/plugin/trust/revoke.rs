//! `weighbridge plugin trust revoke` and `floor`: what must not run any more.

use domain::{Digest, PluginId};
use sandbox::trust::KeyId;
use store::{StoreError, offers, plugins, trust};

use super::steps::{Step, Steps};
use crate::command::{CommandError, in_words};
use crate::host::Host;

/// What is meant, where the id does not say it: a key and a package look alike, 64 digits.
pub(super) enum Meant {
    Known,
    Key,
    Package,
}

/// A slip of the finger must not pass for a revocation: what this host does not know is to be called by its kind.
pub(super) async fn revoke(host: &Host, id: &str, reason: &str, meant: Meant) -> Result<Vec<Step>, CommandError> {
    let key: KeyId = id.parse().map_err(|error| CommandError::usage(in_words(&error)))?;
    let digest: Digest = id.parse().map_err(|error| CommandError::usage(in_words(&error)))?;
    host.store
        .system("revoke trust", async |tx| {
            let mut steps = Steps::new(tx);
            let is_key = trust::find_key(steps.tx, id).await?.is_some()
                || trust::find_revoked_key(steps.tx, id).await?.is_some();
            let is_package = trust::find_revoked_digest(steps.tx, digest).await?.is_some()
                || plugins::list(steps.tx).await?.iter().any(|plugin| plugin.digest == digest)
                || offers::list(steps.tx).await?.iter().any(|offer| offer.digest == digest);
            match meant {
                Meant::Key => steps.revoke_key(&key.to_string(), reason).await?,
                Meant::Known if is_key => steps.revoke_key(&key.to_string(), reason).await?,
                Meant::Package => steps.revoke_package(digest, reason).await?,
                Meant::Known if is_package => steps.revoke_package(digest, reason).await?,
                Meant::Known => {
                    return Ok::<_, StoreError>(Err(CommandError::usage(format!(
                        "{id} is no key that this host trusts and no package that was installed or offered here: check it, or say what it \
                         is with `--key` or `--package`"
                    ))));
                }
            }
            Ok(Ok(steps.done))
        })
        .await?
}

pub(super) async fn floor(
    host: &Host,
    plugin: &PluginId,
    sequence: u64,
    lower: bool,
) -> Result<Vec<Step>, CommandError> {
    host.store
        .system("set a floor", async |tx| {
            let mut steps = Steps::new(tx);
            let before = trust::find_floor(steps.tx, plugin).await?;
            if let Some(before) = before.filter(|before| sequence < *before && !lower) {
                return Ok::<_, StoreError>(Err(CommandError::usage(format!(
                    "the floor of {plugin} is {before}: give `--lower` to let older releases run again"
                ))));
            }
            steps.floor(plugin, sequence).await?;
            Ok(Ok(steps.done))
        })
        .await?
}
