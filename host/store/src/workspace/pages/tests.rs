use std::collections::BTreeMap;

use domain::record::{AccountKind, Tombstone};
use domain::{ConnectionId, Failure, FailureKind, Next, Page, Record, RecordKind, RunId, StreamInfo, StreamMode};

use super::PageCommit;
use crate::testing::{Bench, also_on_postgres, commit, done, noon, person};
use crate::{StoreError, dirty, facts, fences, runs, state, streams};

async fn commits(bench: &Bench) -> usize {
    let read =
        bench.store.workspace_read(bench.workspace, "read", async |tx| facts::commits(tx, noon(-1), noon(9999)).await);
    read.await.expect("facts").len()
}

async fn people(bench: &Bench) -> u64 {
    let counts = bench.store.counts(bench.workspace).await.expect("counts");
    counts.into_iter().find(|(kind, _)| *kind == RecordKind::Person).expect("a stored kind").1
}

fn more(cursor: &str, records: Vec<Record>) -> Page {
    Page { records, next: Next::More(cursor.to_owned()) }
}

#[tokio::test]
async fn a_page_and_its_cursor_are_one() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let page = more("two", vec![commit("a", noon(1))]);
    let kept = BTreeMap::from([("etag".to_owned(), "x".to_owned())]);
    bench.commit(PageCommit { state: Some(&kept), ..bench.page(&page) }).await?;

    // The second page fails at its last step, after its records were written: its run has never begun.
    let page = more("three", vec![commit("b", noon(2))]);
    let lost = BTreeMap::from([("etag".to_owned(), "y".to_owned())]);
    let failed = bench.commit(PageCommit { run: RunId::generate(), state: Some(&lost), ..bench.page(&page) }).await;
    assert!(matches!(failed, Err(StoreError::Missing { what: "run", .. })), "{failed:?}");

    assert_eq!(commits(&bench).await, 1);
    bench
        .store
        .workspace_read(bench.workspace, "look", async |tx| {
            let stream = streams::find(tx, bench.connection, "things").await?.expect("a stream");
            assert_eq!((stream.cursor.as_deref(), stream.records), (Some("two"), 1));
            assert_eq!(state::get(tx, bench.connection, 1).await?, kept);
            let run = runs::get(tx, bench.run).await?;
            assert_eq!((run.pages, run.records), (1, 1));
            assert_eq!(dirty::take(tx, 10).await?.len(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_stale_fence_writes_nothing() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let later = RunId::generate();
    bench.lease(bench.connection, later, 2).await?;
    let page = done(vec![commit("a", noon(1))]);
    let refused = bench.commit(bench.page(&page)).await;
    assert!(matches!(refused, Err(StoreError::StaleFence { held: 1, current: 2, .. })), "{refused:?}");
    assert_eq!(commits(&bench).await, 0);

    let back = bench.lease(bench.connection, RunId::generate(), 1).await;
    assert!(matches!(back, Err(StoreError::StaleFence { held: 1, current: 2, .. })), "{back:?}");
    bench.commit(PageCommit { fence: 2, run: later, ..bench.page(&page) }).await?;
    assert_eq!(commits(&bench).await, 1);

    let stranger = PageCommit { connection: ConnectionId::generate(), fence: 2, ..bench.page(&page) };
    let refused = bench.commit(stranger).await;
    assert!(matches!(refused, Err(StoreError::StaleFence { held: 2, current: 0, .. })), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn the_run_of_a_dead_host_is_closed_by_the_next_lease() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.lease(bench.connection, RunId::generate(), 2).await?;
    let old = bench.store.workspace_read(bench.workspace, "look", async |tx| runs::get(tx, bench.run).await).await?;
    assert_eq!(old.state, domain::run::RunState::Abandoned);
    Ok(())
}

#[tokio::test]
async fn replaying_a_page_changes_nothing() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let page = done(vec![commit("a", noon(1)), commit("b", noon(2)), person("ann", AccountKind::Human)]);
    let facts = async || {
        let read = async |tx: &mut crate::WorkspaceRead| facts::commits(tx, noon(0), noon(9)).await;
        bench.store.workspace_read(bench.workspace, "read", read).await
    };
    bench.commit(bench.page(&page)).await?;
    let before = (facts().await?, bench.store.counts(bench.workspace).await?);
    bench.commit(bench.page(&page)).await?;
    assert_eq!((facts().await?, bench.store.counts(bench.workspace).await?), before);
    assert_eq!(before.0.len(), 2);
    Ok(())
}

#[tokio::test]
async fn sweeps_bury_what_they_did_not_see_and_seeing_it_again_brings_it_back() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let sweep = async |page: Page, generation| {
        bench.commit(PageCommit { mode: StreamMode::Sweep, generation, ..bench.page(&page) }).await
    };
    let other = done(vec![person("cid", AccountKind::Human)]);
    bench.commit(PageCommit { stream: "others", ..bench.page(&other) }).await?;

    sweep(more("1", vec![person("ann", AccountKind::Human)]), 1).await?;
    let first = sweep(done(vec![person("bob", AccountKind::Human)]), 1).await?;
    assert_eq!((first.deleted, first.stream.generation, first.stream.cursor), (0, 2, None));
    assert_eq!(people(&bench).await, 3);

    sweep(more("1", vec![person("ann", AccountKind::Human)]), 2).await?;
    assert_eq!(people(&bench).await, 3, "nothing is buried before the sweep ends");
    let second = sweep(done(Vec::new()), 2).await?;
    assert_eq!((second.deleted, people(&bench).await), (1, 2), "bob is gone, and the other stream's cid is not");

    let late = sweep(done(Vec::new()), 2).await;
    assert!(matches!(late, Err(StoreError::StaleGeneration { found: 2, current: 3, .. })), "{late:?}");
    sweep(done(vec![person("ann", AccountKind::Human), person("bob", AccountKind::Human)]), 3).await?;
    assert_eq!(people(&bench).await, 3);
    Ok(())
}

#[tokio::test]
async fn the_end_of_an_incremental_stream_buries_nothing() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    assert_eq!(bench.bring(vec![commit("b", noon(1))]).await.deleted, 0);
    assert_eq!(commits(&bench).await, 2);
    Ok(())
}

#[tokio::test]
async fn the_later_word_of_a_page_counts() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let gone = |id: &str| Record::Tombstone(Tombstone { kind: RecordKind::Commit, id: id.to_owned() });
    bench.bring(vec![commit("a", noon(1)), gone("a"), gone("b"), commit("b", noon(1)), gone("never seen")]).await;
    assert_eq!(commits(&bench).await, 1);
    let done = bench.bring(vec![commit("a", noon(1)), gone("b")]).await;
    assert_eq!((done.deleted, commits(&bench).await), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_kind_without_a_table_is_refused_whole() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let odd = Record::Tombstone(Tombstone { kind: RecordKind::Finding, id: "f".to_owned() });
    let refused = bench.commit(bench.page(&done(vec![commit("a", noon(1)), odd]))).await;
    assert!(matches!(refused, Err(StoreError::KindNotStored(RecordKind::Finding))), "{refused:?}");
    assert_eq!(commits(&bench).await, 0);
    Ok(())
}

#[tokio::test]
async fn two_connections_with_the_same_ids_never_mix() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let (other, run) = (ConnectionId::generate(), RunId::generate());
    bench.lease(other, run, 5).await?;
    let theirs = done(vec![commit("a", noon(2)), person("ann", AccountKind::Bot)]);
    bench.bring(vec![commit("a", noon(1)), person("ann", AccountKind::Human)]).await;
    bench.commit(PageCommit { connection: other, run, fence: 5, ..bench.page(&theirs) }).await?;
    let gone = Record::Tombstone(Tombstone { kind: RecordKind::Person, id: "ann".to_owned() });
    bench.bring(vec![gone]).await;

    let read = async |tx: &mut crate::WorkspaceRead| facts::commits(tx, noon(0), noon(9)).await;
    let facts = bench.store.workspace_read(bench.workspace, "read", read).await?;
    let actors: Vec<_> = facts.iter().map(|fact| fact.author.clone().expect("an author")).collect();
    assert_eq!(actors[0].key.connection, bench.connection.to_string());
    assert_eq!(actors[0].class, domain::fact::ActorClass::Human);
    assert_eq!(actors[1].key.connection, other.to_string());
    assert_eq!(actors[1].class, domain::fact::ActorClass::Bot);
    assert_eq!(people(&bench).await, 1);
    Ok(())
}

