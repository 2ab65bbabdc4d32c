//! What one call may do: the grant, the credentials and the operator's allowance, brought together by the host.

use domain::WorkspaceId;
use domain::capability::{AuthSlot, HttpRule};
use ipnet::IpNet;
use secrecy::SecretString;

use crate::token::Tokens;

/// What the requests of a session may do. Built by the host alone; `Debug` shows no secret.
#[derive(Debug)]
pub struct Permit {
    /// The tenant: its connections are never shared with another.
    pub workspace: WorkspaceId,
    /// Where requests may go: the *granted* rules, not those asked for.
    pub rules: Vec<HttpRule>,
    /// One for each granted auth slot, filled or left empty.
    pub credentials: Vec<Credential>,
    /// Private networks that the operator opened for this plugin. Link-local, metadata, multicast and translated
    /// addresses stay closed whatever stands here.
    pub private_networks: Vec<IpNet>,
}

/// A slot and the secret that the connection put in it.
#[derive(Debug)]
pub struct Credential {
    /// The slot as it was granted: its name, its hosts, and how the secret is written.
    pub slot: AuthSlot,
    /// The secret; nothing if the slot was left empty.
    pub secret: Option<Secret>,
    /// What the host calls it in traces. Opaque, and not derived from the secret. Rate limits do not go by it: whoever
    /// uses the same secret shares them.
    pub id: String,
}

/// What is in a slot. `Debug` shows nothing of it.
#[derive(Debug)]
pub enum Secret {
    /// A secret that stays the same for a run. For `basic` it is `user:password`.
    Fixed(SecretString),
    /// Access tokens, which change while a run goes on.
    Tokens(Tokens),
}

impl From<SecretString> for Secret {
    fn from(secret: SecretString) -> Self {
        Self::Fixed(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::Fixed(secret.into())
    }
}
