//! CPU time of one call.
//!
//! The epoch interrupts the guest at every tick, which bounds how long it runs between two looks at the meter. Counted is
//! the time between them that the guest itself ran, where a stretch never counts for more than a tick, since whatever goes
//! beyond was the machine being busy with others; and the time that the host works on what the guest asked for. Waiting for
//! an answer costs nothing. What the host works is too short to be seen where calls are cheap, so they are counted too.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::{StoreContextMut, UpdateDeadline};

use crate::call::CallState;
use crate::turn::Processor;

/// Time from one tick of the epoch to the next: the unit of `Usage::cpu_ticks`.
pub const TICK: Duration = Duration::from_millis(2);

/// The budget is spent. It ends the call as an error of the guest's.
#[derive(Debug, thiserror::Error)]
#[error("the CPU budget of this call is spent")]
pub(crate) struct CpuSpent;

/// The guest has called the host too often. It ends the call as an error of the guest's.
#[derive(Debug, thiserror::Error)]
#[error("this call has called the host too often")]
pub(crate) struct HostCallsSpent;

/// Counts against a budget.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: Duration,
    guest: Duration,
    host: Duration,
    since: Instant,
    host_calls: u32,
    most_host_calls: u32,
    processor: Processor,
}

impl Meter {
    /// A meter that starts with [`Self::begin`].
    pub(crate) fn new(budget: Duration, most_host_calls: u32, processor: Processor) -> Self {
        let (guest, host) = (Duration::ZERO, Duration::ZERO);
        Self { budget, guest, host, since: Instant::now(), host_calls: 0, most_host_calls, processor }
    }

    /// One of a call that nobody stands beside.
    #[cfg(test)]
    pub(crate) fn alone(budget: Duration, most_host_calls: u32) -> Self {
        Self::new(
            budget,
            most_host_calls,
            Processor::new(crate::turn::processors(turns::Weights::default()), domain::WorkspaceId::generate()),
        )
    }

    /// Wait for a processor, and start.
    pub(crate) async fn begin(&mut self) {
        self.processor.take().await;
        self.resume();
    }

    fn resume(&mut self) {
        if let Some(resumed) = self.processor.resumed() {
            self.since = self.since.max(resumed);
        }
    }

    /// The guest calls the host, whatever it is told. It is stopped at the next tick if that was once too often.
    pub(crate) fn host_call(&mut self) {
        self.host_calls = self.host_calls.saturating_add(1);
    }

    /// Await what the host does for the guest. The time that it is polled is the guest's; that between polls is not.
    pub(crate) async fn while_host<F: Future>(&mut self, work: F) -> F::Output {
        self.turn();
        let mut work = pin!(work);
        let mut waited = false;
        let answer = poll_fn(|context| {
            let begun = thread_time();
            let answer = work.as_mut().poll(context);
            self.charge(thread_time().saturating_sub(begun));
            if answer.is_pending() && !waited {
                waited = true;
                self.processor.leave();
            }
            answer
        })
        .await;
        let now = Instant::now();
        self.host += now - self.since;
        self.since = now;
        if waited {
            self.begin().await;
        }
        answer
    }

    /// CPU time that was spent for the guest, on whatever thread.
    pub(crate) fn charge(&mut self, time: Duration) {
        self.guest += time;
    }

    /// The time that the guest ran, and that the host worked for it.
    pub(crate) fn guest(&self) -> Duration {
        self.guest
    }

    /// The time that the guest waited for the host.
    pub(crate) fn host(&self) -> Duration {
        self.host
    }

    /// How often the guest called the host.
    pub(crate) fn host_calls(&self) -> u32 {
        self.host_calls
    }

    /// The time of the guest in ticks, begun ones counted whole.
    pub(crate) fn ticks(&self) -> u64 {
        u64::try_from(self.guest.as_micros().div_ceil(TICK.as_micros())).unwrap_or(u64::MAX)
    }

    /// The guest has stopped running, for now or for good.
    pub(crate) fn turn(&mut self) {
        self.resume();
        let now = Instant::now();
        self.guest += (now - self.since).min(TICK);
        self.since = now;
    }

    fn is_spent(&self) -> bool {
        self.guest >= self.budget
    }

    fn is_flooded(&self) -> bool {
        self.host_calls > self.most_host_calls
    }
}

