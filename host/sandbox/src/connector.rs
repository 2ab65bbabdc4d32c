//! A component that is ready to be called.
//!
//! Every call has a store and an instance of its own, which are dropped when it ends, however it ends. What is shared
//! between calls is compiled code and the linker's work, done once.

use std::sync::Arc;
use std::time::Instant;

use domain::{Page, PluginId, RecordKind, StreamInfo};
use tokio::sync::Semaphore;
use wasmtime::Store;

use crate::bindings::exports::weighbridge::connector::source;
use crate::bindings::weighbridge::connector::{records, types};
use crate::bindings::{Connector as Exports, ConnectorPre};
use crate::call::{Call, CallState, Elapsed, Outcome, PullArgs};
use crate::engine::Engine;
use crate::fault::{CallError, GuestFault, HostError, OutputFault, Scene};
use crate::limits::HANDLES;
use crate::lower::{self, Bounds};
use crate::meter;

/// A verified, granted and compiled connector. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    gate: Arc<Semaphore>,
    plugin: PluginId,
    kinds: Vec<RecordKind>,
    pre: ConnectorPre<CallState>,
}

/// What an export returned, before anything of it is believed.
type Returned<T> = wasmtime::Result<Result<T, types::Failure>>;

impl Connector {
    pub(crate) fn new(engine: Engine, plugin: PluginId, kinds: Vec<RecordKind>, pre: ConnectorPre<CallState>) -> Self {
        let gate = engine.turns().plugin(&plugin);
        Self { inner: Arc::new(Inner { engine, gate, plugin, kinds, pre }) }
    }

    /// Which plugin it is.
    #[must_use]
    pub fn plugin(&self) -> &PluginId {
        &self.inner.plugin
    }

    /// The streams that these settings give.
    pub async fn streams(&self, call: Call, settings: &str) -> Outcome<Vec<StreamInfo>> {
        let now = call.now.to_string();
        let ask = async |store: &mut Store<CallState>, exports: &Exports| {
            exports.weighbridge_connector_source().call_streams(store, settings, &now).await
        };
        let check = |streams| Ok((lower::streams(streams, &self.inner.kinds)?, 0));
        self.call(call, "streams", ask, check).await
    }

    /// One page of one stream.
    pub async fn pull(&self, call: Call, args: PullArgs) -> Outcome<Page> {
        let (now, budget) = (call.now, call.budget);
        let PullArgs { settings, stream: stream_name, cursor } = args;
        let args = source::PullArgs { settings, stream_name, cursor, now: now.to_string() };
        let ask = async |store: &mut Store<CallState>, exports: &Exports| {
            exports.weighbridge_connector_source().call_pull(store, &args).await
        };
        let bounds = Bounds { kinds: &self.inner.kinds, now, records: budget.records, bytes: budget.page_bytes };
        let check = |page| {
            let page = lower::page(page, &bounds)?;
            let records = page.records.len() as u64;
            Ok((page, records))
        };
        self.call(call, "pull", ask, check).await
    }

    async fn call<Raw, T>(
        &self,
        call: Call,
        export: &'static str,
        ask: impl AsyncFnOnce(&mut Store<CallState>, &Exports) -> Returned<Raw>,
        check: impl FnOnce(Raw) -> Result<(T, u64), OutputFault>,
    ) -> Outcome<T> {
        let begun = Instant::now();
        let engine = &self.inner.engine;
        let turn = engine.turns().take(&self.inner.gate, call.workspace).await;
        let mut elapsed = Elapsed { waiting: begun.elapsed(), ..Elapsed::default() };
        if turn.is_none() {
            return CallState::new(call).settle(Err(HostError::Stopping.into()), 0, elapsed);
        }
        let scene = self.scene(&call, export);
        let (wall, wall_ms) = (call.budget.wall(), call.budget.wall_ms);
        let mut store = self.store(call, scene.host_data);
        let live = engine.ticker().live();
        // Past the deadline the future is dropped, and with it the guest's stack, wherever it stood.
        let returned = tokio::time::timeout(wall, self.enter(&mut store, ask)).await;
        drop(live);
        let mut state = store.into_data();
        state.meter.turn();
        let raw = match returned {
            Err(_) => Err(GuestFault::Wall { limit_ms: wall_ms }.into()),
            Ok(Err(error)) => Err(scene.judge(&error, &state)),
            Ok(Ok(Err(failure))) => Err(CallError::Failure(lower::failure(failure))),
            Ok(Ok(Ok(raw))) => Ok(raw),
        };
        drop(turn);
        let lowering = Instant::now();
        let checked = raw.and_then(|raw| check(raw).map_err(|fault| GuestFault::from(fault).into()));
        elapsed.lowering = lowering.elapsed();
        let (result, records) = match checked {
            Ok((value, records)) => (Ok(value), records),
            Err(error) => (Err(error), 0),
        };
        state.settle(result, records, elapsed)
    }

    async fn enter<Raw>(
        &self,
        store: &mut Store<CallState>,
        ask: impl AsyncFnOnce(&mut Store<CallState>, &Exports) -> Returned<Raw>,
    ) -> Returned<Raw> {
        let exports = self.inner.pre.instantiate_async(&mut *store).await?;
        ask(store, &exports).await
    }

    fn scene(&self, call: &Call, export: &'static str) -> Scene<'_> {
        let budget = &call.budget;
        // The host's own size of a record is counted too, since that is what the host has to hold.
        let records = budget.records as usize * size_of::<records::Record>();
        Scene {
            plugin: &self.inner.plugin,
            export,
            cpu_ms: budget.cpu_ms,
            memory_bytes: budget.memory_bytes,
            host_data: budget.page_bytes as usize + records,
        }
    }

    fn store(&self, call: Call, host_data: usize) -> Store<CallState> {
        let mut store = Store::new(self.inner.engine.wasmtime(), CallState::new(call));
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(host_data);
        store.set_max_component_handles(HANDLES);
        store.epoch_deadline_callback(meter::at_tick);
        store.set_epoch_deadline(1);
        store
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("plugin", &self.inner.plugin).finish_non_exhaustive()
    }
}