#[tokio::test]
async fn a_failure_leaves_the_cursor_and_the_next_page_clears_it() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let info = StreamInfo { name: "things".to_owned(), mode: StreamMode::Incremental, kinds: Vec::new() };
    let failure = Failure { kind: FailureKind::Upstream, message: "503".to_owned(), retry_after_seconds: Some(3) };
    let fail = async |fence| {
        let run = async |tx: &mut crate::WorkspaceTx| {
            streams::fail(tx, bench.connection, fence, &info, &failure, noon(3)).await?;
            streams::position(tx, bench.connection, &info, 1).await
        };
        bench.store.workspace(bench.workspace, "fail", run).await
    };
    let fresh = fail(1).await?;
    assert_eq!((fresh.cursor, fresh.generation, fresh.failure), (None, 1, Some((failure.clone(), noon(3)))));
    bench.bring(vec![commit("a", noon(1))]).await;
    assert_eq!(fail(1).await?.cursor.as_deref(), Some("end"));
    assert!(bench.bring(Vec::new()).await.stream.failure.is_none());
    assert!(matches!(fail(7).await, Err(StoreError::StaleFence { .. })));

    let swept = StreamInfo { mode: StreamMode::Sweep, ..info.clone() };
    let look = async |tx: &mut crate::WorkspaceRead| streams::position(tx, bench.connection, &swept, 1).await;
    let changed = bench.store.workspace_read(bench.workspace, "look", look).await?;
    assert_eq!(changed.cursor, None, "a cursor of another mode is not gone on with");
    Ok(())
}

#[tokio::test]
async fn fences_are_raised_per_connection() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let other = ConnectionId::generate();
    let run = async |tx: &mut crate::WorkspaceTx| {
        fences::raise(tx, other, 9).await?;
        fences::raise(tx, other, 9).await?;
        fences::check(tx, bench.connection, 1).await
    };
    bench.store.workspace(bench.workspace, "raise", run).await
}

also_on_postgres!(
    a_page_and_its_cursor_are_one,
    a_stale_fence_writes_nothing,
    the_run_of_a_dead_host_is_closed_by_the_next_lease,
    replaying_a_page_changes_nothing,
    sweeps_bury_what_they_did_not_see_and_seeing_it_again_brings_it_back,
    the_end_of_an_incremental_stream_buries_nothing,
    the_later_word_of_a_page_counts,
    a_kind_without_a_table_is_refused_whole,
    two_connections_with_the_same_ids_never_mix,
    a_failure_leaves_the_cursor_and_the_next_page_clears_it,
    fences_are_raised_per_connection
);
