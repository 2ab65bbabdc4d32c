//! The one engine of the process: configuration, pool, linkers, and the way from a package to a connector.

mod config;
mod prepare;

use std::sync::Arc;

use tokio::sync::Semaphore;

pub(crate) use config::{config, pooled};
pub use prepare::PrepareError;
#[cfg(test)]
pub(crate) use prepare::Source;

use crate::cache::Cache;
use crate::compile::Compiler;
use crate::runtime::Runtime;
use crate::turn::{Concurrency, Turns};

/// The engine. One for each process; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Arc<Runtime>,
    turns: Turns,
    compiler: Compiler,
    cache: Cache,
    /// One component is compiled at a time: each takes all cores and much memory.
    compiling: Semaphore,
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
        let inner = Inner {
            runtime: Arc::new(Runtime::new(concurrency.total)?),
            turns: Turns::new(concurrency),
            compiler,
            cache,
            compiling: Semaphore::new(1),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("turns", &self.inner.turns).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
