use std::collections::BTreeMap;

use domain::record::AccountKind;
use domain::{Next, Page, StreamInfo, StreamMode};

use crate::pages::PageCommit;
use crate::testing::{Bench, also_on_postgres, noon, person};
use crate::{StoreError, state, streams};

/// A page of the release of this sequence, which leaves this cursor.
async fn bring(bench: &Bench, sequence: u64, mode: StreamMode, generation: i64, next: Next) {
    let page = Page { records: vec![person("ann", AccountKind::Human)], next };
    bench.commit(PageCommit { sequence, mode, generation, ..bench.page(&page) }).await.expect("a page");
}

fn at(cursor: &str) -> Next {
    Next::More(cursor.to_owned())
}

async fn cursor(bench: &Bench, sequence: u64, mode: StreamMode) -> Option<String> {
    let declared = StreamInfo { name: "things".to_owned(), mode, kinds: Vec::new() };
    let read = async |tx: &mut crate::WorkspaceRead| streams::position(tx, bench.connection, &declared, sequence).await;
    bench.store.workspace_read(bench.workspace, "look", read).await.expect("a position").cursor
}

#[tokio::test]
async fn an_older_release_goes_on_from_its_own_cursor_and_never_from_a_newer_ones() {
    let bench = Bench::new().await;
    let mode = StreamMode::Incremental;
    for (sequence, left) in [(1, "one-a"), (1, "one-b"), (3, "three-a"), (3, "three-b"), (4, "four")] {
        bring(&bench, sequence, mode, 1, at(left)).await;
    }
    let of = async |sequence| cursor(&bench, sequence, mode).await;
    assert_eq!(of(9).await.as_deref(), Some("four"), "a newer one reads what an older one wrote");
    assert_eq!(of(3).await.as_deref(), Some("three-b"));
    assert_eq!(of(2).await.as_deref(), Some("one-b"));
    assert_eq!(of(1).await.as_deref(), Some("one-b"));
    assert_eq!(of(0).await, None, "one that never brought a page begins at the beginning");

    bring(&bench, 1, mode, 1, at("one-c")).await;
    assert_eq!(of(1).await.as_deref(), Some("one-c"));
    assert_eq!(of(4).await.as_deref(), Some("one-c"), "what newer ones left is void: they go on from here");
    assert_eq!(of(0).await, None);
}

#[tokio::test]
async fn a_sweep_begins_anew_so_that_nothing_it_saw_is_taken_for_deleted() {
    let bench = Bench::new().await;
    bring(&bench, 1, StreamMode::Sweep, 1, at("half")).await;
    assert_eq!(cursor(&bench, 2, StreamMode::Sweep).await.as_deref(), Some("half"));
    bring(&bench, 2, StreamMode::Sweep, 1, Next::Done("whole".to_owned())).await;
    bring(&bench, 2, StreamMode::Sweep, 2, at("half again")).await;
    assert_eq!(cursor(&bench, 1, StreamMode::Sweep).await, None);
    assert_eq!(cursor(&bench, 2, StreamMode::Sweep).await.as_deref(), Some("half again"));
}

#[tokio::test]
async fn an_older_release_reads_its_own_state_and_never_a_newer_ones() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let write = async |sequence, value: &str| {
        let kept = BTreeMap::from([("etag".to_owned(), value.to_owned())]);
        let page = Page { records: Vec::new(), next: at(value) };
        bench.commit(PageCommit { sequence, state: Some(&kept), now: noon(9), ..bench.page(&page) }).await
    };
    let read = async |sequence| {
        let get = async |tx: &mut crate::WorkspaceRead| state::get(tx, bench.connection, sequence).await;
        let all = bench.store.workspace_read(bench.workspace, "look", get).await.expect("a state");
        all.into_values().next()
    };
    write(1, "one").await?;
    write(2, "two").await?;
    write(2, "two again").await?;
    assert_eq!(read(2).await.as_deref(), Some("two again"));
    assert_eq!(read(1).await.as_deref(), Some("one"));
    write(1, "one again").await?;
    assert_eq!(read(2).await.as_deref(), Some("one again"));
    write(2, "three").await?;
    assert_eq!(read(1).await.as_deref(), Some("one again"));
    Ok(())
}

also_on_postgres!(
    an_older_release_goes_on_from_its_own_cursor_and_never_from_a_newer_ones,
    a_sweep_begins_anew_so_that_nothing_it_saw_is_taken_for_deleted,
    an_older_release_reads_its_own_state_and_never_a_newer_ones
);
