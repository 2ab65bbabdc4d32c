use domain::Record;
use domain::record::{AccountKind, Commit, PullRequest, Signature, Tombstone};
use domain::rollup::Family;
use domain::{Day, RecordKind};

use super::Mark;
use crate::testing::{Bench, also_on_postgres, comment, commit, noon, person, pull_request, review};
use crate::{StoreError, dirty, rollups};

async fn take(bench: &Bench) -> Vec<Mark> {
    bench.store.workspace_read(bench.workspace, "take", async |tx| dirty::take(tx, 100).await).await.expect("marks")
}

async fn clear(bench: &Bench, marks: &[Mark]) {
    let run = bench.store.workspace(bench.workspace, "clear", async |tx| dirty::clear(tx, marks).await);
    run.await.expect("cleared");
}

/// The days that these records make dirty, when nothing was before.
async fn days(bench: &Bench, records: Vec<Record>) -> Vec<(Family, i32)> {
    clear(bench, &take(bench).await).await;
    assert!(take(bench).await.is_empty());
    bench.bring(records).await;
    let mut days: Vec<_> = take(bench).await.into_iter().map(|mark| (mark.family, mark.day)).collect();
    days.sort_unstable();
    days
}

#[tokio::test]
async fn a_date_that_moves_marks_the_days_before_and_after() {
    let bench = Bench::new().await;
    assert_eq!(days(&bench, vec![commit("a", noon(10))]).await, [(Family::Commits, 10)]);
    assert_eq!(days(&bench, vec![commit("a", noon(12))]).await, [(Family::Commits, 10), (Family::Commits, 12)]);

    let open = Record::PullRequest(pull_request("p", noon(20), None));
    let merged = Record::PullRequest(pull_request("p", noon(20), Some(noon(25))));
    assert_eq!(days(&bench, vec![open.clone()]).await, [(Family::PullRequests, 20)]);
    let both = [(Family::PullRequests, 20), (Family::PullRequests, 25)];
    assert_eq!(days(&bench, vec![merged]).await, both);
    assert_eq!(days(&bench, vec![open]).await, both, "what is reopened leaves the day it was merged on");
}

#[tokio::test]
async fn what_belongs_to_a_pull_request_marks_its_days() {
    let bench = Bench::new().await;
    bench.bring(vec![Record::PullRequest(pull_request("p", noon(20), Some(noon(25))))]).await;
    let both = vec![(Family::PullRequests, 20), (Family::PullRequests, 25)];
    assert_eq!(days(&bench, vec![comment("c", "p", noon(22))]).await, both);
    let reviewed = [both, vec![(Family::Reviews, 23)]].concat();
    assert_eq!(days(&bench, vec![review("r", "p", "bob", noon(23))]).await, reviewed);
}

#[tokio::test]
async fn a_pull_request_that_comes_after_its_reviews_marks_their_days() {
    let bench = Bench::new().await;
    assert_eq!(days(&bench, vec![review("r", "p", "bob", noon(23))]).await, [(Family::Reviews, 23)]);
    let late = Record::PullRequest(pull_request("p", noon(20), None));
    assert_eq!(days(&bench, vec![late]).await, [(Family::PullRequests, 20), (Family::Reviews, 23)]);
}

#[tokio::test]
async fn a_tombstone_marks_the_days_that_it_empties() {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(10))]).await;
    let gone = Record::Tombstone(Tombstone { kind: RecordKind::Commit, id: "a".to_owned() });
    assert_eq!(days(&bench, vec![gone]).await, [(Family::Commits, 10)]);
}

#[tokio::test]
async fn an_account_that_turns_out_to_be_a_bot_marks_its_work() {
    let bench = Bench::new().await;
    let theirs = PullRequest { author: Some("bob".to_owned()), ..pull_request("q", noon(30), None) };
    bench
        .bring(vec![
            commit("a", noon(10)),
            Record::PullRequest(pull_request("p", noon(20), None)),
            Record::PullRequest(theirs),
            review("r", "q", "ann", noon(33)),
        ])
        .await;
    assert_eq!(days(&bench, vec![person("ann", AccountKind::Human)]).await, [], "as was assumed");
    let work = [(Family::Commits, 10), (Family::PullRequests, 20), (Family::PullRequests, 30), (Family::Reviews, 33)];
    assert_eq!(days(&bench, vec![person("ann", AccountKind::Bot)]).await, work);
    assert_eq!(days(&bench, vec![person("ann", AccountKind::Bot)]).await, []);
    assert_eq!(days(&bench, vec![person("ann", AccountKind::Human)]).await, work);
}

#[tokio::test]
async fn an_account_that_only_its_address_made_a_bot_marks_its_commits() {
    let bench = Bench::new().await;
    let by = |id: &str, account: &str, address: &str, day| {
        let Record::Commit(record) = commit(id, noon(day)) else { unreachable!("a commit") };
        let author = Signature { account: Some(account.to_owned()), name: None, email: Some(address.to_owned()) };
        Record::Commit(Commit { author, ..record })
    };
    bench.bring(vec![by("a", "49", "49+fix[bot]@example.org", 10), by("b", "50", "bob@example.org", 11)]).await;
    assert_eq!(days(&bench, vec![person("50", AccountKind::Human)]).await, [], "as was assumed");
    assert_eq!(days(&bench, vec![person("49", AccountKind::Human)]).await, [(Family::Commits, 10)]);
    assert_eq!(days(&bench, vec![person("49", AccountKind::Human)]).await, [], "known by now");
}

#[tokio::test]
async fn a_mark_made_meanwhile_is_not_lost() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(10)), commit("b", noon(11))]).await;
    let taken = take(&bench).await;
    assert_eq!(taken.iter().map(|mark| mark.day).collect::<Vec<_>>(), [11, 10], "the latest day comes first");
    bench.bring(vec![commit("c", noon(10))]).await;
    bench
        .store
        .workspace(bench.workspace, "roll up", async |tx| {
            let nothing = rollups::Recomputed { day: Day::from_number(10), metrics: &["commits"], buckets: &[] };
            let epoch = rollups::epoch(tx).await?;
            assert!(rollups::replace(tx, epoch, &[nothing]).await?);
            dirty::clear(tx, &taken).await
        })
        .await?;
    assert_eq!(take(&bench).await.iter().map(|mark| mark.day).collect::<Vec<_>>(), [10]);
    Ok(())
}

also_on_postgres!(
    a_date_that_moves_marks_the_days_before_and_after,
    what_belongs_to_a_pull_request_marks_its_days,
    a_pull_request_that_comes_after_its_reviews_marks_their_days,
    a_tombstone_marks_the_days_that_it_empties,
    an_account_that_turns_out_to_be_a_bot_marks_its_work,
    an_account_that_only_its_address_made_a_bot_marks_its_commits,
    a_mark_made_meanwhile_is_not_lost
);
