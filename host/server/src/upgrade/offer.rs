//! A release that is offered: live by itself where it asks for no more, and otherwise what waits for the operator's yes.

use domain::{Consent, Digest, Instant, PluginId};
use sandbox::package::{Difference, Manifest};
use sandbox::trust::{self, VerifiedPackage};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use store::audit::{self, Entry};
use store::offers::{self, Offer, OfferState};
use store::plugins::{self, Plugin, PluginState};
use store::{StoreError, SystemTx};

use super::live::{self, Affected, Wake};
use super::{held_in_words, manifest_of};
use crate::error::CommandError;
use crate::host::{Host, Machinery};

/// What a package is to the host that it is offered to.
#[derive(Debug, Clone)]
pub enum Plan {
    /// The plugin's first: whoever installs it grants what it asks for.
    First,
    /// The live one again: under another signature, say.
    Again,
    /// Another release.
    Upgrade(Box<Waiting>),
}

/// A release beside the one that runs.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// The plugin.
    pub plugin: PluginId,
    /// The version that runs.
    pub live: String,
    /// The version that is offered.
    pub version: String,
    /// Its package.
    pub digest: Digest,
    /// The id of the key that signed it.
    pub signer: String,
    /// How it differs in what it asks for.
    pub difference: Difference,
    /// What it would do to the connections.
    pub affected: Affected,
}

impl Waiting {
    /// Whether somebody has to say yes: it asks for more, or it would stop connections.
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        !self.difference.more.is_nothing() || !self.affected.unfit.is_empty()
    }
}

/// Find out what a verified package is to this host.
///
/// # Errors
/// A release that is held.
pub async fn plan(host: &Host, package: &VerifiedPackage) -> Result<Plan, CommandError> {
    let manifest = package.manifest();
    let (id, digest) = (&manifest.id, package.digest());
    let (live, known) = host
        .store
        .system_read("find what is installed", async |tx| {
            let live = match plugins::find_active(tx, id).await? {
                Some(active) => Some(active),
                None => plugins::find_held(tx, id).await?,
            };
            Ok((live, plugins::find(tx, id, digest).await?))
        })
        .await?;
    if let Some(held) = known.filter(|known| known.state == PluginState::Quarantined) {
        return Err(CommandError::refused(held_in_words(&held)));
    }
    let Some(live) = live else { return Ok(Plan::First) };
    if live.digest == digest {
        return Ok(Plan::Again);
    }
    let offered = (manifest, digest, package.signer().key.to_string());
    Ok(Plan::Upgrade(Box::new(compare(host, &live, offered).await?)))
}

async fn compare(
    host: &Host,
    live: &Plugin,
    (manifest, digest, signer): (&Manifest, Digest, String),
) -> Result<Waiting, CommandError> {
    let before = manifest_of(&live.id, &live.manifest)?;
    let asks = Consent { capabilities: manifest.capabilities.clone(), kinds: manifest.kinds.clone() };
    let foresee = async |tx: &mut store::SystemRead| live::foresee(tx, &asks, manifest).await;
    Ok(Waiting {
        plugin: live.id.clone(),
        live: live.version.clone(),
        version: manifest.version.to_string(),
        digest,
        signer,
        difference: Difference::between(&before, &live.granted, manifest),
        affected: host.store.system_read("foresee an upgrade", foresee).await?,
    })
}

/// The release of a plugin that waits, with how it differs from what runs now.
///
/// # Errors
/// When none waits, or it is not of this version.
pub async fn waiting(host: &Host, id: &PluginId, version: Option<&str>) -> Result<(Offer, Waiting), CommandError> {
    let (offer, live) = host
        .store
        .system_read("find a release that waits", async |tx| {
            let live = match plugins::find_active(tx, id).await? {
                Some(active) => Some(active),
                None => plugins::find_held(tx, id).await?,
            };
            Ok((offers::find_pending(tx, id).await?, live))
        })
        .await?;
    let fits = |offer: &Offer| version.is_none_or(|version| offer.version == version);
    let (Some(offer), Some(live)) = (offer.filter(fits), live) else {
        let what = version.map_or_else(|| format!("release of {id}"), |version| format!("{id} {version}"));
        return Err(CommandError::usage(format!(
            "no {what} waits for approval: `weighbridge plugin list` shows what does"
        )));
    };
    let manifest = manifest_of(id, &offer.manifest)?;
    let waiting = compare(host, &live, (&manifest, offer.digest, offer.signer.clone())).await?;
    Ok((offer, waiting))
}

