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
        self.quantile(0.5)
    }

    /// The one that so large a share lies below.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// Seconds of one turn, from a clock started before it.
pub(crate) fn per_turn(begun: Instant, turns: u32) -> f64 {
    begun.elapsed().as_secs_f64() / f64::from(turns)
}

/// Let this much time pass before figures count, so that caches and clocks are warm.
pub(crate) const WARM_UP: Duration = Duration::from_millis(300);
