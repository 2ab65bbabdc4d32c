//! CPU time of one call.
//!
//! The epoch interrupts the guest at every tick, which bounds how long it runs between two looks at the meter. What is
//! counted is the time between them that the guest itself ran: waiting for the host's answers is not the guest's, and a
//! stretch never counts for more than a tick, since whatever goes beyond was the machine being busy with others.

use std::time::{Duration, Instant};

use wasmtime::{StoreContextMut, UpdateDeadline};

use crate::call::CallState;

/// Time from one tick of the epoch to the next: the unit of `Usage::cpu_ticks`.
pub const TICK: Duration = Duration::from_millis(2);

/// The budget is spent. It ends the call as an error of the guest's.
#[derive(Debug, thiserror::Error)]
#[error("the CPU budget of this call is spent")]
pub(crate) struct CpuSpent;

/// Counts against a budget.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: Duration,
    guest: Duration,
    host: Duration,
    since: Instant,
}

impl Meter {
    /// A meter that starts now.
    pub(crate) fn start(budget: Duration) -> Self {
        Self { budget, guest: Duration::ZERO, host: Duration::ZERO, since: Instant::now() }
    }

    /// The guest has asked the host for something that can take long.
    pub(crate) fn pause(&mut self) {
        self.turn();
    }

    /// The host has answered.
    pub(crate) fn resume(&mut self) {
        let now = Instant::now();
        self.host += now - self.since;
        self.since = now;
    }

    /// The time that the guest ran.
    pub(crate) fn guest(&self) -> Duration {
        self.guest
    }

    /// The time that the guest waited for the host.
    pub(crate) fn host(&self) -> Duration {
        self.host
    }

    /// The time that the guest ran, in ticks, begun ones counted whole.
    pub(crate) fn ticks(&self) -> u64 {
        u64::try_from(self.guest.as_micros().div_ceil(TICK.as_micros())).unwrap_or(u64::MAX)
    }

    /// The guest has stopped running, for now or for good.
    pub(crate) fn turn(&mut self) {
        let now = Instant::now();
        self.guest += (now - self.since).min(TICK);
        self.since = now;
    }

    fn is_spent(&self) -> bool {
        self.guest >= self.budget
    }
}

/// What happens at each tick: count, and let other tasks have the thread.
pub(crate) fn at_tick(mut store: StoreContextMut<'_, CallState>) -> wasmtime::Result<UpdateDeadline> {
    let meter = &mut store.data_mut().meter;
    meter.turn();
    if meter.is_spent() { Err(CpuSpent.into()) } else { Ok(UpdateDeadline::Yield(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_the_host_is_not_the_guests_time() {
        let mut meter = Meter::start(TICK);
        meter.pause();
        let before = meter.guest();
        meter.since -= Duration::from_secs(5);
        meter.resume();
        assert_eq!(meter.guest(), before);
        assert!(meter.host() >= Duration::from_secs(5) && !meter.is_spent());
    }

    #[test]
    fn short_stretches_between_host_calls_add_up() {
        let mut meter = Meter::start(TICK * 3);
        for _ in 0..4 {
            meter.since -= TICK - Duration::from_micros(100);
            meter.pause();
            meter.resume();
        }
        assert!(meter.is_spent());
        assert_eq!(meter.ticks(), 4);
    }
}
