//! `issues:OWNER/NAME`: work items. GitHub's list has the pull requests in it; they are left to their own stream.

use serde::Deserialize;
use serde::de::IgnoredAny;
use weighbridge_sdk::records::{Record, WorkItem, WorkItemKind, WorkItemState};
use weighbridge_sdk::{Call, Failure, Page, text};

use crate::Settings;
use crate::account::{self, Account};
use crate::ascent::Ascent;
use crate::repository::Repository;

const MOST: usize = 100;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    number: u64,
    title: String,
    state: &'a str,
    #[serde(default)]
    state_reason: Option<&'a str>,
    user: Option<Account>,
    #[serde(default)]
    assignees: Vec<Account>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default, rename = "type")]
    kind: Option<IssueType>,
    created_at: String,
    updated_at: &'a str,
    closed_at: Option<String>,
    html_url: String,
    #[serde(default)]
    pull_request: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) name: String,
}

/// An organisation's own sorts of issue.
#[derive(Debug, Deserialize)]
struct IssueType {
    name: String,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let walk = call.cursor()?.unwrap_or_else(|| Ascent::new(call.settings.since()));
    let Some(response) = walk.fetch(&repository.path("/issues?state=all"))? else {
        return Page::done(Vec::new(), &walk);
    };
    let items: Vec<Item<'_>> = response.json()?;
    let step = walk.step(&response, items.iter().map(|item| item.updated_at))?;
    let issues = items.into_iter().filter(|item| item.pull_request.is_none());
    let records = issues.map(|item| record(item, repository)).collect();
    if step.more { Page::more(records, &step.walk) } else { Page::done(records, &step.walk) }
}

fn record(item: Item<'_>, repository: &Repository) -> Record {
    let Item { number, title, state, state_reason, user, assignees, labels, kind, .. } = item;
    let labels = label_names(labels);
    WorkItem {
        id: repository.id_of(number),
        project: Some(repository.id()),
        key: format!("#{number}"),
        title: text::line(title),
        kind: kind_of(kind.as_ref(), &labels),
        state: match (state, state_reason) {
            ("open", _) => WorkItemState::Open,
            (_, Some("not_planned" | "duplicate")) => WorkItemState::Dropped,
            _ => WorkItemState::Done,
        },
        status: Some(state.to_owned()),
        author: account::id(user.as_ref()),
        assignees: assignees.iter().take(MOST).map(Account::id).collect(),
        labels,
        parent: None,
        estimate: None,
        created_at: item.created_at,
        updated_at: item.updated_at.to_owned(),
        closed_at: item.closed_at,
        url: Some(item.html_url),
        extra: Vec::new(),
    }
    .into()
}

pub(crate) fn label_names(labels: Vec<Label>) -> Vec<String> {
    labels.into_iter().take(MOST).map(|label| text::line(label.name)).collect()
}

/// The organisation's type says it, else one of GitHub's default labels.
fn kind_of(kind: Option<&IssueType>, labels: &[String]) -> Option<WorkItemKind> {
    let names = kind.map(|kind| &kind.name).into_iter().chain(labels);
    names.map(|name| name.to_ascii_lowercase()).find_map(|name| match name.as_str() {
        "bug" => Some(WorkItemKind::Defect),
        "feature" | "enhancement" => Some(WorkItemKind::Feature),
        "chore" | "maintenance" | "dependencies" => Some(WorkItemKind::Chore),
        "tech debt" | "technical debt" | "refactoring" => Some(WorkItemKind::Debt),
        _ => None,
    })
}
