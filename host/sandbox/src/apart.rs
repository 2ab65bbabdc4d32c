//! Guests in a process of their own, apart from the one that holds the keys.
//!
//! The sandbox is wasmtime's. Should a guest ever break out of it, what it finds decides how bad that is: here, a process
//! with no environment, no files, no network, no keys and no other workspace's data at rest, which can say nothing but
//! what it was asked. So the rule is that its words are believed no more than the guest's own:
//! - a page, a list of streams, a log, a changed state and the report of a fault are checked on this side, by the code
//!   that checks them where guests run inside;
//! - requests and files are answered on this side, by the session and the directory of that one call, with its grants,
//!   credentials and budgets; an answer goes to the call that asked;
//! - what breaks the protocol, or holds a call longer than its wall clock, is ended and started anew.
//!
//! What that process could still do is to mix up the calls that run in it at one time: it sees the settings and answers
//! of several workspaces. One process for each workspace would prevent that, for thirty megabytes each.
//!
//! Artefacts come from this side's cache and compiler; only the other side ever loads one.

mod ask;
mod far;
mod process;
mod wire;
mod worker;

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use ask::FarFiles;
pub(crate) use far::Far;
pub(crate) use process::Keeper;
pub use worker::guest_worker;

/// How the process that runs guests is started: a program whose `main` calls [`guest_worker`].
#[derive(Debug, Clone)]
pub struct GuestProcess {
    /// The program, usually the host's own executable.
    pub program: PathBuf,
    /// Its arguments, which lead to [`guest_worker`].
    pub args: Vec<OsString>,
}
