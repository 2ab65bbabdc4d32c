//! What a plugin says of itself and asks for.
//!
//! The author writes `plugin.toml`; the package carries the canonical JSON of the same thing, and only that one form of it
//! is accepted: a section that is not byte for byte what this host would write is refused, and duplicate keys with it.

mod error;

use domain::{Budget, Capabilities, Digest, PluginId, RecordKind};
pub use error::{ManifestError, NotInstallable};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{canonical, rules, sha256};

/// A checked manifest, when it comes from [`Manifest::from_toml`] or [`Manifest::from_canonical`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `publisher/name`.
    pub id: PluginId,
    /// The version, for people.
    pub version: Version,
    /// The number that grows with every release, from 1: what downgrades are told by. The author states it.
    pub sequence: u64,
    /// The name shown, 1 to 128 bytes.
    pub title: String,
    /// A few sentences, at most 2,048 bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The licence, as an SPDX expression.
    pub license: String,
    /// Where to read more: an `https` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// What sort of plugin it is.
    #[serde(default)]
    pub world: World,
    /// What it may import beside the interfaces of its world.
    #[serde(default)]
    pub profile: Profile,
    /// The kinds of record that it may bring. Any other fails its page.
    #[serde(default)]
    pub kinds: Vec<RecordKind>,
    /// What it asks to be allowed.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// What a call may cost; parts that are left out are the defaults.
    #[serde(default)]
    pub budget: Budget,
    /// The JSON Schema of a connection's settings, of type `object`; see [`super::validate_settings`] for the subset.
    #[serde(default = "no_settings")]
    pub settings: Value,
}

/// The sorts of plugin: the worlds of `wit/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// Pulls records.
    #[default]
    Connector,
    /// Pulls records and takes deliveries.
    ConnectorWithWebhook,
    /// Says numbers and labels of one file.
    ContentAnalyzer,
    /// Says what sort of work a commit is.
    CommitClassifier,
}

impl World {
    /// Its name in WIT.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::ConnectorWithWebhook => "connector-with-webhook",
            Self::ContentAnalyzer => "content-analyzer",
            Self::CommitClassifier => "commit-classifier",
        }
    }

    /// The interfaces that a component of this world exports.
    #[must_use]
    pub const fn exports(self) -> &'static [&'static str] {
        match self {
            Self::Connector => &["source"],
            Self::ConnectorWithWebhook => &["source", "webhook"],
            Self::ContentAnalyzer => &["analyzer"],
            Self::CommitClassifier => &["classifier"],
        }
    }

    /// Whether it pulls, and so may have imports.
    #[must_use]
    pub const fn is_connector(self) -> bool {
        matches!(self, Self::Connector | Self::ConnectorWithWebhook)
    }
}

/// What a component may import beside the interfaces of its world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Nothing.
    #[default]
    Pure,
    /// WASI, which the host answers without giving anything away.
    InertWasi,
}

impl Manifest {
    /// The size that no form of a manifest exceeds, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Read the author's form.
    ///
    /// # Errors
    /// Says line and column of what is not TOML or not of the manifest, and names the field that breaks a rule.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        check_size(text.len())?;
        let manifest: Self = toml::from_str(text).map_err(ManifestError::Toml)?;
        rules::check(&manifest)?;
        Ok(manifest)
    }

    /// Read the package's form.
    ///
    /// # Errors
    /// When the bytes are not exactly those that [`Manifest::to_canonical`] gives for a manifest that keeps the rules.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, ManifestError> {
        check_size(bytes.len())?;
        let manifest: Self = serde_json::from_slice(bytes).map_err(ManifestError::Json)?;
        rules::check(&manifest)?;
        if canonical::encode(&manifest).map_err(ManifestError::Json)? != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }

    /// The package's form: JSON without white space, keys sorted.
    ///
    /// # Errors
    /// When the manifest breaks a rule, or would not be read back as it is.
    pub fn to_canonical(&self) -> Result<Vec<u8>, ManifestError> {
        let bytes = canonical::encode(self).map_err(ManifestError::Json)?;
        if Self::from_canonical(&bytes)? == *self { Ok(bytes) } else { Err(ManifestError::NotCanonical) }
    }

    /// SHA-256 of the package's form.
    ///
    /// # Errors
    /// As [`Manifest::to_canonical`].
    pub fn digest(&self) -> Result<Digest, ManifestError> {
        self.to_canonical().map(|bytes| sha256(&bytes))
    }

    /// Whether this host can run it; asked at install, since a later host may say yes.
    ///
    /// # Errors
    /// Names the world, profile or kind that this host cannot serve.
    pub fn check_installable(&self) -> Result<(), NotInstallable> {
        if self.world != World::Connector {
            return Err(NotInstallable::World(self.world.name()));
        }
        if self.profile != Profile::Pure {
            return Err(NotInstallable::Profile);
        }
        match self.kinds.iter().find(|kind| !kind.is_stored()) {
            Some(kind) => Err(NotInstallable::Kind(*kind)),
            None => Ok(()),
        }
    }
}

fn check_size(bytes: usize) -> Result<(), ManifestError> {
    let max = Manifest::MAX_BYTES;
    if bytes > max { Err(ManifestError::TooLarge { bytes, max }) } else { Ok(()) }
}

fn no_settings() -> Value {
    serde_json::json!({ "type": "object", "additionalProperties": false })
}
