//! The registry: every metric there is, as data. The API, the command line and the documentation are made from it; what
//! is not in it does not exist.
//!
//! To add a metric: write its entry in the file of its group, name it in [`METRICS`], and feed it in the file of its
//! family below [`compute`](mod@crate::compute). A change of what its number means raises its `revision`.

pub mod activity;
pub mod automation;
pub mod delivery;
pub mod flow;
mod version;

use domain::Day;
use domain::rollup::{Family, Grain};
use serde::Serialize;

pub use version::family_version;

use crate::query::Group;

/// One metric: what it is, and how it is computed and read.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Metric {
    /// Its name, in paths and buckets.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What a value counts.
    pub unit: Unit,
    /// What it means, in one paragraph.
    pub meaning: &'static str,
    /// How one value comes about.
    pub formula: &'static str,
    /// How inputs become a value.
    pub aggregation: Aggregation,
    /// The families of facts that it needs.
    pub families: &'static [Family],
    /// What it can be asked for. Teams come with [`Grain::Person`].
    pub grains: &'static [Grain],
    /// Which way is better.
    pub direction: Direction,
    /// The metric to read beside it, so that one is not bettered at the cost of the other.
    pub counter_metric: Option<&'static str>,
    /// Raised when the code changes what the number means and the formula's text does not show it.
    pub revision: u32,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds.
    Seconds,
    /// Lines of text.
    Lines,
    /// Days.
    Days,
    /// A share between 0 and 1.
    Ratio,
}

/// How inputs become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregation {
    /// How many there are.
    Count,
    /// Their sum.
    Sum,
    /// Their median, with the 90th percentile beside it.
    Distribution,
    /// The share of the inputs to which something applies.
    Ratio,
    /// Distinct days of each person; those of several persons are added up.
    PersonDays,
    /// How many there are at the end of each day: the median of the days, with the 90th percentile beside it. Buckets
    /// hold by how much a day changes it.
    Level,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Higher is better.
    HigherIsBetter,
    /// Lower is better.
    LowerIsBetter,
    /// Neither: it describes.
    Neutral,
}

/// Every metric, in the order in which it is listed.
pub static METRICS: [&Metric; 32] = [
    &activity::COMMITS,
    &activity::LINES_ADDED,
    &activity::LINES_DELETED,
    &activity::ACTIVE_DAYS,
    &activity::PULL_REQUESTS_OPENED,
    &activity::PULL_REQUESTS_MERGED,
    &activity::PULL_REQUESTS_CLOSED,
    &activity::REVIEWS,
    &activity::WORK_ITEMS_OPENED,
    &activity::WORK_ITEMS_CLOSED,
    &automation::BOT_COMMITS,
    &automation::BOT_PULL_REQUESTS_OPENED,
    &automation::BOT_PULL_REQUESTS_MERGED,
    &automation::BOT_REVIEWS,
    &automation::AGENT_COMMITS,
    &automation::AGENT_PULL_REQUESTS_OPENED,
    &automation::AGENT_PULL_REQUESTS_MERGED,
    &automation::AGENT_REVIEWS,
    &delivery::DEPLOYMENTS,
    &delivery::WORKFLOW_RUNS,
    &delivery::WORKFLOW_FAILURE_RATE,
    &flow::CODING_TIME,
    &flow::PICKUP_TIME,
    &flow::REWORK_TIME,
    &flow::MERGE_TIME,
    &flow::DEPLOY_TIME,
    &flow::CYCLE_TIME,
    &flow::PULL_REQUEST_SIZE,
    &flow::REVIEW_DEPTH,
    &flow::UNREVIEWED_MERGES,
    &flow::REVIEW_LOAD,
    &flow::WORK_IN_PROGRESS,
];

/// The metric of this id.
#[must_use]
pub fn find_metric(id: &str) -> Option<&'static Metric> {
    METRICS.iter().copied().find(|metric| metric.id == id)
}

/// The bucket names that [`compute`](fn@crate::compute) writes for a family: what it replaces on a day, present or not.
#[must_use]
pub fn written_by(family: Family) -> Vec<&'static str> {
    let counted = METRICS.iter().filter(|metric| metric.aggregation != Aggregation::PersonDays);
    let counted = counted.filter(|metric| metric.families.contains(&family)).map(|metric| metric.id);
    counted.chain(activity::mark_of(family)).collect()
}

/// Buckets that an answer is made from: those of one metric name and grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The buckets' metric.
    pub metric: &'static str,
    /// The buckets' grain.
    pub grain: Grain,
}

impl Metric {
    /// Which buckets [`query`](fn@crate::query) needs to answer for this group; none where the metric cannot be so grouped.
    #[must_use]
    pub fn reads(&self, group: Group) -> Vec<Read> {
        let grain = match group {
            Group::None => Grain::Workspace,
            Group::Repository => Grain::Repository,
            Group::Person | Group::Team => Grain::Person,
        };
        if !self.grains.contains(&grain) {
            return Vec::new();
        }
        if self.aggregation != Aggregation::PersonDays {
            return vec![Read { metric: self.id, grain }];
        }
        let read = |grain| activity::ACTIVE_DAY_MARKS.map(|metric| Read { metric, grain });
        match group {
            // The days are persons'; what the workspace's own marks hold is how many acts are nobody's.
            Group::None => [read(Grain::Person), read(Grain::Workspace)].concat(),
            _ => read(grain).to_vec(),
        }
    }
}

impl Metric {
    /// The first day of which [`query`](fn@crate::query) needs the buckets to answer from `from` on: a level is the sum of
    /// all changes before.
    #[must_use]
    pub fn reads_since(&self, from: Day) -> Day {
        if self.aggregation == Aggregation::Level { Day::from_number(i32::MIN) } else { from }
    }
}

/// What most counting metrics share.
const COUNT: Metric = Metric {
    id: "",
    title: "",
    unit: Unit::Count,
    meaning: "",
    formula: "",
    aggregation: Aggregation::Count,
    families: &[],
    grains: EVERY_GRAIN,
    direction: Direction::Neutral,
    counter_metric: None,
    revision: 1,
};

const EVERY_GRAIN: &[Grain] = &[Grain::Workspace, Grain::Repository, Grain::Person];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_is_whole_and_has_its_own_name() {
        let mut ids = BTreeSet::new();
        for metric in METRICS {
            assert!(ids.insert(metric.id), "{} is listed twice", metric.id);
            let named = !metric.id.is_empty() && metric.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(named && !metric.title.is_empty() && !metric.families.is_empty(), "{}", metric.id);
            assert!(metric.meaning.ends_with('.') && metric.formula.len() > 10, "{}", metric.id);
            assert!(metric.counter_metric.is_none_or(|counter| find_metric(counter).is_some()), "{}", metric.id);
        }
    }

    #[test]
    fn a_metric_reads_nothing_for_a_group_that_it_lacks() {
        assert!(delivery::DEPLOYMENTS.reads(Group::Person).is_empty());
        assert!(activity::ACTIVE_DAYS.reads(Group::Repository).is_empty());
        assert_eq!(activity::ACTIVE_DAYS.reads(Group::None).len(), 6);
        assert_eq!(activity::COMMITS.reads(Group::Team), [Read { metric: "commits", grain: Grain::Person }]);
    }
}
