//! `events:OWNER/NAME`: the transitions of pull requests and issues, from the repository's list of issue events.

use serde::Deserialize;
use weighbridge_sdk::records::{Record, SubjectKind, Transition};
use weighbridge_sdk::{Call, Failure, Page};

use crate::Settings;
use crate::account::{self, Account};
use crate::api;
use crate::descent::Descent;
use crate::repository::Repository;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    event: &'a str,
    actor: Option<Account>,
    created_at: &'a str,
    #[serde(borrow)]
    issue: Option<Subject<'a>>,
}

#[derive(Debug, Deserialize)]
struct Subject<'a> {
    number: u64,
    #[serde(default, borrow)]
    pull_request: Option<PullRequest<'a>>,
}

#[derive(Debug, Deserialize)]
struct PullRequest<'a> {
    #[serde(default)]
    merged_at: Option<&'a str>,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let mut walk: Descent = call.cursor()?.unwrap_or_default();
    let first = || repository.path(&format!("/issues/events?per_page={}", api::PER_PAGE));
    let Some(response) = walk.fetch(first)? else { return walk.rest() };
    let items: Vec<Item<'_>> = response.json()?;
    let since = call.settings.since();
    let mut records = Vec::new();
    let mut below_mark = false;
    for item in &items {
        if walk.is_due(item.created_at, since.as_deref()) {
            records.extend(record(item, repository));
            walk.note(item.created_at, true);
        } else {
            below_mark = true;
        }
    }
    walk.page(records, &response, below_mark)
}

/// None for an event that changes no status, and for one whose subject is gone.
fn record(item: &Item<'_>, repository: &Repository) -> Option<Record> {
    let Item { id, event, actor, created_at, issue } = item;
    let issue = issue.as_ref()?;
    let (before, after) = match &issue.pull_request {
        Some(pull_request) => of_pull_request(event, created_at, pull_request)?,
        None => of_issue(event)?,
    };
    let is_pull_request = issue.pull_request.is_some();
    let record = Transition {
        id: id.to_string(),
        subject_kind: if is_pull_request { SubjectKind::PullRequest } else { SubjectKind::WorkItem },
        subject: repository.id_of(issue.number),
        before: Some(before.to_owned()),
        after: after.to_owned(),
        author: account::id(actor.as_ref()),
        at: (*created_at).to_owned(),
        extra: Vec::new(),
    };
    Some(record.into())
}

fn of_pull_request(event: &str, at: &str, pull_request: &PullRequest<'_>) -> Option<(&'static str, &'static str)> {
    match event {
        "ready_for_review" => Some(("draft", "ready")),
        "convert_to_draft" => Some(("ready", "draft")),
        "merged" => Some(("open", "merged")),
        // GitHub writes a merge as two events of one second; the second says less.
        "closed" if pull_request.merged_at == Some(at) => None,
        "closed" => Some(("open", "closed")),
        "reopened" => Some(("closed", "open")),
        _ => None,
    }
}

fn of_issue(event: &str) -> Option<(&'static str, &'static str)> {
    match event {
        "closed" => Some(("open", "closed")),
        "reopened" => Some(("closed", "open")),
        _ => None,
    }
}
