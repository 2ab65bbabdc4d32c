//! Deployments and workflow runs, by the instant they ended.

use domain::Instant;
use domain::fact::{DeploymentFact, WorkflowRunFact};

use super::{author, class, key};
use crate::row::Row;
use crate::{StoreError, WorkspaceRead, sql};

sql::statements! {
    DEPLOYMENTS = concat!(
        "SELECT d.connection_id, d.repository, d.environment, d.production, d.sha, d.outcome = 'succeeded' AS succeeded,
            d.author, ", class!("d.author"), " AS author_class, COALESCE(d.finished_at, d.created_at) AS ended_at
        FROM @deployments AS d
        LEFT JOIN @people AS p ON p.connection_id = d.connection_id AND p.id = d.author
        WHERE COALESCE(d.finished_at, d.created_at) >= $1 AND COALESCE(d.finished_at, d.created_at) < $2
            AND d.outcome IN ('succeeded', 'failed') AND d.deleted_at IS NULL
        ORDER BY ended_at, d.connection_id, d.id");
    WORKFLOW_RUNS = "SELECT w.connection_id, w.repository, w.started_at, w.finished_at,
            CASE w.outcome WHEN 'succeeded' THEN TRUE WHEN 'failed' THEN FALSE END AS succeeded
        FROM @workflow_runs AS w
        WHERE w.finished_at >= $1 AND w.finished_at < $2 AND w.outcome NOT IN ('pending', 'running')
            AND w.deleted_at IS NULL
        ORDER BY w.finished_at, w.connection_id, w.id";
}

/// The deployments that succeeded or failed from `from` until before `to`, in order. Where the source does not say
/// when one ended, it is counted when it was asked for. What was cancelled or skipped has deployed nothing.
///
/// # Errors
/// When the database cannot be read.
pub async fn deployments(
    tx: &mut WorkspaceRead,
    from: Instant,
    to: Instant,
) -> Result<Vec<DeploymentFact>, StoreError> {
    let query = sql::query(&DEPLOYMENTS).bind(from.as_micros()).bind(to.as_micros());
    query.fetch_all(tx.conn()).await?.iter().map(deployment).collect()
}

/// The workflow runs that ended from `from` until before `to`, in order.
///
/// # Errors
/// When the database cannot be read.
pub async fn workflow_runs(
    tx: &mut WorkspaceRead,
    from: Instant,
    to: Instant,
) -> Result<Vec<WorkflowRunFact>, StoreError> {
    let query = sql::query(&WORKFLOW_RUNS).bind(from.as_micros()).bind(to.as_micros());
    query.fetch_all(tx.conn()).await?.iter().map(workflow_run).collect()
}

fn deployment(row: &Row) -> Result<DeploymentFact, StoreError> {
    Ok(DeploymentFact {
        repository: key(row, "repository")?,
        environment: row.cell("environment")?,
        production: row.cell("production")?,
        sha: row.cell("sha")?,
        succeeded: row.cell("succeeded")?,
        author: author(row)?,
        finished_at: row.instant("ended_at")?,
    })
}

fn workflow_run(row: &Row) -> Result<WorkflowRunFact, StoreError> {
    Ok(WorkflowRunFact {
        repository: key(row, "repository")?,
        succeeded: row.cell("succeeded")?,
        started_at: row.opt_instant("started_at")?,
        finished_at: row.instant("finished_at")?,
    })
}
