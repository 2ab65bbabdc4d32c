//! Rounds, in which contestants take turns.

use std::time::{Duration, Instant};

/// The samples of one contestant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Add one.
    pub(crate) fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Seconds of one turn, from a clock started before it.
pub(crate) fn per_turn(begun: Instant, turns: u32) -> f64 {
    begun.elapsed().as_secs_f64() / f64::from(turns)
}

/// Let this much time pass before figures count, so that caches and clocks are warm.
pub(crate) const WARM_UP: Duration = Duration::from_millis(300);
