mod orders;
mod plain;

use domain::fact::{PullRequestFact, Undeployed};
use domain::record::{Commit, Deployment, Outcome, PullRequest, Tombstone};
use domain::{Instant, Record, RecordKind};

use super::*;
use crate::testing::{Bench, also_on_postgres, commit, deployment, noon, pull_request};
use crate::{dirty, facts, pages};

/// A commit of the day of this number, with these parents.
fn child(sha: &str, day: i64, parents: &[&str]) -> Record {
    let Record::Commit(record) = commit(sha, noon(day)) else { unreachable!("a commit") };
    let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
    Record::Commit(Commit { sha: sha.to_owned(), parents, ..record })
}

/// A pull request that was merged as this commit on this day.
fn merged(id: &str, sha: &str, day: i64) -> Record {
    let record = pull_request(id, noon(1), Some(noon(day)));
    Record::PullRequest(PullRequest { merge_commit: Some(sha.to_owned()), ..record })
}

fn deploys(id: &str, sha: &str, day: i64) -> Record {
    Record::Deployment(deployment(id, sha, noon(day)))
}

async fn settle_all(bench: &Bench) {
    while bench.store.workspace(bench.workspace, "settle", async |tx| settle(tx).await).await.expect("settled") {}
}

async fn facts(bench: &Bench) -> Vec<PullRequestFact> {
    let read = async |tx: &mut WorkspaceRead| facts::pull_requests(tx, noon(0), noon(1000)).await;
    bench.store.workspace_read(bench.workspace, "read", read).await.expect("facts")
}

/// A pull request by its id, and when it was in production.
type Known = (String, Result<Instant, Undeployed>);

/// When each pull request was in production, by id, once all is settled.
async fn deployed(bench: &Bench) -> Vec<Known> {
    settle_all(bench).await;
    let mut found: Vec<_> = facts(bench).await.into_iter().map(|fact| (fact.key.id, fact.deployed_at)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

async fn only(bench: &Bench) -> Result<Instant, Undeployed> {
    let found = deployed(bench).await;
    assert_eq!(found.len(), 1);
    found[0].1
}

/// The dirty days of pull requests, which are clean then.
async fn dirty_days(bench: &Bench) -> Vec<i32> {
    settle_all(bench).await;
    let take = async |tx: &mut WorkspaceTx| {
        let marks = dirty::take(tx, 1000).await?;
        dirty::clear(tx, &marks).await?;
        Ok(marks)
    };
    let marks = bench.store.workspace(bench.workspace, "take", take).await.expect("marks");
    let of_merges = marks.into_iter().filter(|mark| mark.family == domain::rollup::Family::PullRequests);
    let mut days: Vec<_> = of_merges.map(|mark| mark.day).collect();
    days.sort_unstable();
    days
}

/// `a` ← `b` ← `c`, and `x` beside them, which has `a` alone.
fn fork() -> Vec<Record> {
    vec![child("a", 10, &[]), child("b", 11, &["a"]), child("c", 12, &["b"]), child("x", 12, &["a"])]
}

#[tokio::test]
async fn the_first_deployment_that_contains_the_merge_counts_and_not_the_next_in_time() {
    let bench = Bench::new().await;
    bench.bring(fork()).await;
    bench.bring(vec![merged("p", "b", 11)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed));
    bench.bring(vec![deploys("beside", "x", 13)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed), "it is later, and does not contain it");
    bench.bring(vec![deploys("later", "c", 20), deploys("first", "c", 15), deploys("again", "b", 17)]).await;
    assert_eq!(only(&bench).await, Ok(noon(15)));
}

#[tokio::test]
async fn only_successful_deployments_to_production_count() {
    let bench = Bench::new().await;
    bench.bring(fork()).await;
    let failed = Deployment { outcome: Outcome::Failed, ..deployment("1", "c", noon(13)) };
    let staging = Deployment { production: Some(false), ..deployment("2", "c", noon(14)) };
    let gone = Deployment { repository: None, ..deployment("3", "c", noon(15)) };
    bench.bring(vec![merged("p", "b", 11)]).await;
    bench.bring([failed, staging, gone].map(Record::Deployment).into()).await;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed));
    let unsaid = Deployment { production: None, ..deployment("4", "c", noon(16)) };
    bench.bring(vec![Record::Deployment(unsaid), deploys("5", "c", 17)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::ProductionUnknown), "the one before may have been the first");
    bench.bring(vec![deploys("6", "c", 15)]).await;
    assert_eq!(only(&bench).await, Ok(noon(15)), "what comes after the first does not matter");
}

