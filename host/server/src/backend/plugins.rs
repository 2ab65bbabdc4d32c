//! Plugins: the releases that run, those that wait for the operator, and those that are kept from running.

use std::collections::BTreeSet;

use api::{Authorized, Pending, Plugin, PluginBudget, PluginState, Plugins, PluginsRead, PortError};
use domain::budget::limits::{Layers, Limits};
use domain::{Budget, Capabilities, Digest, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use store::budgets::{self, Found};
use store::offers::{self, Offer, OfferState};
use store::plugins::PluginState as Stored;
use store::{Store, StoreError, SystemRead, plugins, trust};

use super::{StoreBackend, fault};

impl Plugins for StoreBackend {
    fn list_plugins<'a>(&'a self, caller: &'a Authorized<PluginsRead>) -> Pending<'a, Vec<Plugin>> {
        // Plugins are the operator's: what is installed is there for every workspace. What they may cost is each one's own.
        Box::pin(list(&self.store, caller.workspace(), self.ceiling))
    }
}

async fn list(store: &Store, workspace: WorkspaceId, ceiling: Budget) -> Result<Vec<Plugin>, PortError> {
    let read = async |tx: &mut SystemRead| {
        let mut all = Vec::new();
        for plugin in plugins::list(tx).await? {
            let found = budgets::concerning(tx, Some(&plugin.id), Some(workspace)).await?;
            all.push((plugin, found));
        }
        let mut waiting = Vec::new();
        for offer in offers::list(tx).await?.into_iter().filter(|offer| offer.state == OfferState::Pending) {
            let found = budgets::concerning(tx, Some(&offer.id), Some(workspace)).await?;
            waiting.push((offer, found));
        }
        Ok((all, waiting, Revoked::read(tx).await?))
    };
    let (all, waiting, revoked) = store.system_read("list plugins", read).await.map_err(fault)?;
    let shown = all.into_iter().filter_map(|(plugin, found)| {
        let state = match plugin.state {
            Stored::Superseded | Stored::Removed => return None,
            _ if revoked.has(&plugin) => PluginState::Revoked,
            Stored::Active => PluginState::Active,
            Stored::Quarantined => PluginState::Quarantined,
        };
        Some(describe(plugin, state, found, ceiling))
    });
    let waiting =
        waiting.into_iter().map(|(offer, found)| describe(ungranted(offer), PluginState::Pending, found, ceiling));
    let mut shown: Vec<_> = shown.chain(waiting).collect::<Result<_, _>>().map_err(fault)?;
    // The sort is stable: what runs stands before what waits.
    shown.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(shown)
}

/// What the operator has withdrawn trust from.
struct Revoked {
    keys: BTreeSet<String>,
    digests: BTreeSet<Digest>,
}

impl Revoked {
    async fn read(tx: &mut SystemRead) -> Result<Self, StoreError> {
        let keys = trust::list_revoked_keys(tx).await?.into_iter().map(|(key, _)| key).collect();
        let digests = trust::list_revoked_digests(tx).await?.into_iter().map(|(digest, _)| digest).collect();
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
    #[serde(default)]
    budget: Value,
}

fn describe(
    plugin: plugins::Plugin,
    state: PluginState,
    found: Found,
    ceiling: Budget,
) -> Result<Plugin, serde_json::Error> {
    let Manifest { kinds, capabilities, budget } = serde_json::from_str(plugin.manifest.get())?;
    let Found { plugin: for_plugin, workspace, both, plugin_calls: _, workspace_calls: _ } = found;
    // What another version asked for in words that this one does not know is shown as the default.
    let asked = Budget::deserialize(budget).unwrap_or_default();
    let limits: Limits = Layers { asked, plugin: for_plugin, workspace, both, ceiling }.limits();
    Ok(Plugin {
        id: plugin.id,
        version: plugin.version,
        digest: plugin.digest,
        signed_by: plugin.signer,
        state,
        reason: plugin.reason,
        installed_at: plugin.installed_at.into(),
        kinds,
        requested: (&capabilities).into(),
        granted: (&plugin.granted).into(),
        budgets: PluginBudget::all(&limits),
    })
}

/// A release that waits, as if it were installed and granted nothing.
fn ungranted(offer: Offer) -> plugins::Plugin {
    // Destructured whole, so that a part that is forgotten does not compile.
    let Offer { id, digest, sequence, version, manifest, signer, state: _, reason, offered_at } = offer;
    let (granted, state) = (Capabilities::default(), Stored::Superseded);
    plugins::Plugin {
        id,
        version,
        sequence,
        digest,
        manifest,
        signer,
        granted,
        state,
        reason,
        installed_at: offered_at,
        previous: None,
    }
}

#[cfg(test)]
mod tests;
