//! `workflow-runs:OWNER/NAME`: runs of GitHub Actions, and at the start of each walk the workflows that they are of.
//!
//! The list is by the instant of creation, so a run that is started again after its walk has passed it is not seen again.

use serde::Deserialize;
use weighbridge_sdk::records::{Outcome, Record, Workflow, WorkflowRun};
use weighbridge_sdk::{Call, Failure, Page, text};

use crate::account::{self, Account};
use crate::descent::Descent;
use crate::repository::Repository;
use crate::{Settings, api};

#[derive(Debug, Deserialize)]
struct Runs<'a> {
    #[serde(borrow)]
    workflow_runs: Vec<Run<'a>>,
}

#[derive(Debug, Deserialize)]
struct Run<'a> {
    id: u64,
    workflow_id: u64,
    #[serde(default)]
    run_attempt: Option<u32>,
    head_sha: String,
    head_branch: Option<String>,
    event: String,
    status: Option<&'a str>,
    conclusion: Option<&'a str>,
    #[serde(default)]
    actor: Option<Account>,
    created_at: &'a str,
    updated_at: &'a str,
    #[serde(default)]
    run_started_at: Option<String>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Workflows<'a> {
    #[serde(borrow)]
    workflows: Vec<Item<'a>>,
}

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    name: String,
    path: String,
    state: &'a str,
    html_url: Option<String>,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let mut walk: Descent = call.cursor()?.unwrap_or_default();
    let first = || repository.path(&format!("/actions/runs?per_page={}", api::PER_PAGE));
    let Some(response) = walk.fetch(first)? else { return walk.rest() };
    let mut records = Vec::new();
    if walk.begins() {
        workflows(repository, &mut records)?;
    }
    let Runs { workflow_runs: runs } = response.json()?;
    let since = call.settings.since();
    let mut below_mark = false;
    for run in runs {
        if walk.is_due(run.created_at, since.as_deref()) {
            walk.note(run.created_at, run.status == Some("completed"));
            records.push(record(run, repository));
        } else {
            below_mark = true;
        }
    }
    walk.page(records, &response, below_mark)
}

fn workflows(repository: &Repository, records: &mut Vec<Record>) -> Result<(), Failure> {
    let mut path = repository.path(&format!("/actions/workflows?per_page={}", api::PER_PAGE));
    loop {
        let response = api::get(&path)?;
        let Workflows { workflows } = response.json()?;
        records.extend(workflows.into_iter().map(|item| workflow(item, repository)));
        match api::next(&response)? {
            Some(next) => path = next,
            None => return Ok(()),
        }
    }
}

fn workflow(item: Item<'_>, repository: &Repository) -> Record {
    let Item { id, name, path, state, html_url } = item;
    Workflow {
        id: id.to_string(),
        repository: Some(repository.id()),
        name: text::line(name),
        path: Some(text::line(path)),
        active: Some(state == "active"),
        url: html_url,
        extra: Vec::new(),
    }
    .into()
}

fn record(run: Run<'_>, repository: &Repository) -> Record {
    let outcome = outcome(run.status, run.conclusion);
    let is_over = run.status == Some("completed");
    WorkflowRun {
        id: run.id.to_string(),
        workflow: run.workflow_id.to_string(),
        repository: Some(repository.id()),
        attempt: run.run_attempt,
        sha: Some(run.head_sha),
        branch: run.head_branch.map(text::line),
        event: Some(text::line(run.event)),
        outcome,
        author: account::id(run.actor.as_ref()),
        created_at: run.created_at.to_owned(),
        started_at: run.run_started_at,
        // GitHub has no field for the end; the last change of a completed run is its end.
        finished_at: is_over.then(|| run.updated_at.to_owned()),
        url: Some(run.html_url),
        extra: Vec::new(),
    }
    .into()
}

fn outcome(status: Option<&str>, conclusion: Option<&str>) -> Outcome {
    match (status, conclusion) {
        (Some("completed"), Some("success" | "neutral")) => Outcome::Succeeded,
        (Some("completed"), Some("cancelled")) => Outcome::Cancelled,
        (Some("completed"), Some("skipped" | "stale")) => Outcome::Skipped,
        (Some("completed"), _) => Outcome::Failed,
        (Some("in_progress"), _) => Outcome::Running,
        _ => Outcome::Pending,
    }
}
