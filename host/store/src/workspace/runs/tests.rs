use domain::RunId;
use domain::inspection::{Inspection, Traffic};
use domain::run::{LogLevel, LogLine, RunState, Usage};

use super::{BOUND, Finish, bounded};
use crate::testing::{Bench, also_on_postgres, noon};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, runs};

#[tokio::test]
async fn a_run_is_read_as_it_was_written() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let usage = Usage { calls: 2, records: 7, peak_memory_bytes: u64::from(u32::MAX) * 2, ..Usage::default() };
    let log = [LogLine { level: LogLevel::Warn, message: "slow".to_owned() }];
    let traffic = Traffic { host: "example.org".to_owned(), status: Some(200), ..Traffic::default() };
    let inspection = Inspection { traffic: vec![traffic], ..Inspection::default() };
    let run = async |tx: &mut WorkspaceTx| {
        runs::progress(tx, bench.run, &Usage::default()).await?;
        let finish = Finish {
            state: RunState::Partial,
            usage,
            error: Some("one stream"),
            log: &log,
            inspection: &inspection,
            at: noon(2),
        };
        runs::finish(tx, bench.run, &finish).await?;
        runs::progress(tx, bench.run, &Usage::default()).await?;
        runs::get(tx, bench.run).await
    };
    let found = bench.store.workspace(bench.workspace, "finish", run).await?;
    assert_eq!((found.state, found.usage, found.finished_at), (RunState::Partial, usage, Some(noon(2))));
    assert_eq!(
        (found.error.as_deref(), &found.log[..], &found.egress[..], found.inspection),
        (Some("one stream"), &log[..], &[][..], inspection)
    );
    Ok(())
}

#[tokio::test]
async fn runs_are_listed_newest_first_in_pages() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let second = RunId::generate();
    bench.lease(bench.connection, second, 1).await?;
    let list = async |before, limit| {
        let run = async |tx: &mut WorkspaceRead| runs::list(tx, Some(bench.connection), before, limit).await;
        let found = bench.store.workspace_read(bench.workspace, "list", run).await?;
        Ok::<_, StoreError>(found.iter().map(|run| run.id).collect::<Vec<_>>())
    };
    assert_eq!(list(None, 10).await?, [second, bench.run]);
    assert_eq!(list(None, 1).await?, [second]);
    assert_eq!(list(Some(second), 10).await?, [bench.run]);
    let none = async |tx: &mut WorkspaceRead| runs::list(tx, Some(domain::ConnectionId::generate()), None, 10).await;
    assert_eq!(bench.store.workspace_read(bench.workspace, "list", none).await?, []);
    Ok(())
}

#[test]
fn logs_are_cut_at_their_bound_and_stay_json() -> Result<(), StoreError> {
    let text = bounded(&vec!["x".repeat(1000); 1000])?;
    assert!(text.len() <= BOUND && text.len() > BOUND - 1100, "{}", text.len());
    let lines: Vec<String> = serde_json::from_str(&text)?;
    assert_eq!(lines.len(), BOUND / 1003);
    Ok(())
}

also_on_postgres!(a_run_is_read_as_it_was_written, runs_are_listed_newest_first_in_pages);
