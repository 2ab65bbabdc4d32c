//! Bare wasmtime: the same component, typed calls, everything prepared that can be, and no limit of any sort.

use std::time::Instant as Clock;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, Store, ensure};

use super::NOW;
use crate::rounds::per_turn;

mod blocking {
    #![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../wit", world: "connector", ownership: Owning });
}

mod awaited {
    #![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../wit", world: "connector", exports: { default: async }, ownership: Owning });
}

/// How wasmtime is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The pool keeps pages resident, the kernel says which were touched; calls block.
    Resident,
    /// The same; calls are awaited on a stack of their own, as any host must that lets others run.
    ResidentAwaited,
    /// The pool as it comes.
    Pool,
    /// No pool.
    OnDemand,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Resident, Self::ResidentAwaited, Self::Pool, Self::OnDemand];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Resident => "bare wasmtime, resident pool, blocking",
            Self::ResidentAwaited => "bare wasmtime, resident pool, async",
            Self::Pool => "bare wasmtime, pool's defaults, blocking",
            Self::OnDemand => "bare wasmtime, no pool, blocking",
        }
    }

    fn config(self) -> Config {
        let mut config = Config::new();
        config.concurrency_support(false);
        let mut pool = PoolingAllocationConfig::new();
        match self {
            Self::Resident | Self::ResidentAwaited => {
                pool.table_keep_resident(64 * 1024).async_stack_keep_resident(64 * 1024);
                if PoolingAllocationConfig::is_pagemap_scan_available() {
                    pool.linear_memory_keep_resident(8 * 1024 * 1024).pagemap_scan(Enabled::Yes);
                }
            }
            Self::Pool => {}
            Self::OnDemand => return config,
        }
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        config
    }
}

/// One way to run the component.
pub(super) struct Bare {
    pub(super) kind: Kind,
    engine: Engine,
    blocking: blocking::ConnectorPre<()>,
    awaited: awaited::ConnectorPre<()>,
}

impl Bare {
    pub(super) fn new(kind: Kind, component: &[u8]) -> Result<Self> {
        let engine = Engine::new(&kind.config())?;
        let component = Component::new(&engine, component)?;
        let pre = Linker::new(&engine).instantiate_pre(&component)?;
        let (blocking, awaited) = (blocking::ConnectorPre::new(pre.clone())?, awaited::ConnectorPre::new(pre)?);
        Ok(Self { kind, engine, blocking, awaited })
    }

    /// Seconds of one call.
    pub(super) async fn turns(&self, calls: u32) -> Result<f64> {
        let now = NOW.to_owned();
        let begun = Clock::now();
        for _ in 0..calls {
            let streams =
                if self.kind == Kind::ResidentAwaited { self.call_awaited(&now).await? } else { self.call(&now)? };
            ensure!(streams == 1, "the guest has one stream");
        }
        Ok(per_turn(begun, calls))
    }

    fn call(&self, now: &String) -> Result<usize> {
        let mut store = Store::new(&self.engine, ());
        let instance = self.blocking.instantiate(&mut store)?;
        let streams = instance.weighbridge_connector_source().call_streams(&mut store, "{}", now)?;
        Ok(streams.map_or(0, |streams| streams.len()))
    }

    async fn call_awaited(&self, now: &String) -> Result<usize> {
        let mut store = Store::new(&self.engine, ());
        let instance = self.awaited.instantiate_async(&mut store).await?;
        let streams = instance.weighbridge_connector_source().call_streams(&mut store, "{}", now).await?;
        Ok(streams.map_or(0, |streams| streams.len()))
    }
}