/// Keep a package and put it up for approval.
///
/// # Errors
/// When disk or store cannot.
pub async fn hold_back(host: &Host, package: &VerifiedPackage, waiting: &Waiting) -> Result<(), CommandError> {
    host.packages.keep(package).await?;
    let now = Instant::now();
    let Plugin { id, version, sequence, digest, manifest, signer, .. } = installed(package, now)?;
    let state = OfferState::Pending;
    let offer = Offer { id, digest, sequence, version, manifest, signer, state, reason: None, offered_at: now };
    let detail = json!({ "version": offer.version, "digest": digest, "more": waiting.difference.more });
    let entry = operators(now, "plugin.offer", &offer.id, detail);
    let put = async |tx: &mut SystemTx| {
        offers::put(tx, &offer).await?;
        audit::append(tx, &entry).await
    };
    Ok(host.store.system("hold a release back", put).await?)
}

/// Keep a package and make it the live one, granting all that it asks for.
///
/// # Errors
/// When disk or store cannot.
pub async fn go_live(host: &Host, package: &VerifiedPackage, action: &str) -> Result<Affected, CommandError> {
    host.packages.keep(package).await?;
    let now = Instant::now();
    let plugin = installed(package, now)?;
    let go = async |tx: &mut SystemTx| {
        let affected = live::make_live(tx, &plugin, package.manifest(), Wake::OfOthers, now).await?;
        let detail = json!({ "granted": plugin.granted });
        live::note(tx, ("operator", action), &plugin, &affected, detail, now).await?;
        Ok(affected)
    };
    Ok(host.store.system("make a release live", go).await?)
}

/// Say yes to a release that waits. It is verified again, as if it came today.
///
/// # Errors
/// When it is not trusted any more, or cannot be made live.
pub async fn approve(host: &Host, machinery: &Machinery, offer: &Offer) -> Result<Affected, CommandError> {
    let package = trust::verify(host.packages.read(offer.digest).await?, &host.trust_policy().await?, Instant::now())?;
    if package.digest() != offer.digest {
        return Err(CommandError::refused(format!(
            "the stored package of {} is not the one that was offered",
            offer.id
        )));
    }
    machinery.prepare(&package, &package.manifest().capabilities).await?;
    go_live(host, &package, "plugin.approve").await
}

/// Say no to a release that waits.
///
/// # Errors
/// When it does not wait any more.
pub async fn reject(host: &Host, offer: &Offer) -> Result<(), CommandError> {
    let detail = json!({ "version": offer.version, "digest": offer.digest });
    let entry = operators(Instant::now(), "plugin.reject", &offer.id, detail);
    let reject = async |tx: &mut SystemTx| -> Result<(), StoreError> {
        offers::reject(tx, &offer.id, offer.digest, "rejected by the operator").await?;
        audit::append(tx, &entry).await
    };
    Ok(host.store.system("reject a release", reject).await?)
}

fn installed(package: &VerifiedPackage, now: Instant) -> Result<Plugin, CommandError> {
    let manifest = package.manifest();
    let text = serde_json::to_string(manifest).map_err(|error| CommandError::because(&error))?;
    Ok(Plugin {
        id: manifest.id.clone(),
        version: manifest.version.to_string(),
        sequence: manifest.sequence,
        digest: package.digest(),
        manifest: RawValue::from_string(text).map_err(|error| CommandError::because(&error))?,
        signer: package.signer().key.to_string(),
        granted: manifest.capabilities.clone(),
        state: PluginState::Active,
        reason: None,
        installed_at: now,
        previous: None,
    })
}

fn operators(at: Instant, action: &str, plugin: &PluginId, detail: serde_json::Value) -> Entry {
    let (actor, action, subject) = ("operator".to_owned(), action.to_owned(), plugin.to_string());
    Entry { at, actor, action, subject, workspace: None, detail }
}

#[cfg(test)]
mod tests;
