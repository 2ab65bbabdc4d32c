use domain::Day;
use domain::rollup::{Bucket, Grain};

use super::Recomputed;
use crate::testing::{Bench, also_on_postgres};
use crate::{StoreError, WorkspaceRead, rollups, version};

fn bucket(metric: &str, day: i32, grain: Grain, key: &str) -> Bucket {
    Bucket {
        metric: metric.to_owned(),
        day: Day::from_number(day),
        grain,
        key: key.to_owned(),
        known: 3,
        unknown: vec![("no size".to_owned(), 2)],
        sum: 0.1 + 0.2,
        samples: vec![0, 1, 0x7f, 0x80, 0xff],
    }
}

#[tokio::test]
async fn a_day_is_replaced_and_its_neighbours_stay() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let [workspace, first, second, other, next] = [
        bucket("size", 5, Grain::Workspace, ""),
        bucket("size", 5, Grain::Person, "con_1/ann"),
        bucket("size", 5, Grain::Person, "con_1/bob"),
        bucket("count", 5, Grain::Person, "con_1/ann"),
        bucket("size", 6, Grain::Person, "con_1/ann"),
    ];
    let replace = async |day, metrics: &[&str], buckets: &[Bucket]| {
        let run = async |tx: &mut crate::WorkspaceTx| {
            let epoch = rollups::epoch(tx).await?;
            let day = Recomputed { day: Day::from_number(day), metrics, buckets };
            assert!(rollups::replace(tx, epoch, &[day]).await?);
            version::current(tx).await
        };
        bench.store.workspace(bench.workspace, "replace", run).await
    };
    let before = replace(5, &["size", "count"], &[workspace, first.clone(), second, other.clone()]).await?;
    replace(6, &["size"], std::slice::from_ref(&next)).await?;
    let after = replace(5, &["size"], std::slice::from_ref(&first)).await?;
    assert!(after > before);

    let read = async |metric: &str, grain, to, keys: Option<&[String]>| {
        let days = Day::from_number(5)..Day::from_number(to);
        let run = async |tx: &mut WorkspaceRead| rollups::read(tx, metric, grain, days, keys).await;
        bench.store.workspace_read(bench.workspace, "read", run).await
    };
    assert_eq!(read("size", Grain::Person, 7, None).await?, [first.clone(), next]);
    assert_eq!(read("size", Grain::Person, 6, Some(&["con_1/ann".to_owned()])).await?, [first]);
    assert_eq!(read("size", Grain::Person, 6, Some(&["con_1/bob".to_owned()])).await?, []);
    assert_eq!(read("size", Grain::Workspace, 7, None).await?, []);
    assert_eq!(read("count", Grain::Person, 7, None).await?, [other]);
    Ok(())
}

#[tokio::test]
async fn who_read_before_another_roll_up_was_written_writes_nothing() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let epoch = async || bench.store.workspace_read(bench.workspace, "read", async |tx| rollups::epoch(tx).await).await;
    let write = async |read_at, known| {
        let bucket = Bucket { known, ..bucket("size", 5, Grain::Workspace, "") };
        let run = async |tx: &mut crate::WorkspaceTx| {
            let day = Recomputed { day: bucket.day, metrics: &["size"], buckets: std::slice::from_ref(&bucket) };
            rollups::replace(tx, read_at, &[day]).await
        };
        bench.store.workspace(bench.workspace, "write", run).await
    };
    let (slow, fast) = (epoch().await?, epoch().await?);
    assert!(write(fast, 2).await?);
    assert!(!write(slow, 1).await?, "older facts must not win");
    let read = async |tx: &mut WorkspaceRead| {
        rollups::read(tx, "size", Grain::Workspace, Day::from_number(5)..Day::from_number(6), None).await
    };
    let found = bench.store.workspace_read(bench.workspace, "read", read).await?;
    assert_eq!(found.iter().map(|bucket| bucket.known).collect::<Vec<_>>(), [2]);
    assert!(write(epoch().await?, 3).await?, "it is read anew and written");
    Ok(())
}

also_on_postgres!(
    a_day_is_replaced_and_its_neighbours_stay,
    who_read_before_another_roll_up_was_written_writes_nothing
);
