//! The configuration: one file, overridden by the environment, checked whole before anything starts.
//!
//! To add a key: put it with its default and a comment into `config/defaults.toml` and into its section here.

mod overlay;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::PluginId;
use serde::Deserialize;

pub use overlay::ConfigError;

/// Every key with its default, and the file that `weighbridge init` writes.
pub const DEFAULTS: &str = include_str!("config/defaults.toml");

/// The name of the file.
pub const FILE_NAME: &str = "weighbridge.toml";

/// The whole configuration, valid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where things are kept.
    pub storage: Storage,
    /// Where the host key is.
    pub vault: Vault,
    /// Where the API listens.
    pub listen: Listen,
    /// What plugins may take together.
    pub sandbox: Sandbox,
    /// When data is brought in.
    pub sync: Sync,
    /// Exceptions for outbound connections.
    pub egress: Egress,
    /// What is written to the log.
    pub log: Log,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Storage {
    pub data: PathBuf,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Vault {
    pub key_file: PathBuf,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Listen {
    pub address: SocketAddr,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Sandbox {
    pub concurrent_calls: u32,
    pub concurrent_calls_per_workspace: u32,
    pub concurrent_calls_per_plugin: u32,
    pub compile_seconds: u32,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Sync {
    pub enabled: bool,
    pub workers: u32,
    pub interval_minutes: u32,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Egress {
    pub routes: Vec<Route>,
    pub private_networks: BTreeMap<PluginId, Vec<String>>,
}

/// A host that is to be reached somewhere else.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The host that plugins name.
    pub host: String,
    /// Where it is, on this machine.
    pub to: String,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

impl Config {
    /// Read the file, lay the environment over it, and check the whole.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        // A bare file name lies in the folder that one stands in.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&text, &path.display().to_string(), std::env::vars())?.rooted(folder)
    }

    /// The configuration of a file's text and these variables. Paths stay as written.
    pub fn parse(
        text: &str,
        name: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let merged = overlay::merge(DEFAULTS, text, name, environment)?;
        let config: Self = serde_path_to_error::deserialize(merged).map_err(|error| ConfigError::Value {
            key: error.path().to_string(),
            problem: error.into_inner().to_string().trim().to_owned(),
        })?;
        config.checked()
    }

    /// The rules that a type cannot say.
    fn checked(self) -> Result<Self, ConfigError> {
        let positive = [
            ("sandbox.concurrent_calls", self.sandbox.concurrent_calls),
            ("sandbox.concurrent_calls_per_workspace", self.sandbox.concurrent_calls_per_workspace),
            ("sandbox.concurrent_calls_per_plugin", self.sandbox.concurrent_calls_per_plugin),
            ("sandbox.compile_seconds", self.sandbox.compile_seconds),
            ("sync.workers", self.sync.workers),
            ("sync.interval_minutes", self.sync.interval_minutes),
        ];
        match positive.into_iter().find(|(_, value)| *value == 0) {
            Some((key, _)) => Err(ConfigError::Value { key: key.to_owned(), problem: "must be at least 1".to_owned() }),
            None => Ok(self),
        }
    }

    /// Relative paths start at the folder of the file.
    fn rooted(mut self, folder: &Path) -> Result<Self, ConfigError> {
        let folder = std::path::absolute(folder)
            .map_err(|source| ConfigError::Unreadable { path: folder.to_owned(), source })?;
        self.storage.data = folder.join(&self.storage.data);
        self.vault.key_file = folder.join(&self.vault.key_file);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Config::parse(text, "weighbridge.toml", variables).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = parse("", &[]).expect("the defaults are valid");
        assert_eq!(config.listen.address.to_string(), "127.0.0.1:8417");
        assert!(config.egress.routes.is_empty());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_a_suggestion() {
        let error = parse("[listen]\nadress = \"127.0.0.1:1\"\n", &[]).expect_err("a wrong key");
        assert_eq!(error, "weighbridge.toml:2:1: there is no key `listen.adress`; did you mean `address`?");
        let error = parse("[lisen]\n", &[]).expect_err("a wrong section");
        assert_eq!(error, "weighbridge.toml:1:2: there is no key `lisen`; did you mean `listen`?");
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let error = parse("[listen]\naddress = \"nowhere\"\n", &[]).expect_err("a wrong value");
        assert!(error.starts_with("the value of `listen.address` does not fit: "), "{error}");
        let error = parse("[sync]\nworkers = 0\n", &[]).expect_err("a wrong value");
        assert_eq!(error, "the value of `sync.workers` does not fit: must be at least 1");
    }

    #[test]
    fn the_environment_wins_over_the_file_and_unknown_variables_are_refused() {
        let config = parse("[sync]\nworkers = 3\n", &[("WEIGHBRIDGE__SYNC__WORKERS", "5")]).expect("valid");
        assert_eq!(config.sync.workers, 5);
        let error = parse("", &[("WEIGHBRIDGE__SYNC__WORKER", "5")]).expect_err("no such key");
        assert_eq!(error, "WEIGHBRIDGE__SYNC__WORKER: there is no key `sync.worker`; did you mean `workers`?");
    }

    #[test]
    fn maps_of_plugins_take_any_plugin_and_nothing_else() {
        let config = parse("[egress.private_networks]\n\"acme/jira\" = [\"10.0.0.0/8\"]\n", &[]).expect("valid");
        assert_eq!(config.egress.private_networks.len(), 1);
        assert!(parse("[egress.private_networks]\njira = [\"10.0.0.0/8\"]\n", &[]).is_err());
    }
}
