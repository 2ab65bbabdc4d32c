//! Calls that run in this process.
//!
//! Every call has a store and an instance of its own, which are dropped when it ends, however it ends. What is shared
//! between calls is compiled code and the linker's work, done once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Budget;
use turns::Weights;
use wasmtime::Store;

use crate::bindings::exports::weighbridge::connector::source::{Page, PullArgs, StreamInfo};
use crate::bindings::weighbridge::connector::types;
use crate::bindings::{Connector as Exports, ConnectorPre};
use crate::call::{Answered, CallState, Left};
use crate::fault::{self, Cause};
use crate::meter;
use crate::runtime::Runtime;
use crate::turn::Turns;

/// A component that is compiled and linked.
pub(crate) struct Inside {
    runtime: Arc<Runtime>,
    pre: ConnectorPre<CallState>,
}

/// What an export returned.
type Returned<T> = wasmtime::Result<Result<T, types::Failure>>;

impl Inside {
    pub(crate) fn new(runtime: Arc<Runtime>, pre: ConnectorPre<CallState>) -> Self {
        Self { runtime, pre }
    }

    /// The turns at the processors that its calls compute on.
    pub(crate) fn processors(&self) -> &Turns<()> {
        self.runtime.processors()
    }

    /// By which they are shared out.
    pub(crate) fn weights(&self) -> &Weights {
        self.runtime.weights()
    }

    /// Call the export `streams`.
    pub(crate) async fn streams(
        &self,
        state: CallState,
        budget: &Budget,
        settings: &str,
        now: String,
    ) -> Answered<Vec<StreamInfo>> {
        self.call(state, budget, async |store: &mut Store<CallState>, exports: &Exports| {
            exports.weighbridge_connector_source().call_streams(store, settings, &now).await
        })
        .await
    }

    /// Call the export `pull`.
    pub(crate) async fn pull(&self, state: CallState, budget: &Budget, args: &PullArgs) -> Answered<Page> {
        self.call(state, budget, async |store: &mut Store<CallState>, exports: &Exports| {
            exports.weighbridge_connector_source().call_pull(store, args).await
        })
        .await
    }

    async fn call<R>(
        &self,
        state: CallState,
        budget: &Budget,
        ask: impl AsyncFnOnce(&mut Store<CallState>, &Exports) -> Returned<R>,
    ) -> Answered<R> {
        let mut store = self.store(state, budget);
        let live = self.runtime.ticker().live();
        let mut export = Duration::ZERO;
        // Past the deadline the future is dropped, and with it the guest's stack, wherever it stood.
        let returned = tokio::time::timeout(budget.wall(), self.enter(&mut store, ask, &mut export)).await;
        drop(live);
        let state = store.into_data();
        let mut frames = Vec::new();
        let returned = match returned {
            Err(_) => Err(Cause::Wall),
            Ok(returned) => returned.map_err(|error| {
                frames = fault::frames_of(&error);
                Cause::of(&error, &state)
            }),
        };
        Answered { returned, left: Left { frames, export, ..state.into_left() } }
    }

    async fn enter<R>(
        &self,
        store: &mut Store<CallState>,
        ask: impl AsyncFnOnce(&mut Store<CallState>, &Exports) -> Returned<R>,
        export: &mut Duration,
    ) -> Returned<R> {
        store.data_mut().meter.begin().await;
        let exports = self.pre.instantiate_async(&mut *store).await?;
        let begun = Instant::now();
        let returned = ask(store, &exports).await;
        *export = begun.elapsed();
        returned
    }

    fn store(&self, state: CallState, budget: &Budget) -> Store<CallState> {
        let mut store = Store::new(self.runtime.wasmtime(), state);
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(budget.handed_bytes as usize);
        store.set_max_component_handles(budget.handles as usize);
        store.epoch_deadline_callback(meter::at_tick);
        store.set_epoch_deadline(1);
        store
    }
}
