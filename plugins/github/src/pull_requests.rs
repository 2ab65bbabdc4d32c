//! `pull-requests:OWNER/NAME`: pull requests, with their reviews where details are asked for.
//!
//! The list does not know sizes, reviews and commits. With `details` each pull request is asked for them, all of a page at
//! once; without, those fields stay unknown.

use serde::Deserialize;
use weighbridge_sdk::http::{self, Response};
use weighbridge_sdk::records::{PullRequest, PullRequestState, Record};
use weighbridge_sdk::{Call, Failure, Page, text};

use crate::account::{self, Account};
use crate::descent::Descent;
use crate::issues::{Label, label_names};
use crate::repository::Repository;
use crate::{Settings, api, reviews};

/// Pull requests of a page with details: three requests each, and one for the list, are within the budget of a call, with
/// room for the further pages of long reviews.
const DETAILED: usize = 30;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    number: u32,
    title: String,
    state: &'a str,
    #[serde(default)]
    draft: bool,
    user: Option<Account>,
    created_at: String,
    updated_at: &'a str,
    closed_at: Option<String>,
    merged_at: Option<String>,
    merge_commit_sha: Option<String>,
    base: Branch,
    head: Branch,
    #[serde(default)]
    labels: Vec<Label>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
}

/// What only the pull request's own page says.
#[derive(Debug, Default, Deserialize)]
struct Sizes {
    merged_by: Option<Account>,
    commits: Option<u32>,
    additions: Option<u32>,
    deletions: Option<u32>,
    changed_files: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct CommitItem<'a> {
    #[serde(borrow)]
    commit: CommitBody<'a>,
}

#[derive(Debug, Deserialize)]
struct CommitBody<'a> {
    #[serde(borrow)]
    author: Authored<'a>,
}

#[derive(Debug, Deserialize)]
struct Authored<'a> {
    date: &'a str,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let mut walk: Descent = call.cursor()?.unwrap_or_default();
    let details = call.settings.details;
    let first = || {
        let size = if details { DETAILED } else { api::PER_PAGE };
        repository.path(&format!("/pulls?state=all&sort=updated&direction=desc&per_page={size}"))
    };
    let Some(response) = walk.fetch(first)? else { return walk.rest() };
    let mut items: Vec<Item<'_>> = response.json()?;
    items.iter().for_each(|item| walk.note(item.updated_at, true));
    let listed = items.len();
    let since = call.settings.since();
    items.retain(|item| walk.is_due(item.updated_at, since.as_deref()));
    let below_mark = items.len() < listed;
    let records = match details {
        true => detailed(items, repository)?,
        false => items.into_iter().map(|item| record(item, Sizes::default(), None, repository)).collect(),
    };
    walk.page(records, &response, below_mark)
}

/// The pull requests of a page and their reviews, all asked for at once.
fn detailed(items: Vec<Item<'_>>, repository: &Repository) -> Result<Vec<Record>, Failure> {
    let requests = items.iter().flat_map(|item| {
        let path = repository.path(&format!("/pulls/{}", item.number));
        let lists = ["reviews", "commits"].map(|list| format!("{path}/{list}?per_page={}", api::PER_PAGE));
        std::iter::once(path).chain(lists)
    });
    let requests: Vec<_> = requests.map(|path| api::request(&path)).collect();
    let answers = http::send_all(requests).into_iter().map(|answer| answer?.check());
    let answers: Vec<Response> = answers.collect::<Result<_, _>>()?;
    let mut records = Vec::with_capacity(answers.len());
    for (item, answers) in items.into_iter().zip(answers.chunks_exact(3)) {
        let id = repository.id_of(item.number.into());
        let commits: Vec<CommitItem<'_>> = answers[2].json()?;
        let first_commit = commits.iter().map(|item| item.commit.author.date).min();
        // Reviews follow the pull request that they belong to.
        records.push(record(item, answers[0].json()?, first_commit, repository));
        reviews::read(&answers[1], &id, &mut records)?;
    }
    Ok(records)
}

fn record(item: Item<'_>, sizes: Sizes, first_commit: Option<&str>, repository: &Repository) -> Record {
    let Item { number, title, state, draft, user, created_at, updated_at, closed_at, merged_at, .. } = item;
    let Sizes { merged_by, commits, additions, deletions, changed_files } = sizes;
    let state = match (&merged_at, state) {
        (Some(_), _) => PullRequestState::Merged,
        (None, "open") => PullRequestState::Open,
        (None, _) => PullRequestState::Closed,
    };
    PullRequest {
        id: repository.id_of(number.into()),
        repository: repository.id(),
        number,
        title: text::line(title),
        state,
        draft,
        author: account::id(user.as_ref()),
        created_at,
        updated_at: updated_at.to_owned(),
        closed_at,
        // Until it is merged, this is a commit that GitHub made to try.
        merge_commit: merged_at.as_ref().and(item.merge_commit_sha),
        merged_at,
        merged_by: account::id(merged_by.as_ref()),
        base_branch: Some(text::line(item.base.name)),
        head_branch: Some(text::line(item.head.name)),
        first_commit_at: first_commit.map(str::to_owned),
        commits,
        changed_files,
        additions,
        deletions,
        labels: label_names(item.labels),
        url: Some(item.html_url),
        extra: Vec::new(),
    }
    .into()
}