#[tokio::test]
async fn a_gap_in_the_graph_is_no_guess_until_the_commit_arrives() {
    let bench = Bench::new().await;
    bench.bring(vec![child("a", 10, &[]), child("c", 12, &["b"]), merged("p", "a", 10)]).await;
    bench.bring(vec![deploys("1", "c", 13), deploys("2", "a", 20)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::CommitsUnknown), "whether the first contains it is not known");
    dirty_days(&bench).await;
    bench.bring(vec![child("b", 11, &["a"])]).await;
    assert_eq!(dirty_days(&bench).await, [10], "the day of the merge");
    assert_eq!(only(&bench).await, Ok(noon(13)));
}

#[tokio::test]
async fn what_ended_before_the_merge_hides_nothing_however_little_is_known_of_it() {
    let bench = Bench::new().await;
    bench.bring(vec![child("b", 11, &["old"]), child("c", 12, &["b"]), merged("p", "b", 11)]).await;
    bench.bring(vec![deploys("1", "ancient", 5), deploys("2", "old", 9), deploys("3", "c", 13)]).await;
    assert_eq!(only(&bench).await, Ok(noon(13)));
    let nameless = Deployment { sha: None, ..deployment("4", "", noon(12)) };
    bench.bring(vec![Record::Deployment(nameless)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::CommitsUnknown), "it may have been any commit");
}

#[tokio::test]
async fn without_a_merge_commit_nothing_can_be_said() {
    let bench = Bench::new().await;
    let unnamed = PullRequest { merge_commit: None, ..pull_request("p", noon(1), Some(noon(11))) };
    bench.bring(vec![Record::PullRequest(unnamed), child("a", 10, &[]), deploys("1", "a", 12)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::MergeCommitUnknown));
    bench.bring(vec![merged("p", "a", 11)]).await;
    assert_eq!(only(&bench).await, Ok(noon(12)), "the source says it later");
}

#[tokio::test]
async fn a_late_deployment_makes_only_those_days_dirty_that_it_changes() {
    let bench = Bench::new().await;
    bench.bring(fork()).await;
    bench.bring(vec![merged("1", "a", 10), merged("2", "b", 11), merged("3", "c", 12), merged("4", "x", 13)]).await;
    bench.bring(vec![deploys("1", "b", 20)]).await;
    dirty_days(&bench).await;
    bench.bring(vec![deploys("2", "c", 21)]).await;
    assert_eq!(dirty_days(&bench).await, [12], "what the one before contains stays as it is");
    bench.bring(vec![deploys("3", "a", 19)]).await;
    assert_eq!(dirty_days(&bench).await, [10], "an earlier one that comes late");
    bench.bring(vec![deploys("3", "a", 19), deploys("4", "b", 30)]).await;
    assert_eq!(dirty_days(&bench).await, [0; 0], "nothing new");
    let days = [Ok(noon(19)), Ok(noon(20)), Ok(noon(21)), Err(Undeployed::NotDeployed)];
    assert_eq!(deployed(&bench).await.into_iter().map(|(_, at)| at).collect::<Vec<_>>(), days);
}

