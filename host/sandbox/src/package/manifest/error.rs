//! What can be wrong with a manifest: one variant for each rule, with the field and the way out in its message.

use domain::RecordKind;
use semver::Version;

use crate::package::settings::SchemaError;

/// Why a text is not a manifest, or a manifest says what it may not.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what its variant is")]
pub enum ManifestError {
    #[error("the manifest has {bytes} bytes; at most {max} are allowed")]
    TooLarge { bytes: usize, max: usize },
    #[error("the manifest is not UTF-8 text")]
    NotText,
    #[error("`plugin.toml` is not a manifest")]
    Toml(#[source] toml::de::Error),
    #[error("the manifest section is not a manifest")]
    Json(#[source] serde_json::Error),
    #[error("the manifest section is not in canonical form; write it with `weighbridge plugin build`")]
    NotCanonical,
    #[error("`{field}` must have {min} to {max} bytes, and no character that controls or cannot be seen")]
    Text { field: &'static str, min: usize, max: usize },
    #[error("`sequence` must be from 1 to 2^63 - 1, one more than that of the release before")]
    Sequence,
    #[error("`version` is `{0}`: build metadata has no order, leave it out")]
    VersionBuild(Version),
    #[error("`homepage` must be an https URL without spaces")]
    Homepage,
    #[error("`kinds` must name at least one kind of record that the connector brings")]
    NoKinds,
    #[error("`kinds` names `{0}` twice")]
    KindTwice(RecordKind),
    #[error("`{field}` is for connectors; a plugin of world `{world}` has no import and brings no record")]
    NotForWorld { field: &'static str, world: &'static str },
    #[error("`{field}` has {count} entries; at most {max} are allowed")]
    TooMany { field: &'static str, count: usize, max: usize },
    #[error(
        "`capabilities.http[{index}].host` is `{host}`: name one exact host in lower case, as in `api.example.com`, without wildcard, address, port or trailing dot"
    )]
    Host { index: usize, host: String },
    #[error("`capabilities.http[{index}].scheme` is `http`: only `localhost` may be asked without TLS")]
    PlainHttp { index: usize },
    #[error("`capabilities.http[{index}].port` must not be 0")]
    Port { index: usize },
    #[error(
        "`capabilities.http[{index}].methods` must name some of GET, HEAD, POST, PUT, PATCH, DELETE, each once: {found}"
    )]
    Methods { index: usize, found: String },
    #[error(
        "`capabilities.http[{index}].path` is `{path}`: it must start with `/` and be plain, without `..`, `//`, `%`, `?` or `#`"
    )]
    Path { index: usize, path: String },
    #[error("`capabilities.auth[{index}].name` is `{name}`: use 1 to 32 of a-z, 0-9 and `-`, each name once")]
    SlotName { index: usize, name: String },
    #[error("`capabilities.auth[{index}].hosts` names `{host}`, which no rule in `capabilities.http` allows; add one")]
    SlotHost { index: usize, host: String },
    #[error("`capabilities.auth[{index}].hosts` must name the hosts that may see the credential, each once")]
    SlotHosts { index: usize },
    #[error("`capabilities.auth[{index}].scheme.header` is `{header}`: it is no header that can carry a credential")]
    SlotHeader { index: usize, header: String },
    #[error("`capabilities.auth[{index}].scheme.oauth2`: {problem}")]
    OAuth { index: usize, problem: String },
    #[error("`capabilities.content` fetches by the rules of `capabilities.http`; add at least one")]
    ContentWithoutHttp,
    #[error("`budget.{part}` asks for {asked}; at most {ceiling} can be had")]
    BudgetOver { part: &'static str, asked: u32, ceiling: u32 },
    #[error("`budget.{part}` is 0; no call could run with it")]
    BudgetZero { part: &'static str },
    #[error("`settings` is not a schema that a connection can be made by")]
    Settings(#[source] SchemaError),
}

/// Why a plugin cannot be installed on this host, though its manifest is in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInstallable {
    /// Another world.
    #[error("this host runs plugins of world `connector` only, and this one is of world `{0}`; it needs a later host")]
    World(&'static str),
    /// Another profile.
    #[error("this host runs plugins of profile `pure` only; build the plugin for wasm32-unknown-unknown")]
    Profile,
    /// No table for it.
    #[error("this host does not store records of kind `{0}` yet; it needs a later host, or a plugin without it")]
    Kind(RecordKind),
}
