//! Counting a session against the budget of its call.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use domain::exchange::ExchangeError;
use domain::run::Usage;
use domain::{Budget, BudgetKind};
use tokio::time::Instant;

/// What is left of a budget. Concurrent requests draw on the same counts.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: Budget,
    deadline: Instant,
    requests: AtomicU32,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Meter {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget,
            deadline: Instant::now() + budget.wall(),
            requests: AtomicU32::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
        }
    }

    /// Takes one request of so many bytes (address, headers and body: a plugin can say as much in each), or nothing at all.
    pub(crate) fn take_request(&self, size: usize) -> Result<(), ExchangeError> {
        if Instant::now() >= self.deadline {
            return Err(ExchangeError::Budget(BudgetKind::WallMs));
        }
        let more = |count: u32| count.checked_add(1).filter(|&count| count <= self.budget.requests);
        self.requests
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .map_err(|_| ExchangeError::Budget(BudgetKind::Requests))?;
        let limit = u64::from(self.budget.bytes_out);
        let more = |bytes: u64| bytes.checked_add(size as u64).filter(|&bytes| bytes <= limit);
        self.bytes_out.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map(drop).map_err(|_| {
            self.requests.fetch_sub(1, Ordering::Relaxed);
            ExchangeError::Budget(BudgetKind::BytesOut)
        })
    }

    /// Counts bytes that came in. They are counted even if they are too many: they did come.
    pub(crate) fn take_in(&self, bytes: u64) -> Result<(), ExchangeError> {
        let before = self.bytes_in.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > u64::from(self.budget.bytes_in) {
            Err(ExchangeError::Budget(BudgetKind::BytesIn))
        } else {
            Ok(())
        }
    }

    /// When a request that may take so long has to end, and what it means if it has not.
    pub(crate) fn deadline(&self, total: Duration) -> (Instant, ExchangeError) {
        let own = Instant::now() + total;
        if own < self.deadline {
            (own, ExchangeError::Timeout)
        } else {
            (self.deadline, ExchangeError::Budget(BudgetKind::WallMs))
        }
    }

    /// What was used; the parts that egress does not count are 0.
    pub(crate) fn usage(&self) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
            ..Usage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_refused_is_not_counted() {
        let meter = Meter::new(Budget { requests: 2, bytes_out: 10, ..Budget::default() });
        assert_eq!(meter.take_request(11), Err(ExchangeError::Budget(BudgetKind::BytesOut)));
        assert_eq!(meter.take_request(10), Ok(()));
        assert_eq!(meter.take_request(1), Err(ExchangeError::Budget(BudgetKind::BytesOut)));
        assert_eq!(meter.take_request(0), Ok(()));
        assert_eq!(meter.take_request(0), Err(ExchangeError::Budget(BudgetKind::Requests)));
        assert_eq!((meter.usage().requests, meter.usage().bytes_out), (2, 10));
    }

    #[test]
    fn a_call_out_of_time_sends_nothing() {
        let meter = Meter::new(Budget { wall_ms: 0, ..Budget::default() });
        assert_eq!(meter.take_request(0), Err(ExchangeError::Budget(BudgetKind::WallMs)));
    }

    #[test]
    fn bytes_that_came_in_count_and_one_too_many_is_told() {
        let meter = Meter::new(Budget { bytes_in: 10, ..Budget::default() });
        assert_eq!((meter.take_in(4), meter.take_in(6)), (Ok(()), Ok(())));
        assert_eq!(meter.take_in(1), Err(ExchangeError::Budget(BudgetKind::BytesIn)));
        assert_eq!(meter.usage().bytes_in, 11);
    }

    #[test]
    fn a_request_ends_by_its_own_time_or_by_that_of_its_call() {
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        let meter = Meter::new(Budget { wall_ms: 60_000, ..Budget::default() });
        let (own, late) = meter.deadline(minute / 2);
        assert!((start + minute / 2..start + minute).contains(&own) && late == ExchangeError::Timeout);
        assert_eq!(meter.deadline(minute * 2), (meter.deadline, ExchangeError::Budget(BudgetKind::WallMs)));
    }
}
