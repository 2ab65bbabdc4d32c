//! The vault: the only crate that encrypts.
//!
//! The host has one key, kept outside of its data ([`HostKey`]). Each workspace has its own ([`WorkspaceKey`]), kept
//! wrapped by the host's: destroy it, and what it sealed is gone. What is sealed is bound to the place where it is kept
//! ([`Binding`]): moved to another row, column, table, workspace or instance, it does not open. Keys for other purposes
//! come from the host's by [`HostKey::derive`]; API tokens are kept as hashes ([`HashedToken`]).
//!
//! Nothing here that holds a secret can be printed, and nothing is serialised: what leaves does so through a method whose
//! name says `expose`, or as a type of `secrecy`. A new type that holds one joins the list in `unprintable`.

#![forbid(unsafe_code)]

mod derive;
mod host_key;
mod random;
mod seal;
mod token;
mod unprintable;
mod workspace_key;

pub use derive::DerivedKey;
pub use host_key::{BACKUP_MANIFEST, HostKey, HostKeyError, KeyCheck};
pub use random::{NoRandomness, random_bytes};
pub use seal::{Binding, OpenError, Sealed, open, open_text, seal};
pub use token::{HashedToken, PlainToken, TokenError};
pub use workspace_key::WorkspaceKey;
