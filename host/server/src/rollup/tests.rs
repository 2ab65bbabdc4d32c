mod orders;

use domain::rollup::Grain;
use domain::{Next, Record};

use super::*;
use crate::backend::testing::{Bench, Source, at, by, commit};

fn days_of(zone: &str) -> Vec<String> {
    let day: Day = "2026-03-29".parse().expect("a day");
    let mark = Mark { family: Family::Commits, day: day.number(), version: 1 };
    let zone = TimeZone::get(zone).expect("a zone");
    local_days(&[mark, mark], &zone).into_iter().map(|(_, day)| day.to_string()).collect()
}

#[test]
fn a_day_of_utc_dirties_every_local_day_that_it_touches() {
    assert_eq!(days_of("UTC"), ["2026-03-29"]);
    assert_eq!(days_of("Europe/Berlin"), ["2026-03-29", "2026-03-30"]);
    assert_eq!(days_of("America/New_York"), ["2026-03-28", "2026-03-29"]);
}

/// How many commits there are a day, in the buckets.
async fn figures(bench: &Bench) -> Vec<(String, u64)> {
    let days = "2026-01-01".parse().expect("a day").."2027-01-01".parse().expect("a day");
    let read = async |tx: &mut WorkspaceRead| rollups::read(tx, "commits", Grain::Workspace, days, None).await;
    let buckets = bench.store.workspace_read(bench.workspace, "read", read).await.expect("buckets");
    buckets.into_iter().map(|bucket| (bucket.day.to_string(), bucket.known)).collect()
}

fn counts(days: &[(&str, u64)]) -> Vec<(String, u64)> {
    days.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect()
}

fn wrote(id: &str, instant: &str) -> Record {
    commit(id, "repo", by("ann"), at(instant))
}

async fn bring(bench: &Bench, source: Source, records: Vec<Record>) {
    bench.bring(source, Next::Done("end".to_owned()), at("2026-03-02T00:00:00Z"), records).await;
}

async fn marks(bench: &Bench) -> usize {
    let take = async |tx: &mut WorkspaceRead| dirty::take(tx, 1000).await;
    bench.store.workspace_read(bench.workspace, "take", take).await.expect("marks").len()
}

#[tokio::test]
async fn of_two_roll_ups_the_one_that_read_earlier_undoes_nothing() -> Result<(), StoreError> {
    // In Berlin the 10th of UTC touches the 10th and the 11th, and the second page marks nothing but the 11th: that the
    // slow one's own marks stand as it took them does not say that its days are as it saw them.
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    bring(&bench, source, vec![wrote("a", "2026-02-10T23:30:00Z")]).await;
    let slow = Pass::begin(&bench.store, bench.workspace).await?;
    let stale = slow.compute().await?.expect("marks");
    bring(&bench, source, vec![wrote("b", "2026-02-11T10:00:00Z")]).await;
    catch_up(&bench.store, bench.workspace).await?;
    let both = counts(&[("2026-02-11", 2)]);
    assert_eq!(figures(&bench).await, both);

    assert!(!slow.write(&stale).await?);
    while slow.step().await? {}
    assert_eq!(figures(&bench).await, both);
    assert_eq!(marks(&bench).await, 0);
    Ok(())
}

#[tokio::test]
async fn a_page_that_comes_while_it_is_computed_does_not_hold_a_roll_up_up() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    bring(&bench, source, vec![wrote("a", "2026-02-10T10:00:00Z")]).await;
    let pass = Pass::begin(&bench.store, bench.workspace).await?;
    let computed = pass.compute().await?.expect("marks");
    bring(&bench, source, vec![wrote("b", "2026-02-10T11:00:00Z")]).await;
    assert!(pass.write(&computed).await?);
    assert_eq!((figures(&bench).await, marks(&bench).await), (counts(&[("2026-02-10", 1)]), 1));
    Ok(())
}

#[tokio::test]
async fn what_another_formula_computed_is_computed_anew() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    bring(&bench, source, vec![wrote("a", "2026-02-10T10:00:00Z")]).await;
    bench.roll_up().await;
    let leave = async |tx: &mut store::WorkspaceTx| {
        // As a host of another version would have left it: its buckets, its basis, and no mark.
        let days = [Recomputed { day: "2026-02-10".parse().expect("a day"), metrics: &["commits"], buckets: &[] }];
        let epoch = rollups::epoch(tx).await?;
        assert!(rollups::replace(tx, epoch, &days).await?);
        let older = Family::ALL.map(|family| (family, "older".to_owned())).into();
        basis::adopt(tx, &older, |_| Vec::new()).await?;
        let marks = dirty::take(tx, 1000).await?;
        dirty::clear(tx, &marks).await
    };
    bench.store.workspace(bench.workspace, "leave", leave).await?;
    assert_eq!((figures(&bench).await, marks(&bench).await), (Vec::new(), 0));

    bench.roll_up().await;
    assert_eq!((figures(&bench).await, marks(&bench).await), (counts(&[("2026-02-10", 1)]), 0));
    let before = bench.store.workspace_read(bench.workspace, "epoch", async |tx| rollups::epoch(tx).await).await?;
    bench.roll_up().await;
    let after = bench.store.workspace_read(bench.workspace, "epoch", async |tx| rollups::epoch(tx).await).await?;
    assert_eq!(before, after, "what follows the formulas is not computed again");
    Ok(())
}

#[tokio::test]
async fn another_time_zone_moves_what_was_counted_and_leaves_nothing_behind() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    bring(&bench, source, vec![wrote("a", "2026-02-10T23:30:00Z")]).await;
    bench.roll_up().await;
    assert_eq!(figures(&bench).await, counts(&[("2026-02-11", 1)]));

    let berlin = Pass::begin(&bench.store, bench.workspace).await?;
    let zone = TimeZone::get("America/New_York").expect("a zone");
    let new_york = Pass::in_zone(&bench.store, bench.workspace, zone).await?;
    assert!(marks(&bench).await > 0);
    assert!(!berlin.step().await?, "days of the old zone are not computed any more");
    while new_york.step().await? {}
    assert_eq!((figures(&bench).await, marks(&bench).await), (counts(&[("2026-02-10", 1)]), 0));
    Ok(())
}
