//! Loading compiled components: the one place of the host that the compiler of Rust cannot answer for.
//!
//! An artefact is native code, and loading it is believing it. Two ways lead here, and [`deserialize`] is private to the
//! crate so that there is no third:
//! - over a pipe from the compile process, which this host started, which can write nothing but its answer, and which got
//!   a component that passed the screen;
//! - from the cache, after the MAC over name and bytes was checked with a key that never leaves this host. The name holds
//!   the component's digest, the engine's exact build and its configuration, so that an artefact is never loaded by an
//!   engine other than the one that made it.
//!
//! What a component says never becomes an artefact without passing the compiler: precompiled code in a package is refused
//! by the screen. What remains is trust in Cranelift, which the compile process cannot take away: a miscompilation is a
//! wrong artefact made in good faith.

use wasmtime::component::Component;

use crate::engine::PrepareError;

/// Load native code.
///
/// # Errors
/// When the engine finds that it was made by another build or for another machine, or that it is cut short.
#[expect(unsafe_code, reason = "native code is loaded only from the compile process or under the host's own MAC")]
pub(crate) fn deserialize(engine: &wasmtime::Engine, artefact: &[u8]) -> Result<Component, PrepareError> {
    // SAFETY: as this module says, the bytes are what the compiler of this host made of a screened component.
    unsafe { Component::deserialize(engine, artefact) }.map_err(|error| PrepareError::Load(format!("{error:#}")))
}
