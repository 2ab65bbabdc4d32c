//! The one engine of the process: configuration, pool, linkers, and the way from a package to a connector.

mod config;
mod prepare;

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use wasmtime::component::Linker;

pub(crate) use config::config;
pub use prepare::PrepareError;
#[cfg(test)]
pub(crate) use prepare::Source;

use crate::cache::Cache;
use crate::call::CallState;
use crate::capability::Interfaces;
use crate::compile::Compiler;
use crate::ticker::Ticker;
use crate::turn::{Concurrency, Turns};

/// The engine. One for each process; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasmtime: wasmtime::Engine,
    ticker: Ticker,
    turns: Turns,
    compiler: Compiler,
    cache: Cache,
    /// One component is compiled at a time: each takes all cores and much memory.
    compiling: Semaphore,
    linkers: [OnceLock<Linker<CallState>>; Interfaces::SETS],
}

/// The engine cannot be had on this machine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine refuses its configuration, usually for want of address space.
    #[error("the engine cannot be set up")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No thread for the epoch.
    #[error("the engine's clock cannot be started")]
    Clock(#[source] std::io::Error),
}

impl Engine {
    /// An engine with places for so many calls at a time.
    ///
    /// # Errors
    /// When the machine cannot give the address space or the thread that it needs.
    pub fn new(concurrency: Concurrency, compiler: Compiler, cache: Cache) -> Result<Self, EngineError> {
        let wasmtime = wasmtime::Engine::new(&config::pooled(concurrency.total))
            .map_err(|error| EngineError::Setup(error.into_boxed_dyn_error()))?;
        let inner = Inner {
            ticker: Ticker::start(wasmtime.clone()).map_err(EngineError::Clock)?,
            wasmtime,
            turns: Turns::new(concurrency),
            compiler,
            cache,
            compiling: Semaphore::new(1),
            linkers: Default::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.inner.ticker
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    /// The linker of a set of interfaces, made when the set is first granted.
    fn linker(&self, interfaces: Interfaces) -> wasmtime::Result<&Linker<CallState>> {
        let slot = &self.inner.linkers[interfaces.index()];
        if let Some(linker) = slot.get() {
            return Ok(linker);
        }
        let linker = interfaces.link(&self.inner.wasmtime)?;
        Ok(slot.get_or_init(|| linker))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("turns", &self.inner.turns).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
