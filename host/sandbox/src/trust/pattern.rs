//! Which plugins a publisher's key may sign.

use std::fmt;
use std::str::FromStr;

use domain::PluginId;
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
