use domain::record::Outcome;
use domain::{Instant, Next, Record};
use store::{WorkspaceRead, deliveries, dirty};

use super::*;
use crate::backend::testing::{Bench, Source, at, by, commit, deployment};

async fn bring(bench: &Bench, source: Source, id: &str) {
    let record: Record = commit(id, "repo", by("ann"), at("2026-02-10T10:00:00Z"));
    bench.bring(source, Next::Done("end".to_owned()), at("2026-03-02T00:00:00Z"), vec![record]).await;
}

async fn is_behind(bench: &Bench) -> bool {
    let take = async |tx: &mut WorkspaceRead| dirty::take(tx, 1).await;
    !bench.store.workspace_read(bench.workspace, "take", take).await.expect("marks").is_empty()
}

#[tokio::test]
async fn what_a_killed_host_left_is_rolled_up_at_the_start() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    bring(&bench, source, "a").await;
    let (roller, stop) = (Roller::new(bench.store.clone()), CancellationToken::new());
    let rolling = tokio::spawn({
        let (roller, stop) = (Arc::clone(&roller), stop.clone());
        async move { roller.roll(stop).await }
    });
    let caught_up = async {
        while is_behind(&bench).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), caught_up).await.expect("no mark is left");
    stop.cancel();
    rolling.await.expect("an end");
}

#[tokio::test]
async fn figures_grow_while_a_run_goes_on_and_are_finished_when_it_ends() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let (roller, stop) = (Roller::new(bench.store.clone()), CancellationToken::new());
    let (first, second) = (roller.watch(bench.workspace), roller.watch(bench.workspace));
    for id in ["a", "b"] {
        bring(&bench, source, id).await;
        assert!(!roller.round(&stop).await);
        assert!(!is_behind(&bench).await, "{id}");
    }
    drop(first);
    roller.round(&stop).await;
    bring(&bench, source, "c").await;
    roller.round(&stop).await;
    assert!(!is_behind(&bench).await, "another run goes on");

    bring(&bench, source, "d").await;
    drop(second);
    tokio::time::timeout(Duration::from_secs(20), roller.wake.notified()).await.expect("it is woken");
    roller.round(&stop).await;
    assert!(!is_behind(&bench).await);
    assert_eq!(roller.turns(), [], "where nothing runs, nothing is asked");
}

#[tokio::test]
async fn a_backlog_is_gone_on_with_at_once_unless_a_run_needs_the_file() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let day = |day: i64| Instant::from_micros(at("2026-01-01T10:00:00Z").as_micros() + day * 86_400_000_000);
    let records = (0..i64::from(super::super::BATCH) + 1).map(|n| commit(&n.to_string(), "repo", by("ann"), day(n)));
    bench.bring(source, Next::Done("end".to_owned()), day(0), records.collect()).await;
    let (roller, stop) = (Roller::new(bench.store.clone()), CancellationToken::new());
    let run = roller.watch(bench.workspace);
    assert!(!roller.round(&stop).await, "a batch a tick");
    assert!(is_behind(&bench).await);
    drop(run);
    while roller.round(&stop).await {}
    assert!(!is_behind(&bench).await);
}

#[tokio::test]
async fn settling_rests_while_a_run_goes_on_and_is_done_when_it_ends() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let (roller, stop) = (Roller::new(bench.store.clone()), CancellationToken::new());
    let run = roller.watch(bench.workspace);
    let deploy = async |id: &str| {
        let record = deployment(id, "a", Outcome::Succeeded, at("2026-02-10T10:00:00Z"));
        bench.bring(source, Next::Done("end".to_owned()), at("2026-03-02T00:00:00Z"), vec![record]).await;
    };
    let is_unsettled = async || {
        let read = async |tx: &mut WorkspaceRead| deliveries::is_unsettled(tx).await;
        bench.store.workspace_read(bench.workspace, "look", read).await.expect("an answer")
    };
    deploy("1").await;
    roller.round(&stop).await;
    assert!(!is_unsettled().await, "the first time");
    let until = std::time::Instant::now() + Duration::from_secs(3600);
    *roller.known().resting.get_mut(&bench.workspace).expect("it rests after that") = until;
    deploy("2").await;
    roller.round(&stop).await;
    assert!(is_unsettled().await);
    drop(run);
    roller.round(&stop).await;
    assert!(!is_unsettled().await);
}
