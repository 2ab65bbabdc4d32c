//! `commits:OWNER/NAME`: the commits of the default branch.
//!
//! GitHub's list is by commit date, and a merge brings in commits that are older than what was newest before it. So each
//! walk goes back a month further than the mark; what has been brought before is brought again, and replaces itself. A
//! branch that was open for longer than that keeps its first commits to itself.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use weighbridge_sdk::records::{Commit, Record, Signature};
use weighbridge_sdk::{Call, Failure, Page, log, text};

use crate::descent::Descent;
use crate::repository::Repository;
use crate::settings::stamp;
use crate::{Settings, api};

const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Debug, Deserialize)]
struct Item<'a> {
    sha: String,
    #[serde(borrow)]
    commit: Body<'a>,
    author: Option<Matched>,
    committer: Option<Matched>,
    parents: Vec<Parent>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    author: Signed<'a>,
    #[serde(borrow)]
    committer: Signed<'a>,
    message: String,
}

#[derive(Debug, Deserialize)]
struct Signed<'a> {
    name: Option<String>,
    email: Option<String>,
    date: &'a str,
}

#[derive(Debug, Deserialize)]
struct Parent {
    sha: String,
}

/// The account of an address. GitHub writes `null` or `{}` where it matches nobody.
#[derive(Debug, Deserialize)]
struct Matched {
    id: Option<u64>,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let mut walk: Descent = call.cursor()?.unwrap_or_default();
    let since = look_back(walk.mark()).max(call.settings.since());
    let first = || {
        let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
        repository.path(&format!("/commits?per_page={}{since}", api::PER_PAGE))
    };
    let Some(response) = walk.fetch(first)? else { return walk.rest() };
    let items: Vec<Item<'_>> = response.json()?;
    items.iter().for_each(|item| walk.note(item.commit.committer.date, true));
    let records = items.into_iter().filter_map(|item| record(item, repository, call.now)).collect();
    walk.page(records, &response, false)
}

fn look_back(mark: Option<&str>) -> Option<String> {
    let mark: Timestamp = mark?.parse().ok()?;
    Some(stamp(mark - LOOK_BACK))
}

/// None for a commit that claims to be from outside of the years that there are.
fn record(item: Item<'_>, repository: &Repository, now: &str) -> Option<Record> {
    let Item { sha, commit, author, committer, parents, html_url } = item;
    let Body { author: authored, committer: committed, message } = commit;
    if !is_plausible(committed.date, now) {
        log::warn!("{repository}: commit {sha} is left out, its date is {}", committed.date);
        return None;
    }
    // The author's date is what the author's machine said; where it cannot be, the committer's is nearest.
    let authored_at = if is_plausible(authored.date, now) { authored.date } else { committed.date };
    let record = Commit {
        id: format!("{}@{sha}", repository.id()),
        repository: repository.id(),
        parents: parents.into_iter().map(|parent| parent.sha).collect(),
        authored_at: authored_at.to_owned(),
        committed_at: committed.date.to_owned(),
        author: signature(author, authored),
        committer: Some(signature(committer, committed)),
        message: text::message(message),
        files: None,
        changed_files: None,
        additions: None,
        deletions: None,
        url: Some(html_url),
        extra: Vec::new(),
        sha,
    };
    Some(record.into())
}

/// From 1970 to the year of this call.
fn is_plausible(date: &str, now: &str) -> bool {
    date >= "1970-01-02" && date.get(..4) <= now.get(..4)
}

fn signature(matched: Option<Matched>, signed: Signed<'_>) -> Signature {
    let account = matched.and_then(|account| account.id).map(|id| id.to_string());
    Signature { account, name: signed.name.map(text::line), email: signed.email.map(text::line) }
}
