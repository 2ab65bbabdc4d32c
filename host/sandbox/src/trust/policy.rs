//! What the operator trusts: pure data, from `trust.toml` or the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use domain::{Digest, Instant, PluginId};
use serde::{Deserialize, Serialize};

use super::key::{KeyId, PublicKey};
use super::{TrustError, rfc3339};

/// Whom the operator trusts, and what was taken back. `Default` trusts nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustPolicy {
    /// Packages that do not run, whoever signed them.
    pub revoked_digests: BTreeSet<Digest>,
    /// For each plugin the lowest sequence that may run. The host raises it when it installs.
    pub floors: BTreeMap<PluginId, u64>,
    /// The publishers.
    pub keys: Vec<PublisherKey>,
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
    /// From when it counts.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Instant>,
    /// From when it no longer counts.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Instant>,
    /// From when it counts for nothing, what it signed before included.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Instant>,
}

/// Which plugins: `publisher/name`, or `publisher/*` for all of a publisher's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PluginPattern {
    /// One plugin.
    Exact(PluginId),
    /// All of a publisher's.
    Publisher(String),
}

/// The text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pattern of plugin ids: write `publisher/name`, or `publisher/*` for all of a publisher's")]
pub struct PatternError(String);

impl PluginPattern {
    /// Whether it means this plugin.
    #[must_use]
    pub fn covers(&self, plugin: &PluginId) -> bool {
        match self {
            Self::Exact(id) => id == plugin,
            Self::Publisher(publisher) => publisher == plugin.publisher(),
        }
    }
}

impl FromStr for PluginPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let wrong = || PatternError(text.chars().take(160).collect());
        match text.strip_suffix("/*") {
            // A publisher is what stands before the slash of a valid id.
            Some(publisher) => {
                let probe: PluginId = format!("{publisher}/any").parse().map_err(|_| wrong())?;
                Ok(Self::Publisher(probe.publisher().to_owned()))
            }
            None => text.parse().map(Self::Exact).map_err(|_| wrong()),
        }
    }
}

impl TryFrom<String> for PluginPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl fmt::Display for PluginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(id) => id.fmt(f),
            Self::Publisher(publisher) => write!(f, "{publisher}/*"),
        }
    }
}

impl From<PluginPattern> for String {
    fn from(pattern: PluginPattern) -> Self {
        pattern.to_string()
    }
}

impl PublisherKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.public_key.id()
    }

    fn check(&self, plugin: &PluginId, now: Instant) -> Result<(), TrustError> {
        let key = self.id();
        match (self.revoked_at, self.not_before, self.not_after) {
            (Some(at), _, _) if now >= at => return Err(TrustError::KeyRevoked { key, at }),
            (_, Some(from), _) if now < from => return Err(TrustError::KeyNotYetValid { key, from }),
            (_, _, Some(at)) if now >= at => return Err(TrustError::KeyExpired { key, at }),
            _ => {}
        }
        if self.plugins.iter().any(|pattern| pattern.covers(plugin)) {
            return Ok(());
        }
        let allowed = self.plugins.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>();
        let allowed = if allowed.is_empty() { "no plugin".to_owned() } else { allowed.join(", ") };
        Err(TrustError::PluginNotCovered { key, plugin: plugin.clone(), allowed })
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

    /// Whether a package that was verified at install may still run now. Cheap: asked before every call.
    ///
    /// # Errors
    /// Says what was taken back: the key, what it covers, the digest, or the sequence.
    pub fn permits(
        &self,
        digest: Digest,
        signer: KeyId,
        plugin: &PluginId,
        sequence: u64,
        now: Instant,
    ) -> Result<(), TrustError> {
        self.check_key(signer, plugin, now)?;
        self.check_digest(digest)?;
        self.check_floor(plugin, sequence)
    }

    /// A key can stand here more than once, for other plugins or other dates; revoked once, it is revoked.
    pub(super) fn check_key(&self, signer: KeyId, plugin: &PluginId, now: Instant) -> Result<(), TrustError> {
        let mut accepted = false;
        let mut refusal = None;
        for entry in self.keys.iter().filter(|key| key.id() == signer) {
            match entry.check(plugin, now) {
                Ok(()) => accepted = true,
                Err(revoked @ TrustError::KeyRevoked { .. }) => return Err(revoked),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        if accepted { Ok(()) } else { Err(refusal.unwrap_or(TrustError::UnknownKey(signer))) }
    }

    pub(super) fn check_digest(&self, digest: Digest) -> Result<(), TrustError> {
        if self.revoked_digests.contains(&digest) { Err(TrustError::DigestRevoked(digest)) } else { Ok(()) }
    }

    pub(super) fn check_floor(&self, plugin: &PluginId, sequence: u64) -> Result<(), TrustError> {
        match self.floors.get(plugin) {
            Some(&floor) if sequence < floor => Err(TrustError::Downgrade { plugin: plugin.clone(), sequence, floor }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::SigningKey;

    #[test]
    fn a_pattern_means_one_plugin_or_all_of_one_publisher() {
        let pattern = |text: &str| text.parse::<PluginPattern>();
        let id = |text: &str| text.parse::<PluginId>().expect("an id");
        let publisher = pattern("acme/*").expect("a pattern");
        assert!(publisher.covers(&id("acme/git")) && !publisher.covers(&id("acme-evil/git")));
        let exact = pattern("acme/git").expect("a pattern");
        assert!(exact.covers(&id("acme/git")) && !exact.covers(&id("acme/git-two")));
        for odd in ["*", "*/*", "acme/g*", "acme", "/*", "Acme/*", "*/git", "acme/*/*"] {
            assert!(pattern(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_policy_survives_its_toml_and_refuses_unknown_keys() {
        let policy = TrustPolicy {
            revoked_digests: [Digest::from_bytes([7; 32])].into(),
            floors: [("acme/git".parse().expect("an id"), 4)].into(),
            keys: vec![PublisherKey {
                name: "Acme".to_owned(),
                public_key: SigningKey::generate().expect("a key").public(),
                plugins: vec!["acme/*".parse().expect("a pattern")],
                not_before: None,
                not_after: Some("2027-01-01T00:00:00Z".parse().expect("an instant")),
                revoked_at: None,
            }],
        };
        let text = toml::to_string(&policy).expect("toml");
        assert!(text.contains("not_after = \"2027-01-01T00:00:00Z\""), "{text}");
        assert_eq!(toml::from_str::<TrustPolicy>(&text).expect("a policy"), policy);
        assert!(toml::from_str::<TrustPolicy>("revoked = []").is_err());
    }
}
