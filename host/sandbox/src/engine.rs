//! The one engine of the process: configuration, pool, linkers, and the way from a package to a connector.

mod config;
mod prepare;

use std::sync::Arc;

use domain::{PluginId, WorkspaceId};
use tokio::sync::Semaphore;
use turns::Weights;

#[cfg(test)]
pub(crate) use config::config_of;
pub(crate) use config::{config, pooled};
pub use prepare::PrepareError;
#[cfg(test)]
pub(crate) use prepare::Source;

use crate::apart::{GuestProcess, Keeper};
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
    guests: Guests,
    turns: Turns<PluginId>,
    compiler: Compiler,
    cache: Cache,
    /// One component is compiled at a time: each takes all cores and much memory.
    compiling: Semaphore,
}

/// Where guests run.
enum Guests {
    Inside(Arc<Runtime>),
    Apart { wasmtime: wasmtime::Engine, keeper: Arc<Keeper> },
}

impl Guests {
    fn wasmtime(&self) -> &wasmtime::Engine {
        match self {
            Self::Inside(runtime) => runtime.wasmtime(),
            Self::Apart { wasmtime, .. } => wasmtime,
        }
    }
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
    /// An engine with places for so many calls at a time, which run in this process. Workspaces have their turns, and the
    /// processors, by their weights.
    ///
    /// # Errors
    /// When the machine cannot give the address space or the thread that it needs.
    pub fn new(
        concurrency: Concurrency,
        weights: Weights,
        compiler: Compiler,
        cache: Cache,
    ) -> Result<Self, EngineError> {
        let guests = Guests::Inside(Arc::new(Runtime::new(concurrency.total, weights.clone())?));
        Ok(Self::with(guests, concurrency.turns(weights), compiler, cache))
    }

    /// An engine whose calls run in a process of their own. It is started with the first component.
    ///
    /// # Errors
    /// When the engine cannot be set up.
    pub fn apart(
        concurrency: Concurrency,
        weights: Weights,
        compiler: Compiler,
        cache: Cache,
        process: GuestProcess,
    ) -> Result<Self, EngineError> {
        // It names artefacts, and loads none.
        let wasmtime =
            wasmtime::Engine::new(&config()).map_err(|error| EngineError::Setup(error.into_boxed_dyn_error()))?;
        let guests = Guests::Apart { wasmtime, keeper: Arc::new(Keeper::new(process, weights.clone())) };
        Ok(Self::with(guests, concurrency.turns(weights), compiler, cache))
    }

    fn with(guests: Guests, turns: Turns<PluginId>, compiler: Compiler, cache: Cache) -> Self {
        Self { inner: Arc::new(Inner { guests, turns, compiler, cache, compiling: Semaphore::new(1) }) }
    }

    /// How many calls of this plugin and of this workspace run at a time from now on, in place of what the engine was made
    /// with.
    pub fn allow(&self, plugin: (&PluginId, u32), workspace: (WorkspaceId, u32)) {
        self.turns().allow_class(plugin.0, plugin.1);
        self.turns().allow_workspace(workspace.0, workspace.1);
    }

    pub(crate) fn turns(&self) -> &Turns<PluginId> {
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
