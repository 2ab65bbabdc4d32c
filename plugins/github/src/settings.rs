//! What a connection is set to.

use jiff::Timestamp;
use serde::Deserialize;
use weighbridge_sdk::Failure;

use crate::Kind;

/// The settings of a connection, as `plugin.toml` describes them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The organisation or user.
    pub owner: String,
    /// Names of repositories, without the owner; none: all that the credential sees.
    #[serde(default)]
    pub repositories: Option<Vec<String>>,
    /// Nothing older is fetched.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Whether each pull request is asked for its size, reviews and first commit.
    #[serde(default = "yes")]
    pub details: bool,
    /// Only these sorts of stream; none: all.
    #[serde(default)]
    pub streams: Option<Vec<Kind>>,
}

fn yes() -> bool {
    true
}

impl Settings {
    /// Names go into URLs as they are, so they are held to GitHub's own alphabet.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let plain = |text: &str, more: &[u8], longest: usize| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || more.contains(&byte);
            (1..=longest).contains(&text.len()) && text.bytes().all(fits)
        };
        if !plain(&self.owner, b"_", 39) {
            return Err(Failure::settings(format!("`owner` is {:?}: give the login alone, as in `acme`", self.owner)));
        }
        let odd = |name: &&String| !plain(name, b"._", 100) || matches!(name.as_str(), "." | "..");
        match self.repositories.iter().flatten().find(odd) {
            Some(name) => Err(Failure::settings(format!(
                "`repositories` has {name:?}: give the name without the owner, as in `shop`"
            ))),
            None => Ok(()),
        }
    }

    /// Where history begins, in the form that GitHub writes: two such texts compare as their instants do.
    pub(crate) fn since(&self) -> Option<String> {
        self.since.map(stamp)
    }

    /// Whether streams of this sort are wanted.
    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.streams.as_ref().is_none_or(|wanted| wanted.contains(&kind))
    }
}

/// An instant as GitHub writes it: UTC, whole seconds.
pub(crate) fn stamp(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
