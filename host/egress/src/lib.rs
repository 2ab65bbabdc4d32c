//! The only code of the host that opens outbound connections for plugins.
//!
//! A [`Session`] answers the requests of one call of one plugin, within its [`Permit`] and its budget. Every request
//! passes the same steps, in this order, and the first that fails ends it:
//!
//! 1. `url`: parse strictly, so that host and path can mean one thing only;
//! 2. `rule`: match scheme, host, port, method and path against what was granted;
//! 3. `headers`: refuse what is not known to be harmless;
//! 4. `credential`: find the secret of the slot, if it is bound to this very host; where it is a `token`, that is asked for
//!    after the gate;
//! 5. `gate`: turn back while the source asked to wait;
//! 6. `meter`: count it against the call's budget;
//! 7. `resolve` and `address`: resolve, drop every address that is not public, dial one of the rest;
//! 8. `body`, `inflate`, `headers`, `scrub`: read the answer within its caps, and blank every credential of the permit wherever it is echoed.
//!
//! Nothing is retried, but for a request whose access token was refused, once with another token; no redirect is followed, no proxy is taken from the environment and no cookie is kept.
//! Connections are pooled for each workspace alone (`pool`).
//!
//! *To add a step*: a module of its own with a function that takes what was checked so far and fails with
//! [`ExchangeError`](domain::exchange::ExchangeError), called at its place in `session`, with a test in `tests/` that
//! shows that nothing was dialled.

#![forbid(unsafe_code)]

mod address;
mod body;
mod config;
mod credential;
mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod gate;
mod headers;
mod inflate;
mod log;
mod meter;
mod permit;
mod pool;
mod rate;
mod resolve;
mod roots;
mod rule;
mod scrub;
mod session;
mod template;
mod token;
mod url;

pub use config::{Caps, ConfigError, EgressConfig, Route, Timeouts};
pub use log::EgressEntry;
pub use permit::{Credential, Permit, Secret};
pub use resolve::{Resolve, SystemResolver};
pub use roots::{Roots, RootsError};
pub use session::{Egress, Session};
pub use token::{Token, TokenError, TokenSource, Tokens};
