//! What the operator trusts, as pure data.
//!
//! Two things end in different ways. Dates of keys and statements, and what was installed before, decide what may be
//! *installed*: they are judged at the instant of the install, which the host itself has noted. A revoked key, a revoked
//! package and a floor decide what may *run*: they are asked before every call, whenever the package was installed.

use std::collections::BTreeMap;

use domain::{Digest, Instant, PluginId};
use serde::{Deserialize, Serialize};

use super::key::{KeyId, PublicKey};
use super::pattern::PluginPattern;
use super::{TrustError, rfc3339};

/// Whom the operator trusts, and what was taken back. `Default` trusts nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrustPolicy {
    /// The publishers.
    pub keys: Vec<PublisherKey>,
    /// Keys that count for nothing, what they signed before included.
    pub revoked_keys: BTreeMap<KeyId, Revocation>,
    /// Packages that do not run, whoever signed them.
    pub revoked_digests: BTreeMap<Digest, Revocation>,
    /// For each plugin the lowest sequence that may run, as the operator set it.
    pub floors: BTreeMap<PluginId, u64>,
    /// For each plugin the highest sequence that was ever installed: none below it is installed by itself.
    pub installed: BTreeMap<PluginId, u64>,
}

/// A publisher's key, and what it is trusted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherKey {
    /// Whose it is, for people.
    pub name: String,
    /// The key, in PEM form.
    pub public_key: PublicKey,
    /// The plugins it may sign.
    pub plugins: Vec<PluginPattern>,
    /// From when packages may be installed by it.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Instant>,
    /// From when nothing more is installed by it. What was installed before goes on.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Instant>,
}

/// Since when something must not run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// Since when.
    #[serde(with = "rfc3339")]
    pub at: Instant,
    /// Why, in the operator's words.
    pub reason: String,
}

/// What the host noted when it installed a package.
#[derive(Debug, Clone, Copy)]
pub struct Installation<'a> {
    /// The plugin.
    pub plugin: &'a PluginId,
    /// Its sequence.
    pub sequence: u64,
    /// The package.
    pub digest: Digest,
    /// The key by whose signature it was installed.
    pub signer: KeyId,
    /// When.
    pub at: Instant,
}

impl PublisherKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.public_key.id()
    }

    fn check(&self, plugin: &PluginId, at: Instant) -> Result<(), TrustError> {
        let key = self.id();
        match (self.not_before, self.not_after) {
            (Some(from), _) if at < from => return Err(TrustError::KeyNotYetValid { key, from }),
            (_, Some(until)) if at >= until => return Err(TrustError::KeyExpired { key, at: until }),
            _ => {}
        }
        if self.plugins.iter().any(|pattern| pattern.covers(plugin)) {
            return Ok(());
        }
        let allowed = self.plugins.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>();
        let allowed = if allowed.is_empty() { "no plugin".to_owned() } else { allowed.join(", ") };
        Err(TrustError::PluginNotCovered { key, plugin: plugin.clone(), allowed })
    }

    /// Whether packages may be installed by it for longer than by the other.
    pub(super) fn outlasts(&self, other: &Self) -> bool {
        match (self.not_after, other.not_after) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(mine), Some(its)) => mine > its,
        }
    }
}

impl TrustPolicy {
    /// The first entry of the key of this id.
    ///
    /// # Errors
    /// When it is not trusted.
    pub fn get_key(&self, id: KeyId) -> Result<&PublisherKey, TrustError> {
        self.keys.iter().find(|key| key.id() == id).ok_or(TrustError::UnknownKey(id))
    }

    /// Whether a package that was verified when it was installed may still run. Cheap: asked before every call.
    ///
    /// # Errors
    /// Says what was taken back: the key, what it covers, the digest, or the sequence.
    pub fn permits(&self, installed: &Installation<'_>) -> Result<(), TrustError> {
        let Installation { plugin, sequence, digest, signer, at } = *installed;
        self.check_key(signer, plugin, at)?;
        self.check_digest(digest)?;
        self.check_floor(plugin, sequence)
    }

    /// The entry by which a key counts for a plugin at an instant. A key can stand here more than once, for other plugins or
    /// other dates: the entry that lasts longest is taken.
    pub(super) fn check_key(&self, id: KeyId, plugin: &PluginId, at: Instant) -> Result<&PublisherKey, TrustError> {
        if let Some(Revocation { at, reason }) = self.revoked_keys.get(&id) {
            return Err(TrustError::KeyRevoked { key: id, at: *at, reason: reason.clone() });
        }
        let mut accepted: Option<&PublisherKey> = None;
        let mut refusal = None;
        for entry in self.keys.iter().filter(|key| key.id() == id) {
            match entry.check(plugin, at) {
                Ok(()) if accepted.is_none_or(|best| entry.outlasts(best)) => accepted = Some(entry),
                Ok(()) => {}
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        accepted.ok_or_else(|| refusal.unwrap_or(TrustError::UnknownKey(id)))
    }

    pub(super) fn check_digest(&self, digest: Digest) -> Result<(), TrustError> {
        match self.revoked_digests.get(&digest) {
            Some(Revocation { at, reason }) => {
                Err(TrustError::DigestRevoked { digest, at: *at, reason: reason.clone() })
            }
            None => Ok(()),
        }
    }

    pub(super) fn check_floor(&self, plugin: &PluginId, sequence: u64) -> Result<(), TrustError> {
        match self.floors.get(plugin) {
            Some(&floor) if sequence < floor => Err(TrustError::BelowFloor { plugin: plugin.clone(), sequence, floor }),
            _ => Ok(()),
        }
    }

    /// Whether it is no older than what was ever installed.
    pub(super) fn check_newer(&self, plugin: &PluginId, sequence: u64) -> Result<(), TrustError> {
        match self.installed.get(plugin) {
            Some(&highest) if sequence < highest => {
                Err(TrustError::Downgrade { plugin: plugin.clone(), sequence, highest })
            }
            _ => Ok(()),
        }
    }
}
