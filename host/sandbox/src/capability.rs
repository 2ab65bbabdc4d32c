//! What a guest can ask the host for: one module per interface, with the same parts in the same order: what a call holds
//! for it, its life from grant to outcome, the interface itself, and `link`.
//!
//! The rule: what is not granted is not linked, so it does not exist for the guest. Being refused in a call is a value of
//! the interface, worded here or by the type that the host handed in; never the text of a host's error.
//!
//! To add one: write its interface in `wit/`, give it a module here, a flag in [`Interfaces`], and a field in
//! [`CallState`]. The compiler and `every_combination_links` lead through the rest.

pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod log;
pub(crate) mod state;

use domain::Capabilities;
use serde::{Deserialize, Serialize};
use wasmtime::component::Linker;

use crate::call::CallState;

/// What nobody can have: stands for the resources of interfaces that this host does not offer.
#[derive(Debug)]
#[expect(dead_code, unreachable_pub, reason = "named by generated code alone, which wants it public")]
pub enum Never {}

/// The capabilities that a set of interfaces is made of. `log` is in every set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interfaces {
    pub(crate) http: bool,
    pub(crate) files: bool,
    pub(crate) state: bool,
}

impl Interfaces {
    /// How many sets there are.
    pub(crate) const SETS: usize = 8;

    /// The interfaces of a grant.
    pub(crate) fn of(grant: &Capabilities) -> Self {
        // Destructured whole, so that a capability that is forgotten does not compile. Content is refused before.
        let Capabilities { http, auth: _, files, content: _, state } = grant;
        Self { http: !http.is_empty(), files: *files, state: *state }
    }

    /// The number of the set, below [`Self::SETS`].
    pub(crate) fn index(self) -> usize {
        let Self { http, files, state } = self;
        usize::from(http) | usize::from(files) << 1 | usize::from(state) << 2
    }

    /// Whether a component that imports this interface finds it. Interfaces of types alone have nothing to link.
    pub(crate) fn offers(self, import: &str) -> bool {
        let Some(name) = import.strip_prefix("weighbridge:connector/") else { return false };
        match name.split('@').next().unwrap_or_default() {
            "types" | "records" | "log" => true,
            "http" => self.http,
            "files" => self.files,
            "state" => self.state,
            _ => false,
        }
    }

    /// A linker with these interfaces and no other.
    pub(crate) fn link(self, engine: &wasmtime::Engine) -> wasmtime::Result<Linker<CallState>> {
        let Self { http, files, state } = self;
        let mut linker = Linker::new(engine);
        log::link(&mut linker)?;
        if http {
            http::link(&mut linker)?;
        }
        if files {
            files::link(&mut linker)?;
        }
        if state {
            state::link(&mut linker)?;
        }
        Ok(linker)
    }
}
