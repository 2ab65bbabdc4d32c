use domain::record::AccountKind;
use domain::{Digest, Failure, FailureKind, Next, Page, StreamInfo, StreamMode};

use super::{Fault, Faults};
use crate::pages::PageCommit;
use crate::testing::{Bench, also_on_postgres, noon, person};
use crate::{StoreError, faults, streams};

const LIMIT: u32 = 3;

fn package(sequence: u64) -> Digest {
    Digest::from_bytes([u8::try_from(sequence).expect("small"); 32])
}

fn declared() -> StreamInfo {
    StreamInfo { name: "things".to_owned(), mode: StreamMode::Incremental, kinds: Vec::new() }
}

fn failure(kind: FailureKind) -> Failure {
    Failure { kind, message: "because".to_owned(), retry_after_seconds: None }
}

async fn fault(bench: &Bench, sequence: u64, in_stream: bool) -> Faults {
    let (declared, failure) = (declared(), failure(FailureKind::GuestFault));
    let fault = Fault {
        connection: bench.connection,
        fence: 1,
        package: package(sequence),
        sequence,
        stream: in_stream.then_some(&declared),
        failure: &failure,
        limit: LIMIT,
        now: noon(5),
    };
    let note = async |tx: &mut crate::WorkspaceTx| faults::note(tx, &fault).await;
    bench.store.workspace(bench.workspace, "note", note).await.expect("it is noted")
}

async fn bring(bench: &Bench, sequence: u64) {
    let page = Page { records: vec![person("ann", AccountKind::Human)], next: Next::More(format!("at {sequence}")) };
    bench.commit(PageCommit { sequence, ..bench.page(&page) }).await.expect("a page");
}

#[tokio::test]
async fn faults_in_a_row_set_a_stream_aside_from_the_package_that_faulted() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    for count in 1..=LIMIT {
        let faults = fault(&bench, 1, true).await;
        assert_eq!((faults.count, faults.set_aside), (count, count == LIMIT));
    }
    let stands = async || {
        let read = async |tx: &mut crate::WorkspaceRead| streams::find(tx, bench.connection, "things").await;
        bench.store.workspace_read(bench.workspace, "look", read).await.expect("readable").expect("a stream")
    };
    assert!(stands().await.is_set_aside_from(package(1)) && !stands().await.is_set_aside_from(package(2)));

    // What the source could not do neither counts nor forgives.
    let upstream = failure(FailureKind::Upstream);
    let fail = async |tx: &mut crate::WorkspaceTx| {
        streams::fail(tx, bench.connection, 1, &declared(), &upstream, noon(6)).await
    };
    bench.store.workspace(bench.workspace, "fail", fail).await?;
    assert_eq!(stands().await.faults.map(|faults| faults.count), Some(LIMIT));

    let release = async |tx: &mut crate::WorkspaceTx| faults::release(tx, bench.connection).await;
    bench.store.workspace(bench.workspace, "release", release).await?;
    assert_eq!(stands().await.faults, None);
    fault(&bench, 1, true).await;
    bring(&bench, 1).await;
    assert_eq!((stands().await.faults, stands().await.failure), (None, None), "a page ends the row");
    Ok(())
}

#[tokio::test]
async fn only_a_stream_that_an_earlier_release_brought_has_regressed() {
    let bench = Bench::new().await;
    assert!(!fault(&bench, 1, true).await.regressed, "nobody ever brought it");
    bring(&bench, 1).await;
    assert!(!fault(&bench, 1, true).await.regressed, "its own pages say nothing of another release");
    assert!(!fault(&bench, 2, true).await.regressed, "it faulted before this release came");
    bring(&bench, 2).await;
    assert!(fault(&bench, 2, true).await.regressed, "both have brought it");
    assert!(fault(&bench, 2, true).await.regressed);

    let bench = Bench::new().await;
    assert!(!fault(&bench, 2, false).await.regressed);
    let forget = async |tx: &mut crate::WorkspaceTx| faults::forget_of_no_stream(tx, bench.connection).await;
    bench.store.workspace(bench.workspace, "forget", forget).await.expect("forgotten");
    bring(&bench, 1).await;
    let faults = fault(&bench, 2, false).await;
    assert!(faults.regressed && faults.count == 1, "it brought streams, and this one cannot even name them");
    let list = async |tx: &mut crate::WorkspaceRead| streams::list(tx, bench.connection).await;
    let listed = bench.store.workspace_read(bench.workspace, "list", list).await.expect("streams");
    assert_eq!(listed.len(), 1, "what belongs to no stream is none");
}

also_on_postgres!(
    faults_in_a_row_set_a_stream_aside_from_the_package_that_faulted,
    only_a_stream_that_an_earlier_release_brought_has_regressed
);
