use api::{RunStatus, Slice};
use domain::run::{LogLevel, LogLine, RunState, Usage};
use store::runs::Finish;

use super::*;
use crate::backend::testing::{Bench, Source, at};

async fn ids(bench: &Bench, workspace: WorkspaceId, query: RunsQuery) -> Option<Vec<RunId>> {
    let found = list(&bench.store, workspace, query).await.expect("a readable store");
    found.map(|runs| runs.into_iter().map(|run| run.id).collect())
}

fn of(source: Option<Source>, after: Option<RunId>, limit: usize) -> RunsQuery {
    RunsQuery { connection: source.map(|source| source.connection), slice: Slice { after, limit } }
}

#[tokio::test]
async fn a_run_tells_what_it_used_did_and_wrote() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let line = LogLine { level: LogLevel::Warn, message: "slow".to_owned() };
    let sort = |status, requests, refused, bytes_in| Traffic {
        host: "forge.example".to_owned(),
        status,
        requests,
        refused,
        bytes_in,
        ..Traffic::default()
    };
    let traffic = vec![sort(Some(200), 3, 0, 9), sort(None, 5, 4, 0)];
    let inspection = Inspection { traffic, ..Inspection::default() };
    let usage = Usage { calls: 3, ..Usage::default() };
    let finish = Finish {
        state: RunState::Partial,
        usage,
        error: Some(r#"[{"stream":"issues:acme/shop","kind":"rate-limited","message":"come back later"}]"#),
        log: std::slice::from_ref(&line),
        inspection: &inspection,
        at: at("2026-03-01T00:01:00Z"),
    };
    let finish = async |tx: &mut store::WorkspaceTx| runs::finish(tx, source.run, &finish).await;
    bench.store.workspace(bench.workspace, "finish", finish).await.expect("an end");

    let run = find(&bench.store, bench.workspace, source.run).await.expect("a readable store").expect("a run");
    assert_eq!((run.summary.connection, run.summary.state), (source.connection, RunStatus::Partial));
    assert_eq!(run.summary.finished_at.map(|at| at.0), Some(at("2026-03-01T00:01:00Z")));
    assert_eq!(run.usage, usage.into());
    assert_eq!((run.errors[0].stream.as_deref(), &*run.errors[0].kind), (Some("issues:acme/shop"), "rate-limited"));
    let hosts: Vec<_> =
        run.egress.iter().map(|host| (&*host.host, host.requests, host.refused, host.bytes_in)).collect();
    assert_eq!(hosts, [("forge.example", 4, 4, 9)], "requests that were stopped are told apart");
    assert_eq!(run.traffic.len(), 2);
    assert_eq!(run.log, [line.into()]);
}

#[tokio::test]
async fn another_workspaces_runs_are_not_there() {
    let bench = Bench::new().await;
    let ours = bench.source(bench.workspace, "forge").await;
    let theirs = bench.source(bench.other, "forge").await;
    let found = find(&bench.store, bench.workspace, theirs.run).await.expect("a readable store");
    assert!(found.is_none());
    assert_eq!(ids(&bench, bench.workspace, of(Some(theirs), None, 9)).await, None);
    assert_eq!(ids(&bench, bench.workspace, of(None, None, 9)).await, Some(vec![ours.run]));
    assert_eq!(ids(&bench, bench.other, of(Some(theirs), None, 9)).await, Some(vec![theirs.run]));
}

#[tokio::test]
async fn runs_are_listed_newest_first_of_all_connections_or_of_one() {
    let bench = Bench::new().await;
    let one = bench.source(bench.workspace, "one").await;
    let two = bench.source(bench.workspace, "two").await;
    let later = bench.again(one).await;
    let ours = async |query| ids(&bench, bench.workspace, query).await.expect("runs");
    assert_eq!(ours(of(None, None, 9)).await, [later.run, two.run, one.run]);
    assert_eq!(ours(of(None, None, 2)).await, [later.run, two.run]);
    assert_eq!(ours(of(None, Some(two.run), 9)).await, [one.run]);
    assert_eq!(ours(of(Some(one), None, 9)).await, [later.run, one.run]);
}
