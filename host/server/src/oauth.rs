//! OAuth 2: tokens for the slots of connections, had from the provider that the signed manifest names.
//!
//! The rule: a plugin never sees a token, a client or a code, and the provider is asked by exactly one worker of all hosts
//! that share the store.
//!
//! - `client`: whom the operator registered at the provider;
//! - `consent`: sending a person to the provider and reading what the person brings back (RFC 6749, 7636, 9207);
//! - `answer`: reading what the provider says (RFC 6749, sections 5.1 and 5.2);
//! - `provider`: asking it, through the gate that plugins' requests pass;
//! - `account`: the authorization of one slot: its tokens, now; `refresh` brings others, `revoke` ends it (RFC 7009).

mod account;
mod answer;
mod client;
mod consent;
mod provider;
mod refresh;
mod revoke;
mod tokens;

#[cfg(test)]
mod testing;

pub use account::{Account, awaited, begin};
pub use answer::Granted;
pub use client::{Client, ClientError};
pub use consent::{CallbackError, Consent};
pub use provider::{ProviderError, egress};
pub use revoke::Revocation;
