//! Which deployment brought what to production, in a repository of 100 thousand commits: what a new deployment costs beside
//! the same in a small repository, and what it costs when all come at once, or newest first.

use std::time::Instant as Clock;

use anyhow::Result;
use domain::record::{Commit, Deployment, Outcome, PullRequest, PullRequestState, Signature};
use domain::{Instant, Record};
use store::{WorkspaceRead, WorkspaceTx, deliveries};

use crate::ground::Ground;
use crate::rounds::Samples;
use crate::table::{Figure, Table, Target};

const HISTORY: u64 = 100_000;
const SMALL: u64 = 1_000;
/// Commits from one deployment to the next.
const STEP: u64 = 50;
/// Commits from one pull request to the next.
const MERGE: u64 = 5;
/// Records of a page of commits, and of one of deployments.
const PAGES: [usize; 2] = [5_000, 100];
const ROUNDS: u32 = 51;
const MINUTE: i64 = 60_000_000;

pub(crate) async fn run() -> Result<Table> {
    let mut table = Table::default();
    let [small, large] = [history(SMALL).await?, history(HISTORY).await?];
    let whole = settle_deployments(&large, HISTORY, false).await?;
    settle_deployments(&small, SMALL, false).await?;
    let backwards = settle_deployments(&history(HISTORY).await?, HISTORY, true).await?;
    let single = {
        let ground = history(HISTORY).await?;
        ground.bring(vec![deployment(HISTORY - 1)]).await?;
        settle(&ground).await?
    };
    let [mut in_small, mut in_large] = [Samples::new(), Samples::new()];
    for round in 0..u64::from(ROUNDS) {
        in_small.push(next_deployment(&small, SMALL + round * STEP).await?);
        in_large.push(next_deployment(&large, HISTORY + round * STEP).await?);
    }
    let [in_small, in_large] = [&in_small, &in_large].map(|samples| Figure::Seconds(samples.median()));
    let what = format!("a deployment of {STEP} new commits, after {HISTORY}");
    table.row(&what, in_large, (&format!("after {SMALL}"), in_small), Target::AtMost(1.5));
    table.row(&what, in_large, ("a first one, of all of them", Figure::Seconds(single)), Target::None);
    let all = Figure::Seconds(whole);
    table.row(
        "all deployments at once",
        all,
        ("newest first, a page at a time", Figure::Seconds(backwards)),
        Target::None,
    );
    table.note(format!(
        "One repository of {HISTORY} commits, a merged pull request for every {MERGE}, a deployment for every {STEP}. Medians of \
         {ROUNDS} rounds, in turns, of settling alone: pages are written before, and days are computed after it."
    ));
    Ok(table)
}

/// Commits and pull requests, settled, without a deployment.
async fn history(commits: u64) -> Result<Ground> {
    let ground = Ground::new().await?;
    let records: Vec<_> = (0..commits).flat_map(records).collect();
    for page in records.chunks(PAGES[0]) {
        ground.bring(page.to_vec()).await?;
    }
    settle(&ground).await?;
    Ok(ground)
}

/// How long it takes to settle a deployment every [`STEP`] commits: all at once, or newest first with each page.
async fn settle_deployments(ground: &Ground, commits: u64, backwards: bool) -> Result<f64> {
    let all: Vec<_> = (1..=commits / STEP).rev().map(|number| deployment(number * STEP - 1)).collect();
    let mut seconds = 0.0;
    for page in all.chunks(PAGES[1]) {
        ground.bring(page.to_vec()).await?;
        if backwards {
            seconds += settle(ground).await?;
        }
    }
    Ok(seconds + settle(ground).await?)
}

async fn next_deployment(ground: &Ground, first: u64) -> Result<f64> {
    ground.bring((first..first + STEP).flat_map(records).collect()).await?;
    ground.bring(vec![deployment(first + STEP - 1)]).await?;
    settle(ground).await
}

async fn settle(ground: &Ground) -> Result<f64> {
    let begun = Clock::now();
    let (store, workspace) = (&ground.store, ground.workspace);
    while store
        .workspace_read(workspace, "look", async |tx: &mut WorkspaceRead| deliveries::is_unsettled(tx).await)
        .await?
    {
        store.workspace(workspace, "settle", async |tx: &mut WorkspaceTx| deliveries::settle(tx).await).await?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn sha(number: u64) -> String {
    format!("{:016x}{number:024x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn at(number: u64) -> Instant {
    Instant::from_micros(1_600_000_000_000_000 + i64::try_from(number).unwrap_or_default() * 5 * MINUTE)
}

/// A commit, every tenth a merge of what was branched off seven before, and the pull request that it merges.
fn records(number: u64) -> Vec<Record> {
    let main = number.checked_sub(1).map(sha);
    let side = number.checked_sub(7).filter(|_| number.is_multiple_of(10)).map(sha);
    let parents = main.into_iter().chain(side).collect();
    let commit = Record::Commit(Commit {
        id: sha(number),
        repository: "acme/shop".to_owned(),
        sha: sha(number),
        parents,
        author: Signature { account: Some("1".to_owned()), name: None, email: None },
        authored_at: at(number),
        committer: None,
        committed_at: at(number),
        message: "Take the total from the ledger".to_owned(),
        files: None,
        changed_files: Some(1),
        additions: Some(20),
        deletions: Some(6),
        url: None,
        extra: Vec::new(),
    });
    let merge = number.is_multiple_of(MERGE).then(|| pull_request(number));
    std::iter::once(commit).chain(merge).collect()
}

fn pull_request(number: u64) -> Record {
    Record::PullRequest(PullRequest {
        id: format!("acme/shop#{number}"),
        repository: "acme/shop".to_owned(),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        title: "Take the total from the ledger".to_owned(),
        state: PullRequestState::Merged,
        draft: false,
        author: Some("1".to_owned()),
        created_at: at(number.saturating_sub(30)),
        updated_at: at(number),
        closed_at: Some(at(number)),
        merged_at: Some(at(number)),
        merged_by: None,
        merge_commit: Some(sha(number)),
        base_branch: None,
        head_branch: None,
        first_commit_at: None,
        commits: None,
        changed_files: None,
        additions: None,
        deletions: None,
        labels: Vec::new(),
        url: None,
        extra: Vec::new(),
    })
}

fn deployment(number: u64) -> Record {
    Record::Deployment(Deployment {
        id: number.to_string(),
        repository: Some("acme/shop".to_owned()),
        service: None,
        environment: "production".to_owned(),
        production: Some(true),
        sha: Some(sha(number)),
        reference: None,
        outcome: Outcome::Succeeded,
        author: None,
        created_at: at(number + 1),
        finished_at: Some(at(number + 2)),
        url: None,
        extra: Vec::new(),
    })
}
