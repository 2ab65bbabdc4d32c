//! One call of a connector: what it is given and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cap_std::fs::Dir;
use domain::run::{LogLine, Usage};
use domain::{Budget, BudgetKind, Instant, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::bindings::weighbridge::connector::types;
use crate::capability::files::{Below, Files};
use crate::capability::http::{Exchange, Http};
use crate::capability::log::Log;
use crate::capability::state::State;
use crate::fault::{self, CallError, Cause};
use crate::limits::Limits;
use crate::meter::Meter;
use crate::turn::{Processor, Turns};

/// What a call is given. A capability that the connector was not granted is not reachable, whatever stands here.
pub struct Call {
    /// For whom. Decides whose turn it is, nothing else.
    pub workspace: WorkspaceId,
    /// What it may cost. Memory beyond [`Budget::CEILING`] cannot be had.
    pub budget: Budget,
    /// The instant that the connector is shown.
    pub now: Instant,
    /// What answers its requests.
    pub http: Option<Arc<dyn Http>>,
    /// The directory that it reads.
    pub files: Option<Arc<Dir>>,
    /// The connection's state before the call.
    pub state: BTreeMap<String, String>,
}

/// What a pull is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullArgs {
    /// The connection's settings, a JSON object.
    pub settings: String,
    /// Which stream.
    pub stream: String,
    /// The cursor of the last committed page.
    pub cursor: Option<String>,
}

/// What came of a call.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The checked result, or why there is none.
    pub result: Result<T, CallError>,
    /// What it used, whether it succeeded or not.
    pub usage: Usage,
    /// The budgets that it met: it was stopped for them, refused more of them, or cut off at them.
    pub met: BTreeSet<BudgetKind>,
    /// The lines it wrote.
    pub log: Vec<LogLine>,
    /// The connection's state after the call, if the call succeeded and changed it.
    pub state: Option<BTreeMap<String, String>>,
    /// Where the guest stood when the engine stopped it, innermost first, names demangled, cut and escaped.
    pub frames: Vec<String>,
    /// Where the time went.
    pub elapsed: Elapsed,
}

/// Where the time of a call went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Elapsed {
    /// Waiting for a place in the pool. Not counted against the budget.
    pub waiting: Duration,
    /// In the guest.
    pub guest: Duration,
    /// In requests and files.
    pub host: Duration,
    /// From the call of the export to its return, whatever it waited for included; 0 where it did not return in time.
    pub export: Duration,
    /// Checking what was returned.
    pub lowering: Duration,
}

/// What the store of one call holds.
#[derive(Debug)]
pub(crate) struct CallState {
    pub(crate) meter: Meter,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    pub(crate) exchange: Exchange,
    pub(crate) files: Files,
    pub(crate) state: State,
}

impl CallState {
    /// Of a call whose capabilities are answered in this process.
    pub(crate) fn here(call: Call, processors: &Turns<()>) -> Self {
        let Call { workspace, budget, now: _, http, files, state } = call;
        let processor = Processor::new(processors.clone(), workspace);
        Self::of(&budget, processor, http, Files::Here(Below::new(files, budget.file_bytes)), state)
    }

    pub(crate) fn of(
        budget: &Budget,
        processor: Processor,
        http: Option<Arc<dyn Http>>,
        files: Files,
        state: BTreeMap<String, String>,
    ) -> Self {
        Self {
            meter: Meter::new(Duration::from_millis(budget.cpu_ms.into()), budget.host_calls, processor),
            limits: Limits::new(budget),
            log: Log::new(budget.log_bytes),
            exchange: Exchange::new(http, budget.handles),
            files,
            state: State::new(state, budget.state_bytes),
        }
    }

    /// The budgets of which the guest was refused more, whether it went on without or not.
    fn met(&self) -> BTreeSet<BudgetKind> {
        let Self { meter: _, limits, log, exchange, files, state } = self;
        let refused = [
            (BudgetKind::MemoryBytes, limits.denied().is_some()),
            (BudgetKind::TableElements, limits.denied_table().is_some()),
            (BudgetKind::FileBytes, files.met()),
            (BudgetKind::LogBytes, log.met()),
            (BudgetKind::StateBytes, state.met()),
        ];
        let refused = refused.into_iter().filter(|(_, met)| *met).map(|(budget, _)| budget);
        refused.chain(exchange.met().iter().copied()).collect()
    }

