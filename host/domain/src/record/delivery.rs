//! Deployments, workflows and their runs. Fields as in `wit/records.wit`, instants parsed.

use serde::Serialize;

use super::{Extra, words};
use crate::Instant;

words! {
    /// How a deployment, or a run, went.
    Outcome {
        Pending = "pending",
        Running = "running",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
        Skipped = "skipped",
    }
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deployment {
    /// Unique in the connection.
    pub id: String,
    /// The repository that it came from.
    pub repository: Option<String>,
    /// The service that it changed.
    pub service: Option<String>,
    /// The environment's name.
    pub environment: String,
    /// Whether the source calls the environment production.
    pub production: Option<bool>,
    /// The object id that was deployed.
    pub sha: Option<String>,
    /// The branch or tag.
    pub reference: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// Who asked for it.
    pub author: Option<String>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// A workflow or pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workflow {
    /// Unique in the connection.
    pub id: String,
    /// The repository that it belongs to.
    pub repository: Option<String>,
    /// The name shown.
    pub name: String,
    /// The path of its definition.
    pub path: Option<String>,
    /// Whether it can run.
    pub active: Option<bool>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// One run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkflowRun {
    /// Unique in the connection.
    pub id: String,
    /// The workflow.
    pub workflow: String,
    /// The repository.
    pub repository: Option<String>,
    /// Which attempt, 1 first.
    pub attempt: Option<u32>,
    /// The object id that it ran on.
    pub sha: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// What set it off, in the source's word.
    pub event: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// Who set it off.
    pub author: Option<String>,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}
