//! How far the guests of a run came, and how they ended.

use std::collections::BTreeMap;
use std::fmt;

use super::gauntlet::{Ending, Stage};
use super::smith::Family;

/// Counts of one run.
#[derive(Debug, Default)]
pub struct Tally {
    guests: u64,
    stages: BTreeMap<Stage, u64>,
    endings: BTreeMap<(Family, Stage, String), u64>,
}

impl Tally {
    /// Count a guest.
    pub fn count(&mut self, family: Family, ending: &Ending) {
        self.guests += 1;
        *self.stages.entry(ending.stage).or_default() += 1;
        *self.endings.entry((family, ending.stage, ending.name.clone())).or_default() += 1;
    }

    /// Add what another lane counted.
    pub fn add(&mut self, other: Self) {
        let Self { guests, stages, endings } = other;
        self.guests += guests;
        stages.into_iter().for_each(|(stage, count)| *self.stages.entry(stage).or_default() += count);
        endings.into_iter().for_each(|(ending, count)| *self.endings.entry(ending).or_default() += count);
    }

    /// How many there were.
    #[must_use]
    pub fn guests(&self) -> u64 {
        self.guests
    }

    /// The share of guests that came to this stage or beyond, from 0 to 1.
    #[must_use]
    pub fn reached(&self, stage: Stage) -> f64 {
        let count: u64 = self.stages.range(stage..).map(|(_, count)| count).sum();
        count as f64 / self.guests.max(1) as f64
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} guests", self.guests)?;
        for stage in Stage::ALL {
            writeln!(f, "  {:5.1} %  {}", 100.0 * self.reached(stage), stage.reached())?;
        }
        for ((family, stage, name), count) in &self.endings {
            writeln!(f, "{count:8}  {family:?}, {stage:?}: {name}")?;
        }
        Ok(())
    }
}
