//! The configuration: one file, overridden by the environment, checked whole before anything starts.
//!
//! To add a key: put it with its default and a comment into `config/defaults.toml` and into its section here.

mod address;
mod overlay;
mod reach;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Budget, BudgetKind};
use serde::Deserialize;

pub use address::DatabaseAddress;
pub use overlay::ConfigError;
pub use reach::{Egress, Network};

use crate::telemetry;

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
    /// What each of their calls may cost.
    pub budgets: Budgets,
    /// When data is brought in.
    pub sync: Sync,
    /// What becomes of plugins that fault again and again.
    pub faults: Faults,
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
    #[serde(deserialize_with = "address::unless_empty")]
    pub database: Option<DatabaseAddress>,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Vault {
    pub key_from: KeyFrom,
    pub key_file: PathBuf,
    pub key_command: Vec<String>,
}

/// Where the host key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFrom {
    /// A file.
    File,
    /// A variable of the environment.
    Environment,
    /// What a command prints.
    Command,
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
    pub guests: Guests,
}

/// Where plugins run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guests {
    /// In this process.
    Inside,
    /// In one of their own.
    Apart,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Budgets {
    pub ceiling: Budget,
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Sync {
    pub enabled: bool,
    pub workers: u32,
    pub workers_per_workspace: u32,
    pub lease_ms: u32,
    pub interval_minutes: u32,
}

impl Sync {
    /// How long a lease lasts that nobody extends.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms.into())
    }
}

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Faults {
    pub rollback_after: u32,
    pub quarantine_after: u32,
    pub quarantine_release_after: u32,
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
        Self::parse(&text, &path.display().to_string(), std::env::vars_os())?.rooted(folder)
    }

    /// The configuration of a file's text and these variables. Paths stay as written.
    pub fn parse(
        text: &str,
        name: &str,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let merged = overlay::merge(DEFAULTS, text, name, environment)?;
        let config: Self = serde_path_to_error::deserialize(merged).map_err(|error| ConfigError::Value {
            key: error.path().to_string(),
            problem: error.into_inner().message().to_owned(),
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
            ("sync.workers_per_workspace", self.sync.workers_per_workspace),
            ("sync.lease_ms", self.sync.lease_ms),
            ("sync.interval_minutes", self.sync.interval_minutes),
            ("faults.rollback_after", self.faults.rollback_after),
            ("faults.quarantine_after", self.faults.quarantine_after),
            ("faults.quarantine_release_after", self.faults.quarantine_release_after),
        ];
        let wrong = |key: &str, problem: String| Err(ConfigError::Value { key: key.to_owned(), problem });
        if let Some((key, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            return wrong(key, "must be at least 1".to_owned());
        }
        if self.vault.key_from == KeyFrom::Command && self.vault.key_command.is_empty() {
            return wrong("vault.key_command", "there is none, and `vault.key_from` says `command`".to_owned());
        }
        for kind in BudgetKind::ALL {
            let (value, most) = (self.budgets.ceiling.get(*kind), Budget::CEILING.get(*kind));
            let key = format!("budgets.ceiling.{}", kind.name());
            if value > most {
                return wrong(&key, format!("this build gives at most {most}"));
            }
            if value == 0 && kind.is_vital() {
                return wrong(&key, "must be at least 1: no call could run with it".to_owned());
            }
        }
        match telemetry::check(&self.log) {
            Err(problem) => wrong("log.filter", problem),
            Ok(()) => Ok(self),
        }
    }

    /// Relative paths start at the folder of the file.
    fn rooted(mut self, folder: &Path) -> Result<Self, ConfigError> {
        let folder = std::path::absolute(folder)
            .map_err(|source| ConfigError::Unreadable { path: folder.to_owned(), source })?;
        self.storage.data = folder.join(&self.storage.data);
        self.vault.key_file = folder.join(&self.vault.key_file);
        self.egress.rooted(&folder)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(key, value)| (OsString::from(key), OsString::from(value)));
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
    fn a_variable_that_is_no_text_is_refused_where_it_is_ours_alone() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = || OsString::from_vec(vec![b'a', 0xff]);
        let parse = |name: OsString| Config::parse("", "weighbridge.toml", [(name, odd())].into_iter());
        assert!(parse(odd()).is_ok());
        assert!(parse("LANG".into()).is_ok());
        let error = parse("WEIGHBRIDGE__LOG__FILTER".into()).expect_err("a value that is no text");
        assert_eq!(error.to_string(), "the value of `WEIGHBRIDGE__LOG__FILTER` does not fit: it is not UTF-8");
        assert!(parse(OsString::from_vec([b"WEIGHBRIDGE__".as_slice(), &[0xff]].concat())).is_err());
    }

    #[test]
    fn a_filter_that_the_log_cannot_use_is_a_wrong_value() {
        let error = parse("[log]\nfilter = \"a=b=c\"\n", &[]).expect_err("no filter");
        assert!(error.starts_with("the value of `log.filter` does not fit: "), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why_once() {
        let error = Config::load(Path::new("/nowhere/weighbridge.toml")).expect_err("no file");
        let line = crate::error::in_words(&error);
        assert_eq!(line.matches("os error 2").count(), 1, "{line}");
        let error = parse("", &[("WEIGHBRIDGE__LOG__FILTER_FILE", "/nowhere/filter")]).expect_err("no file");
        assert_eq!(error, "WEIGHBRIDGE__LOG__FILTER_FILE: cannot read `/nowhere/filter`");
    }

    #[test]
    fn maps_of_plugins_take_any_plugin_and_nothing_else() {
        let config = parse("[egress.private_networks]\n\"acme/jira\" = [\"10.0.0.0/8\"]\n", &[]).expect("valid");
        assert_eq!(config.egress.private_networks.len(), 1);
        assert!(parse("[egress.private_networks]\njira = [\"10.0.0.0/8\"]\n", &[]).is_err());
        let error = parse("[egress.private_networks]\n\"acme/jira\" = [\"10.0.0.0/8\", \"10.1\"]\n", &[]);
        let error = error.expect_err("no network");
        assert_eq!(
            error,
            "the value of `egress.private_networks.acme/jira[1]` does not fit: `10.1` is not a network: \
             write one such as `10.20.0.0/16` or `fd00::/8`"
        );
    }

    #[test]
    fn a_file_of_authorities_that_cannot_be_trusted_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let load = |roots: &str| {
            let file = folder.path().join(FILE_NAME);
            std::fs::write(&file, format!("[egress]\nroots = [\"{roots}\"]\n")).expect("a file");
            Config::load(&file).expect_err("nothing to trust").to_string()
        };
        std::fs::write(folder.path().join("ca.der"), [0x30, 0x82]).expect("a file");
        let begin = |name| {
            let path = std::path::absolute(folder.path().join(name)).expect("a path");
            format!("the value of `egress.roots[0]` does not fit: `{}`: ", path.display())
        };
        assert!(load("ca.der").starts_with(&format!("{}it holds no certificate in PEM form", begin("ca.der"))));
        assert!(load("none.pem").starts_with(&format!("{}cannot be read: No such file", begin("none.pem"))));
    }

    #[test]
    fn no_ceiling_is_above_what_this_build_can_give() {
        let config = parse("[budgets.ceiling]\ncpu_ms = 500\n", &[]).expect("valid");
        assert_eq!(config.budgets.ceiling, Budget { cpu_ms: 500, ..Budget::CEILING });
        let error = parse("[budgets.ceiling]\ncpu_ms = 31_000\n", &[]).expect_err("too much");
        assert_eq!(error, "the value of `budgets.ceiling.cpu_ms` does not fit: this build gives at most 30000");
        let error = parse("[budgets.ceiling]\nmemory_bytes = 0\n", &[]).expect_err("nothing");
        assert!(error.contains("`budgets.ceiling.memory_bytes`"), "{error}");
        let error = parse("[budgets.ceiling]\ncpus = 1\n", &[]).expect_err("no such key");
        assert!(error.contains("there is no key `budgets.ceiling.cpus`"), "{error}");
    }

    #[test]
    fn a_key_that_comes_from_a_command_needs_one() {
        let error = parse("[vault]\nkey_from = \"command\"\n", &[]).expect_err("no command");
        assert!(error.starts_with("the value of `vault.key_command` does not fit: "), "{error}");
        let command = ("WEIGHBRIDGE__VAULT__KEY_COMMAND", r#"["kms", "decrypt"]"#);
        let config = parse("[vault]\nkey_from = \"command\"\n", &[command]).expect("valid");
        assert_eq!(config.vault.key_command, ["kms", "decrypt"]);
        assert!(parse("[vault]\nkey_from = \"kms\"\n", &[]).is_err());
    }

    #[test]
    fn routes_are_checked_when_the_file_is_read() {
        let refused =
            |routes: &str| parse(&format!("[egress]\nroutes = [{routes}]\n"), &[]).expect_err("a wrong route");
        let begin = "the value of `egress.routes` does not fit: ";
        let error = refused(r#"{ host = "a.test", to = "nowhere" }"#);
        assert!(error.starts_with(&format!("{begin}route of `a.test`: `nowhere` is not a URL")), "{error}");
        let error = refused(r#"{ host = "a.test", to = "http://10.0.0.1" }"#);
        assert!(error.starts_with(begin) && error.contains("localhost"), "{error}");
        let twice = r#"{ host = "a.test", to = "http://localhost" }, { host = "a.test", to = "http://localhost" }"#;
        assert_eq!(refused(twice), format!("{begin}route of `a.test` is given twice"));
    }
}
