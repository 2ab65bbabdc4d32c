//! `deployments:OWNER/NAME`: deployments, each with how it went, which is in a list of statuses of its own.

use serde::Deserialize;
use weighbridge_sdk::http::{self, Response};
use weighbridge_sdk::records::{Deployment, Outcome, Record};
use weighbridge_sdk::{Call, Failure, Page, text};

use crate::account::{self, Account};
use crate::descent::Descent;
use crate::repository::Repository;
use crate::{Settings, api};

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    sha: String,
    #[serde(rename = "ref")]
    reference: String,
    environment: String,
    #[serde(default)]
    production_environment: Option<bool>,
    creator: Option<Account>,
    created_at: &'a str,
}

/// GitHub lists the newest status first.
#[derive(Debug, Deserialize)]
struct Status<'a> {
    state: &'a str,
    created_at: &'a str,
    #[serde(default)]
    log_url: Option<&'a str>,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let mut walk: Descent = call.cursor()?.unwrap_or_default();
    let first = || repository.path(&format!("/deployments?per_page={}", api::PER_PAGE));
    let Some(response) = walk.fetch(first)? else { return walk.rest() };
    let mut items: Vec<Item<'_>> = response.json()?;
    let listed = items.len();
    let since = call.settings.since();
    items.retain(|item| walk.is_due(item.created_at, since.as_deref()));
    let below_mark = items.len() < listed;
    let requests = items.iter().map(|item| {
        api::request(&repository.path(&format!("/deployments/{}/statuses?per_page={}", item.id, api::PER_PAGE)))
    });
    let answers = http::send_all(requests.collect::<Vec<_>>()).into_iter().map(|answer| answer?.check());
    let answers: Vec<Response> = answers.collect::<Result<_, _>>()?;
    let mut records = Vec::with_capacity(items.len());
    for (item, answer) in items.into_iter().zip(&answers) {
        let statuses: Vec<Status<'_>> = answer.json()?;
        let (outcome, finished_at) = outcome(&statuses);
        walk.note(item.created_at, !matches!(outcome, Outcome::Pending | Outcome::Running));
        records.push(record(item, outcome, finished_at, &statuses, repository));
    }
    walk.page(records, &response, below_mark)
}

/// How it went, and when it was over. `inactive` says that a later one took its place, not how it went itself.
fn outcome<'a>(statuses: &[Status<'a>]) -> (Outcome, Option<&'a str>) {
    let ended = |status: &&Status<'_>| matches!(status.state, "success" | "failure" | "error");
    match (statuses.iter().find(ended), statuses.first()) {
        (Some(end), _) if end.state == "success" => (Outcome::Succeeded, Some(end.created_at)),
        (Some(end), _) => (Outcome::Failed, Some(end.created_at)),
        (None, Some(last)) if last.state == "inactive" => (Outcome::Cancelled, Some(last.created_at)),
        (None, Some(last)) if last.state == "in_progress" => (Outcome::Running, None),
        (None, _) => (Outcome::Pending, None),
    }
}

fn record(
    item: Item<'_>,
    outcome: Outcome,
    finished_at: Option<&str>,
    statuses: &[Status<'_>],
    repository: &Repository,
) -> Record {
    let Item { id, sha, reference, environment, production_environment, creator, created_at } = item;
    let logs = statuses.iter().filter_map(|status| status.log_url).find(|url| url.starts_with("https://"));
    Deployment {
        id: id.to_string(),
        repository: Some(repository.id()),
        service: None,
        environment: text::line(environment),
        production: production_environment,
        sha: Some(sha),
        reference: Some(text::line(reference)),
        outcome,
        author: account::id(creator.as_ref()),
        created_at: created_at.to_owned(),
        finished_at: finished_at.map(str::to_owned),
        url: logs.map(str::to_owned),
        extra: Vec::new(),
    }
    .into()
}
