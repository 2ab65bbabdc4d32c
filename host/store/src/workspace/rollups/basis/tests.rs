use domain::rollup::{Bucket, Family, Grain};
use domain::{Day, Record};

use super::{Basis, adopt, noted};
use crate::rollups::{Recomputed, epoch, replace};
use crate::testing::{Bench, also_on_postgres, commit, noon, pull_request};
use crate::{StoreError, WorkspaceTx, dirty};

fn metrics(family: Family) -> Vec<&'static str> {
    if family == Family::Commits { vec!["commits"] } else { Vec::new() }
}

/// The days that are dirty when these bases are adopted and none was before.
async fn adopted(bench: &Bench, versions: &[(Family, &str)]) -> Result<Vec<(Family, i32)>, StoreError> {
    let basis: Basis = versions.iter().map(|(family, version)| (*family, (*version).to_owned())).collect();
    let run = async |tx: &mut WorkspaceTx| {
        let old = dirty::take(tx, 100).await?;
        dirty::clear(tx, &old).await?;
        adopt(tx, &basis, metrics).await?;
        let mut days: Vec<_> = dirty::take(tx, 100).await?.into_iter().map(|mark| (mark.family, mark.day)).collect();
        days.sort_unstable();
        Ok((days, noted(tx).await?))
    };
    let (days, noted) = bench.store.workspace(bench.workspace, "adopt", run).await?;
    assert_eq!(noted, basis);
    Ok(days)
}

#[tokio::test]
async fn a_new_formula_marks_all_days_of_its_family_and_of_no_other() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench
        .bring(vec![
            commit("a", noon(10)),
            commit("b", noon(12)),
            Record::PullRequest(pull_request("p", noon(20), Some(noon(25)))),
        ])
        .await;
    let (commits, pulls) = (Family::Commits, Family::PullRequests);
    let all = [(commits, 10), (commits, 12), (pulls, 20), (pulls, 25)];
    assert_eq!(adopted(&bench, &[(commits, "1"), (pulls, "1")]).await?, all, "a store from before versions were noted");
    assert_eq!(adopted(&bench, &[(commits, "1"), (pulls, "1")]).await?, []);
    assert_eq!(adopted(&bench, &[(commits, "2"), (pulls, "1")]).await?, all[..2]);
    Ok(())
}

#[tokio::test]
async fn days_that_have_buckets_and_no_records_are_marked_too() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let bucket = Bucket {
        metric: "commits".to_owned(),
        day: Day::from_number(7),
        grain: Grain::Workspace,
        key: String::new(),
        known: 1,
        unknown: Vec::new(),
        sum: 1.0,
        samples: Vec::new(),
    };
    let write = async |tx: &mut WorkspaceTx| {
        let epoch = epoch(tx).await?;
        let day = Recomputed { day: bucket.day, metrics: &["commits"], buckets: std::slice::from_ref(&bucket) };
        replace(tx, epoch, &[day]).await
    };
    assert!(bench.store.workspace(bench.workspace, "write", write).await?);
    assert_eq!(adopted(&bench, &[(Family::Commits, "1"), (Family::Reviews, "1")]).await?, [(Family::Commits, 7)]);
    Ok(())
}

#[tokio::test]
async fn an_adoption_stops_the_roll_ups_that_are_under_way() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let before = bench.store.workspace_read(bench.workspace, "read", async |tx| epoch(tx).await).await?;
    adopted(&bench, &[(Family::Commits, "1")]).await?;
    assert!(!bench.store.workspace(bench.workspace, "write", async |tx| replace(tx, before, &[]).await).await?);
    Ok(())
}

also_on_postgres!(
    a_new_formula_marks_all_days_of_its_family_and_of_no_other,
    days_that_have_buckets_and_no_records_are_marked_too,
    an_adoption_stops_the_roll_ups_that_are_under_way
);
