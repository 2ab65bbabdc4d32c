use std::time::Duration;

use domain::inspection::Inspection;
use domain::run::Usage;
use domain::{Failure, FailureKind, Next, StreamInfo, StreamMode};
use store::connections::{Outcome, leases};
use store::runs::Finish;

use super::*;
use crate::backend::testing::{Bench, Source, at, person};

async fn only(bench: &Bench, source: Source) -> Connection {
    find(&bench.store, source.workspace, source.connection).await.expect("a readable store").expect("a connection")
}

/// End a run with this error.
async fn end(bench: &Bench, source: Source, state: RunState, error: Option<&str>, at: domain::Instant) {
    let finish = Finish { state, usage: Usage::default(), error, log: &[], inspection: &Inspection::default(), at };
    let finish = async |tx: &mut store::WorkspaceTx| runs::finish(tx, source.run, &finish).await;
    bench.store.workspace(source.workspace, "finish", finish).await.expect("an end");
}

/// Give a lease back with this outcome.
async fn release(bench: &Bench, source: Source, outcome: Outcome) {
    let (made, due) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T02:00:00Z"));
    let release = async |tx: &mut store::SystemTx| {
        let lease = leases::claim(tx, source.connection, made, "a worker", Duration::from_secs(60)).await?;
        leases::release(tx, &lease.expect("a lease"), due, &outcome).await
    };
    bench.store.system("release", release).await.expect("a release");
}

async fn set_state(bench: &Bench, source: Source, state: Stored) {
    let set = async |tx: &mut store::SystemTx| {
        connections::set_state(tx, source.workspace, source.connection, state, None).await
    };
    bench.store.system("set a state", set).await.expect("a state");
}

#[tokio::test]
async fn a_stream_is_caught_up_until_it_fails_or_more_comes() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    assert_eq!(only(&bench, source).await.streams.len(), 0);
    let (first, second) = (at("2026-03-01T00:00:10Z"), at("2026-03-01T00:00:20Z"));
    let stream = async || {
        let Stream { name, caught_up, last_page_at, error, set_aside: _ } =
            only(&bench, source).await.streams.remove(0);
        assert_eq!(name, "things");
        (caught_up, last_page_at.map(|at| at.0), error)
    };
    bench.bring(source, Next::Done("the cursor".to_owned()), first, vec![person("ann")]).await;
    assert_eq!(stream().await, (true, Some(first), None));
    bench.bring(source, Next::More("the cursor".to_owned()), second, vec![person("bob")]).await;
    assert_eq!(stream().await, (false, Some(second), None));

    bench.bring(source, Next::Done("the cursor".to_owned()), second, vec![]).await;
    let declared = StreamInfo { name: "things".to_owned(), mode: StreamMode::Incremental, kinds: vec![] };
    let failure =
        Failure { kind: FailureKind::RateLimited, message: "come back".to_owned(), retry_after_seconds: None };
    let fail = async |tx: &mut store::WorkspaceTx| {
        streams::fail(tx, source.connection, 1, &declared, &failure, second.after(Duration::from_secs(9))).await
    };
    bench.store.workspace(source.workspace, "fail", fail).await.expect("a failure");
    assert_eq!(stream().await, (false, Some(second), Some("rate-limited: come back".to_owned())));
}

#[tokio::test]
async fn the_last_success_is_the_last_run_that_caught_up() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let last = async || only(&bench, source).await.summary.last_success_at.map(|at| at.0);
    assert_eq!(last().await, None);
    end(&bench, source, RunState::Succeeded, None, at("2026-03-01T00:01:00Z")).await;
    end(&bench, bench.again(source).await, RunState::Partial, None, at("2026-03-01T01:00:00Z")).await;
    assert_eq!(last().await, Some(at("2026-03-01T00:01:00Z")));
}

#[tokio::test]
async fn a_connection_says_whether_and_when_it_runs() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let state = async || {
        let summary = only(&bench, source).await.summary;
        (summary.state, summary.next_run_at.map(|at| at.0))
    };
    let (made, due) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T02:00:00Z"));
    assert_eq!(state().await, (ConnectionState::Active, Some(made)));
    release(&bench, source, Outcome::Retry).await;
    assert_eq!(state().await, (ConnectionState::BackingOff, Some(due)));
    set_state(&bench, source, Stored::Paused).await;
    assert_eq!(state().await, (ConnectionState::Paused, None));
    set_state(&bench, source, Stored::Failed).await;
    assert_eq!(state().await, (ConnectionState::Stopped, None));
    set_state(&bench, source, Stored::Removed).await;
    let removed = find(&bench.store, source.workspace, source.connection).await.expect("a readable store");
    assert!(removed.is_none());
}

#[tokio::test]
async fn a_connection_says_why_it_backs_off_or_is_stopped() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let reason = async || {
        let found = only(&bench, source).await.summary.reason;
        let slice = Slice { after: None, limit: 1 };
        let listed = list(&bench.store, bench.workspace, slice).await.expect("a list").remove(0).reason;
        assert_eq!(found, listed);
        found
    };
    let error = r#"[{"stream":"things","kind":"upstream","message":"HTTP 502"}]"#;
    end(&bench, source, RunState::Failed, Some(error), at("2026-03-01T00:01:00Z")).await;
    assert_eq!(reason().await, None);
    release(&bench, source, Outcome::Retry).await;
    assert_eq!(reason().await.as_deref(), Some("things: upstream: HTTP 502"));

    let second = bench.again(source).await;
    assert_eq!(reason().await.as_deref(), Some("things: upstream: HTTP 502"), "another try goes on");
    end(&bench, second, RunState::Succeeded, None, at("2026-03-01T00:02:00Z")).await;
    assert_eq!(reason().await, None, "an error from before the last success says nothing");

    release(&bench, source, Outcome::Failed("unauthorized: the token was refused".to_owned())).await;
    assert_eq!(reason().await.as_deref(), Some("unauthorized: the token was refused"));
    set_state(&bench, source, Stored::Paused).await;
    assert_eq!(reason().await, None);
}

#[tokio::test]
async fn another_workspaces_connection_is_not_there() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let theirs = find(&bench.store, bench.other, source.connection).await.expect("a readable store");
    assert!(theirs.is_none());
    let slice = Slice { after: None, limit: 10 };
    assert!(list(&bench.store, bench.other, slice).await.expect("a list").is_empty());
}

#[tokio::test]
async fn connections_are_listed_oldest_first_in_slices() {
    let bench = Bench::new().await;
    let mut all = Vec::new();
    for name in ["a", "b", "c"] {
        all.push(bench.source(bench.workspace, name).await.connection);
    }
    let slice = async |after, limit| {
        let found = list(&bench.store, bench.workspace, Slice { after, limit }).await.expect("a list");
        found.into_iter().map(|connection| connection.id).collect::<Vec<_>>()
    };
    assert_eq!(slice(None, 9).await, all);
    assert_eq!(slice(None, 2).await, all[..2]);
    assert_eq!(slice(Some(all[0]), 9).await, all[1..]);
}
