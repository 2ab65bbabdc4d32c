//! Exceptions for outbound connections, as values that egress takes: what is wrong with one is said when the file is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::PluginId;
use egress::{EgressConfig, Roots, Route};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de};
use turns::Weights;

use super::ConfigError;

/// See `defaults.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described where its default is")]
pub struct Egress {
    #[serde(deserialize_with = "routes")]
    pub routes: Vec<Route>,
    pub roots: Vec<PathBuf>,
    /// The certificates of `roots`, once the configuration has its folder.
    #[serde(skip)]
    pub authorities: Roots,
    pub private_networks: BTreeMap<PluginId, Vec<Network>>,
}

impl Egress {
    /// Reads the files of `roots`, which start at this folder.
    pub(super) fn rooted(&mut self, folder: &Path) -> Result<(), ConfigError> {
        for (index, path) in self.roots.iter_mut().enumerate() {
            *path = folder.join(&*path);
            let wrong = |problem: String| {
                let problem = format!("`{}`: {problem}", path.display());
                ConfigError::Value { key: format!("egress.roots[{index}]"), problem }
            };
            let pem = std::fs::read(&*path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
            self.authorities.add_pem(&pem).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(())
    }

    /// What egress is set up with, shared out by these weights.
    pub fn settings(&self, weights: &Weights) -> EgressConfig {
        let Self { routes, roots: _, authorities, private_networks: _ } = self;
        EgressConfig {
            routes: routes.clone(),
            roots: authorities.clone(),
            weights: weights.clone(),
            ..EgressConfig::default()
        }
    }

    /// The networks that a plugin may reach though they are private.
    pub fn networks_of(&self, plugin: &PluginId) -> Vec<IpNet> {
        self.private_networks.get(plugin).into_iter().flatten().map(|network| network.0).collect()
    }
}

/// A network, written as its address and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(pub IpNet);

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |_| format!("`{text}` is not a network: write one such as `10.20.0.0/16` or `fd00::/8`");
        text.parse().map(Self).map_err(wrong)
    }
}

/// A route as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    host: String,
    to: String,
}

/// All routes, by the rules that egress has for them.
fn routes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Route>, D::Error> {
    let parse = |Written { host, to }: Written| match to.parse() {
        Ok(to) => Ok(Route { host, to }),
        Err(error) => Err(de::Error::custom(format!("route of `{host}`: `{to}` is not a URL: {error}"))),
    };
    let routes = Vec::<Written>::deserialize(deserializer)?.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let config = EgressConfig { routes, ..EgressConfig::default() };
    config.check().map_err(de::Error::custom)?;
    Ok(config.routes)
}
