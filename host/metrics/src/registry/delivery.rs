//! Deployments and workflow runs, whoever started them: bots are part of delivery.

use domain::rollup::{Family, Grain};

use super::{Aggregation, COUNT, Direction, Metric, Unit};

const PLACES: &[Grain] = &[Grain::Workspace, Grain::Repository];

/// Deployments.
pub static DEPLOYMENTS: Metric = Metric {
    id: "deployments",
    title: "Deployments",
    meaning: "Deployments that succeeded, to any environment, whoever asked for them. A plain count: it is not the deployment frequency of DORA, which is about production alone and takes retries together.",
    formula: "count of deployments that succeeded, by the day on which they ended",
    families: &[Family::Deployments],
    grains: PLACES,
    direction: Direction::HigherIsBetter,
    counter_metric: Some("workflow-failure-rate"),
    ..COUNT
};

/// Workflow runs.
pub static WORKFLOW_RUNS: Metric = Metric {
    id: "workflow-runs",
    title: "Workflow runs",
    meaning: "Runs of workflows and pipelines that ended, in whatever way.",
    formula: "count of workflow runs, by the day on which they ended",
    families: &[Family::WorkflowRuns],
    grains: PLACES,
    ..COUNT
};

/// Failure rate.
pub static WORKFLOW_FAILURE_RATE: Metric = Metric {
    id: "workflow-failure-rate",
    title: "Workflow failure rate",
    unit: Unit::Ratio,
    meaning: "Share of the workflow runs that failed. Runs that were cancelled or skipped neither failed nor succeeded and are on neither side of the fraction.",
    formula: "failed runs ÷ (failed + succeeded runs), by the day on which they ended",
    aggregation: Aggregation::Ratio,
    families: &[Family::WorkflowRuns],
    grains: PLACES,
    direction: Direction::LowerIsBetter,
    counter_metric: Some("workflow-runs"),
    ..COUNT
};
