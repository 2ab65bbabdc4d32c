//! What runs guests in a process: the engine of wasmtime, its clock, and a linker for each set of interfaces.

use std::sync::{Arc, OnceLock};

use turns::Weights;
use wasmtime::component::{Component, Linker, types::ComponentItem};

use crate::bindings::ConnectorPre;
use crate::call::CallState;
use crate::capability::Interfaces;
use crate::engine::{EngineError, PrepareError, pooled};
use crate::inside::Inside;
use crate::limits::{MEMORIES, TABLES};
use crate::ticker::Ticker;
use crate::turn::{self, Turns};

/// One for each process that runs guests.
pub(crate) struct Runtime {
    wasmtime: wasmtime::Engine,
    ticker: Ticker,
    processors: Turns<()>,
    weights: Weights,
    linkers: [OnceLock<Linker<CallState>>; Interfaces::SETS],
}

impl Runtime {
    /// One with so many places in its pool.
    pub(crate) fn new(places: u32, weights: Weights) -> Result<Self, EngineError> {
        let wasmtime =
            wasmtime::Engine::new(&pooled(places)).map_err(|error| EngineError::Setup(error.into_boxed_dyn_error()))?;
        Self::of(wasmtime, weights)
    }

    /// One of an engine that was made with [`pooled`].
    pub(crate) fn of(wasmtime: wasmtime::Engine, weights: Weights) -> Result<Self, EngineError> {
        let ticker = Ticker::start(wasmtime.clone()).map_err(EngineError::Clock)?;
        Ok(Self {
            wasmtime,
            ticker,
            processors: turn::processors(weights.clone()),
            weights,
            linkers: Default::default(),
        })
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.wasmtime
    }

    pub(crate) fn processors(&self) -> &Turns<()> {
        &self.processors
    }

    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// Make a component ready to be called with these interfaces and no other.
    ///
    /// # Errors
    /// When it imports more, is not a connector, or does not fit a place in the pool.
    pub(crate) fn link(
        self: &Arc<Self>,
        component: &Component,
        interfaces: Interfaces,
    ) -> Result<Inside, PrepareError> {
        self.check_imports(component, interfaces)?;
        check_size(component)?;
        let world = |error: wasmtime::Error| PrepareError::World(format!("{error:#}"));
        let pre = self.linker(interfaces).and_then(|linker| linker.instantiate_pre(component)).map_err(world)?;
        Ok(Inside::new(Arc::clone(self), ConnectorPre::new(pre).map_err(world)?))
    }

    fn check_imports(&self, component: &Component, interfaces: Interfaces) -> Result<(), PrepareError> {
        let engine = &self.wasmtime;
        for (name, item) in component.component_type().imports(engine) {
            // An instance of types alone asks for nothing.
            let asks = match item.ty {
                ComponentItem::ComponentInstance(instance) => {
                    instance.exports(engine).any(|(_, export)| !matches!(export.ty, ComponentItem::Type(_)))
                }
                _ => true,
            };
            if asks && !interfaces.offers(name) {
                return Err(PrepareError::NotGranted { interface: name.to_owned() });
            }
        }
        Ok(())
    }

    /// The linker of a set of interfaces, made when the set is first granted.
    fn linker(&self, interfaces: Interfaces) -> wasmtime::Result<&Linker<CallState>> {
        let slot = &self.linkers[interfaces.index()];
        if let Some(linker) = slot.get() {
            return Ok(linker);
        }
        let linker = interfaces.link(&self.wasmtime)?;
        Ok(slot.get_or_init(|| linker))
    }
}

/// What does not fit a place in the pool is said here, and not at the first call.
fn check_size(component: &Component) -> Result<(), PrepareError> {
    let Some(needs) = component.resources_required() else {
        return Err(PrepareError::World("it instantiates modules that it imports".to_owned()));
    };
    let parts = [("linear memories", needs.num_memories, MEMORIES), ("tables", needs.num_tables, TABLES)];
    match parts.into_iter().find(|(_, found, limit)| found > limit) {
        Some((what, found, limit)) => Err(PrepareError::TooLarge { what, found, limit }),
        None => Ok(()),
    }
}
