//! What can go wrong with keys, each with its way out.

use store::StoreError;
use vault::{HostKeyError, NoRandomness, OpenError};

use super::VARIABLE;

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The host key.
    #[error(transparent)]
    Host(#[from] HostKeyError),
    /// The machine gives no randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The environment has no key.
    #[error("the host key is to come from the environment, and {VARIABLE} is not set there")]
    NoVariable,
    /// A command gave no key.
    #[error("the host key is to come from the command `{command}`: {problem}")]
    Command {
        /// Its program.
        command: String,
        /// Why.
        problem: String,
    },
    /// The key is another store's.
    #[error("`{0}` is not the key of this store: restore the one that the store was made with, or was changed to")]
    WrongKey(String),
    /// The store has a key, and its file is gone.
    #[error(
        "the host key `{0}` is not there, and the store was made with it: restore that file from your copy; \
         a new key could not open what the store holds"
    )]
    Lost(String),
    /// The store was not made whole.
    #[error("the store has no identity: run `weighbridge init` on it")]
    NoIdentity,
    /// The host key was changed by another process.
    #[error("the host key was changed meanwhile: do it again")]
    Changed,
    /// What sealed a secret was replaced by another process after the secret was read.
    #[error("the key of the workspace was changed meanwhile: do it again")]
    Retired,
    /// A ciphertext that does not open.
    #[error("{what} does not open: it was altered, or given for other hosts than the plugin has now; give it again")]
    Sealed {
        /// What it is.
        what: String,
        /// Why.
        #[source]
        source: OpenError,
    },
}
