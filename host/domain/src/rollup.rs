//! Daily roll-ups: what metrics writes, the store keeps, and metrics reads again.

use serde::{Deserialize, Serialize};

use crate::Day;

/// The sorts of record that make buckets dirty. One family's buckets of a day are recomputed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Commits, by the day they were written.
    Commits,
    /// Pull requests, by the days they were opened, closed or merged, with what belongs to them.
    PullRequests,
    /// Reviews, by the day they were submitted.
    Reviews,
    /// Work items, by the days they were opened and closed.
    WorkItems,
    /// Deployments, by the day they ended.
    Deployments,
    /// Workflow runs, by the day they ended.
    WorkflowRuns,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Commits, Self::PullRequests, Self::Reviews, Self::WorkItems, Self::Deployments, Self::WorkflowRuns];
}

/// What a bucket is about. Teams have none: they are put together from their members when they are asked for, so that
/// a move between teams recomputes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// The whole workspace; its key is empty.
    Workspace,
    /// One repository.
    Repository,
    /// One person.
    Person,
}

/// One bucket: a metric, a day, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// The metric's id in the registry.
    pub metric: String,
    /// The day, in the workspace's time zone.
    pub day: Day,
    /// What `key` is.
    pub grain: Grain,
    /// The repository, as `CONNECTION/ID`, or the person, in the same form; empty for the workspace.
    pub key: String,
    /// How many inputs were known.
    pub known: u64,
    /// How many were not, by reason.
    pub unknown: Vec<(String, u64)>,
    /// The sum of the known inputs.
    pub sum: f64,
    /// Their distribution, in the encoding of the metrics crate; empty where the metric needs none.
    pub samples: Vec<u8>,
}