    /// Take apart what a call leaves behind, whatever became of it.
    pub(crate) fn into_left(mut self) -> Left {
        self.meter.turn();
        let met = self.met();
        let Self { meter, limits, log, exchange, files, state } = self;
        let longest = log.longest().max(state.longest());
        let (log, log_bytes) = log.into_parts();
        let (traffic, held) = (exchange.traffic(), exchange.held());
        let usage = Usage {
            calls: 1,
            cpu_ticks: meter.ticks(),
            cpu_ms: millis(meter.guest()),
            peak_memory_bytes: limits.peak(),
            table_elements: limits.table_elements(),
            handles: held.most,
            host_calls: meter.host_calls().into(),
            handed_bytes: held.handed.max(longest),
            requests: traffic.requests,
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
            file_bytes: files.used(),
            log_bytes,
            state_bytes: state.used(),
            ..Usage::default()
        };
        let (guest, host) = (meter.guest(), meter.host());
        let (state, frames, export) = (state.into_changes(), Vec::new(), Duration::ZERO);
        Left { guest, host, export, usage, met, log, state, frames }
    }
}

/// What came of a call at the place where it ran, before anything of it is believed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answered<R> {
    /// What the export returned, or what ended it.
    pub(crate) returned: Result<Result<R, types::Failure>, Cause>,
    /// What else there is to tell.
    pub(crate) left: Left,
}

impl<R> Answered<R> {
    /// A call that did not come about.
    pub(crate) fn ended_by(cause: Cause) -> Self {
        Self { returned: Err(cause), left: Left::default() }
    }

    /// The same, with what the other process says of it brought within the call's budget, and the room that its state has.
    pub(crate) fn doubted(mut self, budget: &Budget, room: usize) -> Self {
        let mut log = Log::new(budget.log_bytes);
        self.left.log.iter().for_each(|line| log.write(line.level, &line.message));
        (self.left.log, self.left.usage.log_bytes) = log.into_parts();
        let within = |state: &BTreeMap<String, String>| State::fits(state, room);
        if !self.left.state.as_ref().is_none_or(within) {
            self = Self::ended_by(Cause::Gone("it changed the state beyond its quota".to_owned()));
        }
        self
    }
}

/// What a call leaves behind beside its result.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Left {
    pub(crate) guest: Duration,
    pub(crate) host: Duration,
    /// From the call of the export to its return.
    pub(crate) export: Duration,
    /// But for what is known only where the call is waited for and its page is checked.
    pub(crate) usage: Usage,
    pub(crate) met: BTreeSet<BudgetKind>,
    pub(crate) log: Vec<LogLine>,
    pub(crate) state: Option<BTreeMap<String, String>>,
    /// Where the guest stood when it was stopped.
    pub(crate) frames: Vec<String>,
}

/// How large an accepted page is; 0 for everything else.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    pub(crate) records: u64,
    /// Bytes of text.
    pub(crate) text: u64,
    /// Bytes that the host has to hold.
    pub(crate) handed: u64,
}

impl Left {
    /// The outcome of the call, with what became of its result, and the time from its start to its end.
    pub(crate) fn settle<T>(
        self,
        result: Result<T, CallError>,
        size: Size,
        wall: Duration,
        elapsed: Elapsed,
    ) -> Outcome<T> {
        let Self { guest, host, export, usage, mut met, log, state, frames } = self;
        let Size { records, text, handed } = size;
        let handed_bytes = usage.handed_bytes.max(handed);
        let usage = Usage { calls: 1, wall_ms: millis(wall), records, page_bytes: text, handed_bytes, ..usage };
        let state = if result.is_ok() { state } else { None };
        if let Err(CallError::Fault(fault)) = &result {
            met.extend(fault.budget().map(|(budget, _)| budget));
        }
        let frames = fault::believed(&frames);
        Outcome { result, usage, met, log, state, frames, elapsed: Elapsed { guest, host, export, ..elapsed } }
    }
}

/// In whole milliseconds, a begun one counted.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}