#[tokio::test]
async fn a_deployment_that_is_taken_back_leaves_the_next() {
    let bench = Bench::new().await;
    bench.bring(fork()).await;
    bench.bring(vec![merged("p", "b", 11), deploys("1", "b", 15), deploys("2", "c", 17)]).await;
    assert_eq!(only(&bench).await, Ok(noon(15)));
    dirty_days(&bench).await;
    let gone = Record::Tombstone(Tombstone { kind: RecordKind::Deployment, id: "1".to_owned() });
    bench.bring(vec![gone]).await;
    assert_eq!(dirty_days(&bench).await, [11]);
    assert_eq!(only(&bench).await, Ok(noon(17)));
    let failed = Deployment { outcome: Outcome::Failed, ..deployment("2", "c", noon(17)) };
    bench.bring(vec![Record::Deployment(failed)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed));
    let moved = Deployment { repository: Some("other".to_owned()), ..deployment("1", "b", noon(15)) };
    bench.bring(vec![deploys("1", "b", 15)]).await;
    assert_eq!(only(&bench).await, Ok(noon(15)));
    bench.bring(vec![Record::Deployment(moved)]).await;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed), "it is another repository's now");
}

#[tokio::test]
async fn repositories_and_connections_with_the_same_commits_never_mix() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![child("a", 10, &[]), merged("p", "a", 10)]).await;
    let elsewhere = Deployment { repository: Some("other".to_owned()), ..deployment("1", "a", noon(11)) };
    bench.bring(vec![Record::Deployment(elsewhere)]).await;
    let (connection, run) = (ConnectionId::generate(), domain::RunId::generate());
    bench.lease(connection, run, 1).await?;
    let page = crate::testing::done(vec![child("a", 10, &[]), deploys("p", "a", 12)]);
    bench.commit(pages::PageCommit { connection, run, ..bench.page(&page) }).await?;
    assert_eq!(only(&bench).await, Err(Undeployed::NotDeployed));
    Ok(())
}

#[tokio::test]
async fn a_new_deployment_walks_what_is_new_and_not_the_history() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let name = |number: i64| format!("c{number}");
    let commits =
        (0..2_000).map(|number| child(&name(number), 10, &[name(number - 1).as_str()][..usize::from(number > 0)]));
    bench.bring(commits.collect()).await;
    let walked = async |id: &str, number, day| {
        bench.bring(vec![deploys(id, &name(number), day)]).await;
        let place = Place { connection: bench.connection, repository: "repo".to_owned() };
        let update = async |tx: &mut WorkspaceTx| {
            let reach = graph::update(tx, &place).await?;
            sql::query(&CLEAR).bind(place.connection).bind("repo").execute(tx.conn()).await?;
            Ok(reach)
        };
        match bench.store.workspace(bench.workspace, "walk", update).await.expect("walked") {
            graph::Reach::Commits(commits) => commits.len(),
            graph::Reach::Repository => panic!("no gap, nothing taken back"),
        }
    };
    assert_eq!(walked("1", 1_899, 20).await, 1_900);
    assert_eq!(walked("2", 1_949, 21).await, 50);
    assert_eq!(walked("3", 1_999, 22).await, 50);
    assert_eq!(walked("4", 1_999, 23).await, 0, "the same once more");
    assert_eq!(walked("5", 10, 24).await, 0, "an old one, rolled back to");
    Ok(())
}

also_on_postgres!(
    the_first_deployment_that_contains_the_merge_counts_and_not_the_next_in_time,
    only_successful_deployments_to_production_count,
    a_gap_in_the_graph_is_no_guess_until_the_commit_arrives,
    what_ended_before_the_merge_hides_nothing_however_little_is_known_of_it,
    without_a_merge_commit_nothing_can_be_said,
    a_late_deployment_makes_only_those_days_dirty_that_it_changes,
    a_deployment_that_is_taken_back_leaves_the_next,
    repositories_and_connections_with_the_same_commits_never_mix,
    a_new_deployment_walks_what_is_new_and_not_the_history
);
