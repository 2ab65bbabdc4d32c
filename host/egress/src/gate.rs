//! The gate in front of a source that asked to wait.
//!
//! It is shared by every session of the process, since a rate limit belongs to the credential and not to the call that
//! ran into it. While it is closed, no connection is made.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{Instant, WorkspaceId};
use sha2::{Digest as _, Sha256};

/// How many closed gates are remembered.
const MAX_GATES: usize = 4096;

/// Tells secrets apart without keeping them. `Debug` shows nothing: a weak secret could be guessed from its hash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprint").finish_non_exhaustive()
    }
}

/// Who waits together: whoever uses the same secret, through whatever connection, or else a workspace, towards one host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Waiters {
    Credential { secret: Fingerprint, host: String },
    Workspace { id: WorkspaceId, host: String },
}

/// All closed gates.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    closed_until: Mutex<HashMap<Waiters, Instant>>,
}

impl Gates {
    /// The seconds left to wait, at least 1; nothing if the gate is open.
    pub(crate) fn seconds_left(&self, waiters: &Waiters, now: Instant) -> Option<u32> {
        let mut gates = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        let micros = gates.get(waiters)?.as_micros() - now.as_micros();
        if micros <= 0 {
            gates.remove(waiters);
        }
        u32::try_from(u64::try_from(micros).ok()?.div_ceil(1_000_000)).ok().filter(|&seconds| seconds > 0)
    }

    /// Closes the gate for `pause`; never opens it earlier than it would have.
    pub(crate) fn close(&self, waiters: Waiters, pause: Duration, now: Instant) {
        let mut gates = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= MAX_GATES {
            gates.retain(|_, until| *until > now);
        }
        if gates.len() >= MAX_GATES {
            // The one that opens next is the least loss.
            let soonest = gates.iter().min_by_key(|(_, until)| **until).map(|(waiters, _)| waiters.clone());
            soonest.and_then(|waiters| gates.remove(&waiters));
        }
        let until = gates.entry(waiters).or_insert(now);
        *until = (*until).max(now.after(pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiters(secret: &str) -> Waiters {
        Waiters::Credential { secret: Fingerprint::of(secret), host: "a.test".to_owned() }
    }

    #[test]
    fn a_gate_opens_when_its_pause_is_over_and_not_before() {
        let (gates, start) = (Gates::default(), Instant::from_micros(0));
        gates.close(waiters("c1"), Duration::from_secs(10), start);
        gates.close(waiters("c1"), Duration::from_secs(5), start);
        let left = |seconds| gates.seconds_left(&waiters("c1"), start.after(Duration::from_millis(seconds)));
        assert_eq!((left(0), left(9_001), left(9_999), left(10_000)), (Some(10), Some(1), Some(1), None));
        assert_eq!(gates.seconds_left(&waiters("c2"), start), None);
    }

    #[test]
    fn the_number_of_gates_is_bounded() {
        let (gates, start) = (Gates::default(), Instant::from_micros(0));
        for index in 0..MAX_GATES + 10 {
            gates.close(waiters(&index.to_string()), Duration::from_secs(10 + index as u64), start);
        }
        assert_eq!(gates.closed_until.lock().expect("a lock").len(), MAX_GATES);
        assert!(gates.seconds_left(&waiters(&(MAX_GATES + 9).to_string()), start).is_some());
    }

    #[test]
    fn a_full_house_forgets_what_is_over_and_nothing_that_still_waits() {
        let (gates, start) = (Gates::default(), Instant::from_micros(0));
        let close = |index: usize, seconds, now| {
            gates.close(waiters(&index.to_string()), Duration::from_secs(seconds), now);
        };
        for index in 0..MAX_GATES {
            close(index, if index % 2 == 0 { 10 } else { 30 }, start);
        }
        let later = start.after(Duration::from_secs(10));
        close(MAX_GATES, 10, later);
        assert_eq!(gates.closed_until.lock().expect("a lock").len(), MAX_GATES / 2 + 1);
        for index in 0..MAX_GATES {
            let left = gates.seconds_left(&waiters(&index.to_string()), later);
            assert_eq!(left, (index % 2 == 1).then_some(20), "{index}");
        }
    }
}