/// CPU time of this thread so far: unlike the time of day, it stands still while others have the processor.
pub(crate) fn thread_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// What happens at each tick: count, and let other tasks have the thread, or another guest the processor.
pub(crate) fn at_tick(mut store: StoreContextMut<'_, CallState>) -> wasmtime::Result<UpdateDeadline> {
    let meter = &mut store.data_mut().meter;
    meter.turn();
    if meter.is_spent() {
        Err(CpuSpent.into())
    } else if meter.is_flooded() {
        Err(HostCallsSpent.into())
    } else {
        Ok(if meter.processor.is_wanted() {
            meter.processor.leave();
            UpdateDeadline::YieldCustom(1, Box::pin(meter.processor.take()))
        } else {
            UpdateDeadline::Yield(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::WorkspaceId;
    use futures_util::FutureExt as _;
    use turns::{Places, Weights};

    use super::*;
    use crate::turn::Turns;

    fn burn(time: Duration) {
        let begun = thread_time();
        while thread_time() - begun < time {}
    }

    #[tokio::test]
    async fn waiting_for_the_host_is_not_the_guests_time_and_its_work_is() {
        let mut meter = Meter::alone(TICK * 10, 1);
        meter.while_host(tokio::time::sleep(TICK * 20)).await;
        assert!(meter.guest() < TICK * 5, "{meter:?}");
        meter.since -= Duration::from_secs(5);
        let before = meter.guest();
        meter.while_host(async { burn(TICK * 20) }).await;
        // The stretch before the call counts for a tick at most.
        assert!((TICK * 20..TICK * 30).contains(&(meter.guest() - before)), "{meter:?}");
        assert!(meter.host() >= TICK * 20 && meter.is_spent());
    }

    #[tokio::test]
    async fn short_stretches_between_host_calls_add_up() {
        let mut meter = Meter::alone(TICK * 3, 1);
        for _ in 0..4 {
            meter.since -= TICK - Duration::from_micros(100);
            meter.while_host(async {}).await;
        }
        assert!(meter.is_spent());
    }

    #[tokio::test]
    async fn a_budget_is_spent_at_its_last_moment_and_after_its_last_call() {
        let mut meter = Meter::alone(TICK * 2, 2);
        meter.charge(TICK);
        assert_eq!((meter.ticks(), meter.is_spent()), (1, false));
        meter.charge(Duration::from_micros(1));
        assert_eq!((meter.ticks(), meter.is_spent()), (2, false), "a tick that has begun counts whole");
        meter.charge(TICK - Duration::from_micros(1));
        assert_eq!((meter.ticks(), meter.is_spent()), (2, true));
        for (calls, flooded) in [(1, false), (2, false), (3, true)] {
            meter.host_call();
            assert_eq!((meter.host_calls(), meter.is_flooded()), (calls, flooded));
        }
    }

    /// Two calls with one processor between them.
    fn beside() -> [Meter; 2] {
        let places = Places { total: 1, per_class: 1, per_workspace: 1, kept_one_in: 0 };
        let turns = Turns::new(places, Weights::default());
        [(); 2].map(|()| Meter::new(TICK * 10, 1, Processor::new(turns.clone(), WorkspaceId::generate())))
    }

    #[tokio::test]
    async fn a_guest_that_waits_for_the_host_leaves_its_processor_to_others_and_takes_it_again() {
        let [mut first, mut second] = beside();
        first.begin().await;
        assert!(second.begin().now_or_never().is_none(), "it is taken");
        let wait = async {
            assert!(second.begin().now_or_never().is_none(), "it is not given up before there is a wait");
            tokio::task::yield_now().await;
            assert!(second.begin().now_or_never().is_some(), "it is free meanwhile");
            second.processor.leave();
        };
        first.while_host(wait).await;
        assert!(second.begin().now_or_never().is_none(), "it is taken again");
    }

    #[tokio::test]
    async fn a_guest_that_need_not_wait_keeps_its_processor_whoever_wants_it() {
        let [mut first, mut second] = beside();
        first.begin().await;
        let mut waiting = pin!(second.begin());
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(first.while_host(async {}).now_or_never().is_some());
        assert!(waiting.now_or_never().is_none());
    }

    #[tokio::test]
    async fn waiting_for_a_processor_is_not_the_guests_time() {
        let mut meter = Meter::alone(TICK * 10, 1);
        let asked = Instant::now();
        meter.since = asked - Duration::from_secs(5);
        meter.begin().await;
        assert!(meter.since >= asked);
    }
}
