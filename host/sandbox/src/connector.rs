//! A component that is ready to be called: whose turn it is, and what is believed of its answer.

use std::sync::Arc;
use std::time::Instant;

use domain::{Page, PluginId, RecordKind, StreamInfo};

use crate::apart::Far;
use crate::bindings::exports::weighbridge::connector::source;
use crate::bindings::weighbridge::connector::records;
use crate::call::{Answered, Call, CallState, Elapsed, Outcome, PullArgs, Size};
use crate::capability::state::State;
use crate::engine::Engine;
use crate::fault::{CallError, GuestFault, OutputFault, Scene};
use crate::inside::Inside;
use crate::lower::{self, Bounds};

/// A verified, granted and compiled connector. Cheap to clone.
#[derive(Clone)]
pub struct Connector {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    plugin: PluginId,
    kinds: Vec<RecordKind>,
    place: Place,
}

/// Where the calls run.
pub(crate) enum Place {
    /// In this process.
    Inside(Inside),
    /// In one of their own.
    Apart(Far),
}

impl Connector {
    pub(crate) fn new(engine: Engine, plugin: PluginId, kinds: Vec<RecordKind>, place: Place) -> Self {
        Self { inner: Arc::new(Inner { engine, plugin, kinds, place }) }
    }

    /// Which plugin it is.
    #[must_use]
    pub fn plugin(&self) -> &PluginId {
        &self.inner.plugin
    }

    /// The streams that these settings give.
    pub async fn streams(&self, call: Call, settings: &str) -> Outcome<Vec<StreamInfo>> {
        let (budget, now) = (call.budget, call.now.to_string());
        let ask = async |call: Call| match &self.inner.place {
            Place::Inside(inside) => {
                inside.streams(CallState::here(call, inside.processors()), &budget, settings, now.clone()).await
            }
            Place::Apart(far) => {
                let room = State::room(&call.state, budget.state_bytes);
                far.streams(call, settings).await.doubted(&budget, room)
            }
        };
        let check = |streams| Ok((lower::streams(streams, &self.inner.kinds)?, Size::default()));
        self.call(call, "streams", ask, check).await
    }

    /// One page of one stream.
    pub async fn pull(&self, call: Call, args: PullArgs) -> Outcome<Page> {
        let (now, budget) = (call.now, call.budget);
        let PullArgs { settings, stream: stream_name, cursor } = args;
        let args = source::PullArgs { settings, stream_name, cursor, now: now.to_string() };
        let ask = async |call: Call| match &self.inner.place {
            Place::Inside(inside) => inside.pull(CallState::here(call, inside.processors()), &budget, &args).await,
            Place::Apart(far) => {
                let room = State::room(&call.state, budget.state_bytes);
                far.pull(call, &args).await.doubted(&budget, room)
            }
        };
        let bounds = Bounds { kinds: &self.inner.kinds, now, records: budget.records, bytes: budget.page_bytes };
        let check = |page| {
            let (page, text) = lower::page(page, &bounds)?;
            let records = page.records.len();
            // The host's own size of a record is counted too, since that is what the host has to hold.
            let handed = text + (records * size_of::<records::Record>()) as u64;
            Ok((page, Size { records: records as u64, text, handed }))
        };
        self.call(call, "pull", ask, check).await
    }

    async fn call<R, T>(
        &self,
        call: Call,
        export: &'static str,
        ask: impl AsyncFnOnce(Call) -> Answered<R>,
        check: impl FnOnce(R) -> Result<(T, Size), OutputFault>,
    ) -> Outcome<T> {
        let begun = Instant::now();
        let turn = self.inner.engine.turns().take(call.workspace, self.inner.plugin.clone()).await;
        let mut elapsed = Elapsed { waiting: begun.elapsed(), ..Elapsed::default() };
        let started = Instant::now();
        let budget = call.budget;
        let Answered { returned, left } = ask(call).await;
        drop(turn);
        let scene = Scene { plugin: &self.inner.plugin, export, budget: &budget };
        let lowering = Instant::now();
        let checked = match returned {
            Err(cause) => Err(scene.tell(cause)),
            Ok(Err(failure)) => Err(CallError::Failure(lower::failure(failure))),
            Ok(Ok(raw)) => check(raw).map_err(|fault| GuestFault::from(fault).into()),
        };
        elapsed.lowering = lowering.elapsed();
        let (result, size) = match checked {
            Ok((value, size)) => (Ok(value), size),
            Err(error) => (Err(error), Size::default()),
        };
        left.settle(result, size, started.elapsed(), elapsed)
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("plugin", &self.inner.plugin).finish_non_exhaustive()
    }
}
