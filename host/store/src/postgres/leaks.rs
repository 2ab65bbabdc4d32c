//! Two workspaces in one database, alike in every id: neither ever sees or moves a row of the other.
//!
//! A workspace lives through everything that this crate can do with its rows: [`live`] runs every statement that there is
//! on them, and a test counts. What it saw has to be what it would have seen alone, in a file of its own; what stands in
//! the other one has to stand as before. That holds with each of the two walls taken down, and does not with both.

use std::collections::BTreeMap;

use domain::record::{AccountKind, Commit};
use domain::rollup::{Bucket, Family, Grain};
use domain::run::{RunState, Usage};
use domain::{
    ConnectionId, Day, Digest, Failure, FailureKind, Next, Page, PluginId, Record, RecordKind, RunId, StreamInfo,
    StreamMode, WorkspaceId,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::faults::{self, Fault};
use crate::pages::{self, PageCommit};
use crate::rollups::{self, Recomputed, basis};
use crate::runs::{self, Finish, NewRun};
use crate::sql::Statement;
use crate::sql::tests::{ran, unbind};
use crate::testing::{
    Bench, TestDatabase, commit, deployment, every_kind, new_workspace, noon, person, pull_request, tables,
};
use crate::{
    Store, StoreError, WorkspaceTx, counts, deliveries, dirty, facts, fences, names, state, streams, version, workspace,
};

/// Ids that both workspaces have.
struct Twin {
    connection: ConnectionId,
    run: RunId,
    second: RunId,
}

/// What a workspace saw of itself, in words.
type Seen = Vec<String>;

macro_rules! see {
    ($seen:expr, $($value:expr),+ $(,)?) => {$(
        $seen.push(format!("{}: {:?}", stringify!($value), $value));
    )+};
}

/// All that can be done with a workspace's rows; `word` is in every text that it has.
async fn live(store: &Store, workspace: WorkspaceId, twin: &Twin, word: &str) -> Result<Seen, StoreError> {
    let mut seen = Seen::new();
    store.workspace(workspace, "live", async |tx| begin(tx, twin, word, &mut seen).await).await?;
    store.workspace(workspace, "live", async |tx| bring(tx, twin, word, &mut seen).await).await?;
    store.workspace(workspace, "live", async |tx| compute(tx, twin, word, &mut seen).await).await?;
    store.workspace(workspace, "live", async |tx| look(tx, twin, word, &mut seen).await).await?;
    store.workspace(workspace, "live", async |tx| end(tx, twin, word, &mut seen).await).await?;
    Ok(seen)
}

async fn begin(tx: &mut WorkspaceTx, twin: &Twin, word: &str, seen: &mut Seen) -> Result<(), StoreError> {
    for (id, fence) in [(twin.run, 1), (twin.second, 2)] {
        fences::raise(tx, twin.connection, fence).await?;
        let run = NewRun {
            id,
            connection: twin.connection,
            plugin: "acme/test".parse::<PluginId>().expect("an id"),
            version: word.to_owned(),
            digest: package(1),
            fence,
            started_at: noon(0),
        };
        runs::begin(tx, &run).await?;
    }
    runs::progress(tx, twin.second, &Usage { calls: 3, ..Usage::default() }).await?;
    see!(seen, fences::check(tx, twin.connection, 1).await.map_err(|error| error.to_string()));
    Ok(())
}

/// Records of every kind, twice, by two releases and the first one again; faults and failures; a sweep.
async fn bring(tx: &mut WorkspaceTx, twin: &Twin, word: &str, seen: &mut Seen) -> Result<(), StoreError> {
    let state = |value: &str| BTreeMap::from([("key".to_owned(), format!("{word} {value}"))]);
    let sweep = StreamMode::Sweep;
    let incremental = StreamMode::Incremental;
    let merged = |sha: &str| {
        let mut request = pull_request(sha, noon(3), Some(noon(4)));
        request.merge_commit = Some(sha.to_owned());
        Record::PullRequest(request)
    };
    let root = |sha: &str| match commit(sha, noon(3)) {
        Record::Commit(commit) => Record::Commit(Commit { sha: sha.to_owned(), parents: Vec::new(), ..commit }),
        other => other,
    };
    let released = |sha: &str| Record::Deployment(deployment("d", sha, noon(6)));
    let rounds = [
        ("all", incremental, 1, 1, every_kind(word), false),
        ("all", incremental, 2, 1, every_kind(&format!("{word} again")), false),
        ("all", incremental, 1, 1, every_kind(word), false),
        ("all", incremental, 2, 1, every_kind(word), false),
        ("people", sweep, 1, 1, vec![person("ann", AccountKind::Human), person("bob", AccountKind::Human)], true),
        ("people", sweep, 1, 2, vec![person("ann", AccountKind::Bot)], true),
        ("swept", sweep, 1, 1, every_kind(word), true),
        ("swept", sweep, 1, 2, Vec::new(), true),
        ("all", incremental, 2, 1, every_kind(word), false),
        ("releases", incremental, 1, 1, vec![merged("abc"), root("abc"), root("def")], false),
        ("releases", incremental, 1, 1, vec![released("abc")], false),
        ("releases", incremental, 1, 1, vec![released("def")], false),
    ];
    for (stream, mode, sequence, generation, records, done) in rounds {
        let cursor = format!("{word} {sequence}");
        let page = Page { records, next: if done { Next::Done(cursor) } else { Next::More(cursor) } };
        let state = state(&sequence.to_string());
        let commit = PageCommit {
            connection: twin.connection,
            stream,
            mode,
            run: twin.second,
            fence: 2,
            sequence,
            generation,
            page: &page,
            state: Some(&state),
            now: noon(100),
        };
        see!(seen, pages::commit(tx, commit).await?);
        see!(seen, deliveries::is_unsettled(tx).await?);
        while deliveries::settle(tx).await? {}
    }
    Ok(())
}

async fn compute(tx: &mut WorkspaceTx, twin: &Twin, word: &str, seen: &mut Seen) -> Result<(), StoreError> {
    let metrics = |_: Family| vec!["size"];
    let basis =
        |version: &str| [Family::Commits, Family::PullRequests].map(|family| (family, format!("{word} {version}")));
    basis::adopt(tx, &basis("one").into(), metrics).await?;
    let epoch = rollups::epoch(tx).await?;
    let bucket = |grain, key: &str| Bucket {
        metric: "size".to_owned(),
        day: Day::from_number(5),
        grain,
        key: key.to_owned(),
        known: 1,
        unknown: vec![(word.to_owned(), 2)],
        sum: 1.5,
        samples: word.as_bytes().to_vec(),
    };
    let key = format!("{}/ann", twin.connection);
    let buckets = [bucket(Grain::Workspace, ""), bucket(Grain::Person, &key)];
    let day = Recomputed { day: Day::from_number(5), metrics: &["size"], buckets: &buckets };
    see!(seen, rollups::replace(tx, epoch, &[day]).await?, rollups::replace(tx, epoch, &[day]).await?);
    basis::adopt(tx, &basis("two").into(), metrics).await?;
    let days = || Day::from_number(0)..Day::from_number(9);
    see!(
        seen,
        rollups::read(tx, "size", Grain::Workspace, days(), None).await?,
        rollups::read(tx, "size", Grain::Person, days(), Some(&[key])).await?,
        basis::noted(tx).await?,
    );
    let marks = dirty::take(tx, 1000).await?;
    see!(seen, marks);
    dirty::clear(tx, &marks[..marks.len() / 2]).await?;
    see!(seen, dirty::take(tx, 1000).await?);
    Ok(())
}

async fn look(tx: &mut WorkspaceTx, twin: &Twin, word: &str, seen: &mut Seen) -> Result<(), StoreError> {
    let (from, to) = (noon(0), noon(200));
    see!(
        seen,
        facts::commits(tx, from, to).await?,
        facts::pull_requests(tx, from, to).await?,
        facts::reviews(tx, from, to).await?,
        facts::work_items(tx, from, to).await?,
        facts::deployments(tx, from, to).await?,
        facts::workflow_runs(tx, from, to).await?,
        counts::of_records(tx).await?,
        fences::list(tx).await?,
        names::teams(tx).await?,
        names::members(tx).await?,
        version::current(tx).await?,
        state::get(tx, twin.connection, 1).await?,
        state::get(tx, twin.connection, 0).await?,
        streams::list(tx, twin.connection).await?,
        streams::newest_page(tx).await?,
        streams::caught_up(tx, RecordKind::Person).await?,
        runs::get(tx, twin.second).await?,
        runs::list(tx, None, None, 9).await?,
        runs::list(tx, Some(twin.connection), Some(twin.second), 9).await?,
    );
    for grain in [Grain::Repository, Grain::Person] {
        let keys = [format!("{}/ann", twin.connection), format!("{}/1/\u{1f680}", twin.connection)];
        see!(seen, names::labels(tx, grain, None).await?, names::labels(tx, grain, Some(&keys)).await?);
    }
    for sequence in [0, 1, 2] {
        let declared = StreamInfo { name: "all".to_owned(), mode: StreamMode::Incremental, kinds: Vec::new() };
        see!(seen, word.len(), streams::position(tx, twin.connection, &declared, sequence).await?.cursor.is_some());
    }
    Ok(())
}

async fn end(tx: &mut WorkspaceTx, twin: &Twin, word: &str, seen: &mut Seen) -> Result<(), StoreError> {
    let failure = Failure { kind: FailureKind::GuestFault, message: word.to_owned(), retry_after_seconds: None };
    let all = StreamInfo { name: "all".to_owned(), mode: StreamMode::Incremental, kinds: Vec::new() };
    for stream in [None, Some(&all)] {
        let fault = Fault {
            connection: twin.connection,
            fence: 2,
            package: package(2),
            sequence: 2,
            stream,
            failure: &failure,
            limit: 1,
            now: noon(5),
        };
        see!(seen, faults::note(tx, &fault).await?);
    }
    see!(seen, streams::find(tx, twin.connection, "all").await?);
    faults::forget_of_no_stream(tx, twin.connection).await?;
    faults::release(tx, twin.connection).await?;
    streams::fail(tx, twin.connection, 2, &all, &failure, noon(7)).await?;
    let ending = Finish {
        state: RunState::Succeeded,
        usage: Usage::default(),
        error: Some(word),
        log: &[],
        inspection: &domain::inspection::Inspection::default(),
        at: noon(8),
    };
    runs::finish(tx, twin.second, &ending).await?;
    see!(seen, runs::last_success(tx, twin.connection).await?, runs::get(tx, twin.second).await?);
    Ok(())
}

fn package(number: u8) -> Digest {
    Digest::from_bytes([number; 32])
}

/// All rows of a workspace, as the owner of the database sees them.
async fn rows(database: &TestDatabase, workspace: WorkspaceId) -> BTreeMap<String, Vec<String>> {
    let mut owner = PgConnection::connect(&database.owner_url).await.expect("the owner");
    let mut found = BTreeMap::new();
    for table in tables(workspace::MIGRATIONS.texts()) {
        let of_it = format!(
            "SELECT row_to_json(t)::text FROM weighbridge.{table} AS t WHERE workspace_id = '{}' ORDER BY 1",
            uuid::Uuid::from_bytes(*workspace.as_bytes())
        );
        let rows = sqlx::query_scalar(AssertSqlSafe(of_it)).fetch_all(&mut owner).await.expect("rows");
        found.insert(table, rows);
    }
    found
}

/// Lets two workspaces live in one database, one after the other: what goes wrong between them, in words.
async fn leaks(with_row_security: bool) -> Vec<String> {
    let twin = Twin { connection: ConnectionId::generate(), run: RunId::generate(), second: RunId::generate() };
    let alone = Bench::new().await;
    let only = new_workspace(&alone.store, "ours").await;
    let expected = live(&alone.store, only, &twin, "ours").await.expect("a life alone");
    let shared = Bench::shared().await;
    let database = shared.database.as_ref().expect("a database");
    if !with_row_security {
        for table in tables(workspace::MIGRATIONS.texts()) {
            database.as_owner(format!("ALTER TABLE weighbridge.{table} DISABLE ROW LEVEL SECURITY")).await;
        }
    }
    let (ours, theirs) = (new_workspace(&shared.store, "ours").await, new_workspace(&shared.store, "theirs").await);
    let mut wrong = Vec::new();
    if let Err(error) = live(&shared.store, theirs, &twin, "theirs").await {
        wrong.push(format!("theirs: {error:?}"));
    }
    let before = rows(database, theirs).await;
    if wrong.is_empty() {
        let empty = before.iter().filter(|(table, rows)| rows.is_empty() && *table != "unsettled");
        wrong.extend(empty.map(|(table, _)| format!("nothing to lose: {table}")));
    }
    match live(&shared.store, ours, &twin, "ours").await {
        Ok(seen) => {
            wrong.extend(seen.iter().filter(|seen| seen.contains("theirs")).map(|seen| format!("seen: {seen}")));
            wrong.extend(
                expected
                    .iter()
                    .zip(&seen)
                    .filter(|(expected, seen)| expected != seen)
                    .map(|(expected, seen)| format!("alone {expected}, beside another {seen}")),
            );
        }
        Err(error) => wrong.push(format!("ours: {error:?}")),
    }
    let after = rows(database, theirs).await;
    wrong.extend(
        before.iter().filter(|(table, rows)| after[*table] != **rows).map(|(table, _)| format!("moved: {table}")),
    );
    wrong
}

#[tokio::test]
async fn both_walls_hold_together() {
    assert_eq!(leaks(true).await, [""; 0]);
}

#[tokio::test]
async fn bound_statements_hold_alone() {
    assert_eq!(leaks(false).await, [""; 0]);
}

#[tokio::test]
async fn row_level_security_holds_alone() {
    unbind();
    assert_eq!(leaks(true).await, [""; 0]);
}

/// Or else the three tests above could not fail.
#[tokio::test]
async fn without_either_wall_workspaces_leak() {
    unbind();
    assert_ne!(leaks(false).await, [""; 0]);
}

#[tokio::test]
async fn every_statement_on_a_workspaces_rows_is_put_to_the_test() {
    leaks(true).await;
    let ran = ran();
    let left: Vec<_> = workspace::statements().map(Statement::name).filter(|name| !ran.contains(name)).collect();
    assert_eq!(left, [""; 0]);
}
