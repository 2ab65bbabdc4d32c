//! A store with so many records: two commits for each pull request, evenly over the same days, repositories and people.

use anyhow::Result;
use domain::record::{Commit, PullRequest, PullRequestState, Signature};
use domain::{Instant, Record};

use crate::ground::Ground;

/// Records of one page.
const PAGE: u64 = 5_000;
/// The days that the records lie on: the window of 90, and as many before.
const DAYS: u64 = 180;
const REPOSITORIES: u64 = 20;
const PEOPLE: u64 = 40;
const HOUR: i64 = 3_600_000_000;

/// The first day after the window, 2026-03-01, in microseconds since 1970.
const END: i64 = 1_772_323_200_000_000;

/// A store, filled.
pub(super) async fn filled(records: u64) -> Result<Ground> {
    let ground = Ground::new().await?;
    for first in (0..records).step_by(usize::try_from(PAGE)?) {
        ground.bring((first..records.min(first + PAGE)).map(|number| record(number, records)).collect()).await?;
    }
    Ok(ground)
}

/// The record of this number. Numbers follow time, as they do in a source.
fn record(number: u64, of: u64) -> Record {
    let span = i64::try_from(DAYS * 24).unwrap_or(i64::MAX) * HOUR;
    let offset = u128::from(number) * u128::try_from(span).unwrap_or_default() / u128::from(of);
    let at = END - span + i64::try_from(offset).unwrap_or_default();
    if number.is_multiple_of(3) { pull_request(number, at) } else { commit(number, at) }
}

fn repository(number: u64) -> String {
    format!("acme/shop-{}", number % REPOSITORIES)
}

fn person(number: u64) -> String {
    format!("{}", 4_000_000 + number / 7 % PEOPLE)
}

fn pull_request(number: u64, at: i64) -> Record {
    let hours = i64::try_from(1 + number % 47).unwrap_or_default();
    let merged = Instant::from_micros(at + hours * HOUR / 4);
    Record::PullRequest(PullRequest {
        id: format!("{}#{number}", repository(number)),
        repository: repository(number),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        title: "Take the total from the ledger".to_owned(),
        state: PullRequestState::Merged,
        draft: false,
        author: Some(person(number)),
        created_at: Instant::from_micros(at),
        updated_at: merged,
        closed_at: Some(merged),
        merged_at: Some(merged),
        merged_by: Some(person(number + 1)),
        merge_commit: None,
        base_branch: Some("main".to_owned()),
        head_branch: Some("ledger".to_owned()),
        first_commit_at: Some(Instant::from_micros(at - hours * HOUR)),
        commits: Some(2),
        changed_files: Some(3),
        additions: Some(40),
        deletions: Some(12),
        labels: vec!["area: checkout".to_owned()],
        url: Some(format!("https://github.com/{}/pull/{number}", repository(number))),
        extra: Vec::new(),
    })
}

fn commit(number: u64, at: i64) -> Record {
    let account = person(number);
    let author = Signature { name: Some("An engineer".to_owned()), email: None, account: Some(account) };
    let sha = format!("{number:040x}");
    Record::Commit(Commit {
        id: format!("{}@{sha}", repository(number)),
        repository: repository(number),
        parents: vec![format!("{:040x}", number.saturating_sub(1))],
        url: Some(format!("https://github.com/{}/commit/{sha}", repository(number))),
        sha,
        author,
        authored_at: Instant::from_micros(at),
        committer: None,
        committed_at: Instant::from_micros(at),
        message: "Take the total from the ledger".to_owned(),
        files: None,
        changed_files: Some(1),
        additions: Some(20),
        deletions: Some(6),
        extra: Vec::new(),
    })
}
