//! Deployments, workflows and their runs.

use domain::record::{Deployment, Outcome, Workflow, WorkflowRun};

use super::check::{Check, PATH};
use super::{Lower, Wrong, wit};

impl Lower for wit::Deployment {
    type Into = Deployment;

    fn lower(self, check: &mut Check) -> Result<Deployment, Wrong> {
        let Self {
            id,
            repository,
            service,
            environment,
            production,
            sha,
            reference,
            outcome: result,
            author,
            created_at,
            finished_at,
            url,
            extra,
        } = self;
        Ok(Deployment {
            id: check.id("id", id)?,
            repository: check.optional("repository", repository, Check::id)?,
            service: check.optional("service", service, Check::id)?,
            environment: check.text("environment", environment)?,
            production,
            sha: check.optional("sha", sha, Check::object)?,
            reference: check.optional("reference", reference, Check::text)?,
            outcome: outcome(result),
            author: check.optional("author", author, Check::id)?,
            created_at: check.instant("created-at", created_at)?,
            finished_at: check.optional("finished-at", finished_at, Check::instant)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Workflow {
    type Into = Workflow;

    fn lower(self, check: &mut Check) -> Result<Workflow, Wrong> {
        let Self { id, repository, name, path, active, url, extra } = self;
        Ok(Workflow {
            id: check.id("id", id)?,
            repository: check.optional("repository", repository, Check::id)?,
            name: check.text("name", name)?,
            path: path.map(|path| check.line("path", path, PATH)).transpose()?,
            active,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::WorkflowRun {
    type Into = WorkflowRun;

    fn lower(self, check: &mut Check) -> Result<WorkflowRun, Wrong> {
        let Self {
            id,
            workflow,
            repository,
            attempt,
            sha,
            branch,
            event,
            outcome: result,
            author,
            created_at,
            started_at,
            finished_at,
            url,
            extra,
        } = self;
        Ok(WorkflowRun {
            id: check.id("id", id)?,
            workflow: check.id("workflow", workflow)?,
            repository: check.optional("repository", repository, Check::id)?,
            attempt,
            sha: check.optional("sha", sha, Check::object)?,
            branch: check.optional("branch", branch, Check::text)?,
            event: check.optional("event", event, Check::text)?,
            outcome: outcome(result),
            author: check.optional("author", author, Check::id)?,
            created_at: check.instant("created-at", created_at)?,
            started_at: check.optional("started-at", started_at, Check::instant)?,
            finished_at: check.optional("finished-at", finished_at, Check::instant)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

fn outcome(outcome: wit::Outcome) -> Outcome {
    match outcome {
        wit::Outcome::Pending => Outcome::Pending,
        wit::Outcome::Running => Outcome::Running,
        wit::Outcome::Succeeded => Outcome::Succeeded,
        wit::Outcome::Failed => Outcome::Failed,
        wit::Outcome::Cancelled => Outcome::Cancelled,
        wit::Outcome::Skipped => Outcome::Skipped,
    }
}
