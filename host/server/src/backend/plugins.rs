//! Installed plugins: those that run, and those that are kept from it.

use std::collections::BTreeSet;

use api::{Authorized, Pending, Plugin, PluginState, Plugins, PluginsRead, PortError};
use domain::{Capabilities, Digest};
use serde::Deserialize;
use store::plugins::PluginState as Stored;
use store::{Store, StoreError, SystemRead, plugins, trust};

use super::{StoreBackend, fault};

impl Plugins for StoreBackend {
    fn list_plugins<'a>(&'a self, _: &'a Authorized<PluginsRead>) -> Pending<'a, Vec<Plugin>> {
        // Plugins are the operator's: what is installed is there for every workspace.
        Box::pin(list(&self.store))
    }
}

async fn list(store: &Store) -> Result<Vec<Plugin>, PortError> {
    let read = async |tx: &mut SystemRead| Ok((plugins::list(tx).await?, Revoked::read(tx).await?));
    let (all, revoked) = store.system_read("list plugins", read).await.map_err(fault)?;
    let shown = all.into_iter().filter_map(|plugin| {
        let state = match plugin.state {
            Stored::Superseded | Stored::Removed => return None,
            _ if revoked.has(&plugin) => PluginState::Revoked,
            Stored::Active => PluginState::Active,
            Stored::Quarantined => PluginState::Quarantined,
        };
        Some(describe(plugin, state))
    });
    shown.collect::<Result<_, _>>().map_err(fault)
}

/// What the operator has withdrawn trust from.
struct Revoked {
    keys: BTreeSet<String>,
    digests: BTreeSet<Digest>,
}

impl Revoked {
    async fn read(tx: &mut SystemRead) -> Result<Self, StoreError> {
        let keys = trust::list_keys(tx).await?.into_iter().filter(|key| key.revoked_at.is_some());
        let keys = keys.map(|key| key.id).collect();
        let digests = trust::list_revoked(tx).await?.into_iter().map(|(digest, _)| digest).collect();
        Ok(Self { keys, digests })
    }

    fn has(&self, plugin: &plugins::Plugin) -> bool {
        self.keys.contains(&plugin.signer) || self.digests.contains(&plugin.digest)
    }
}

/// What of a manifest is shown. The rest is not looked at: an older version may have written it.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    capabilities: Capabilities,
}

fn describe(plugin: plugins::Plugin, state: PluginState) -> Result<Plugin, serde_json::Error> {
    let Manifest { kinds, capabilities } = serde_json::from_str(plugin.manifest.get())?;
    Ok(Plugin {
        id: plugin.id,
        version: plugin.version,
        digest: plugin.digest,
        signed_by: plugin.signer,
        state,
        installed_at: plugin.installed_at.into(),
        kinds,
        requested: (&capabilities).into(),
        granted: (&plugin.granted).into(),
    })
}

#[cfg(test)]
mod tests;
