//! Both engines do the same: random histories of a workspace, lived on each, leave the same to be read.

use domain::record::{AccountKind, Commit, Tombstone};
use domain::rollup::{Bucket, Family, Grain};
use domain::{Day, Instant, Next, Page, Record, RecordKind, StreamInfo, StreamMode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::pages::{self, PageCommit};
use crate::rollups::{self, Recomputed, basis};
use crate::testing::{Bench, comment, commit, deployment, noon, person, pull_request, review};
use crate::{StoreError, WorkspaceTx, counts, deliveries, dirty, facts, names, state, streams, version};

/// Something that happens to a workspace.
#[derive(Debug, Clone)]
enum Event {
    Page { stream: &'static str, sweep: bool, sequence: u64, records: Vec<Record>, is_last: bool },
    Settle,
    Roll(i32),
    Adopt(u8),
    Clear(usize),
}

fn id(prefix: &'static str, of: u8) -> impl Strategy<Value = String> {
    (0..of).prop_map(move |number| format!("{prefix}{number}"))
}

fn day() -> impl Strategy<Value = Instant> {
    (0..6_i64).prop_map(noon)
}

fn record() -> impl Strategy<Value = Record> {
    let classes = prop_oneof![Just(AccountKind::Human), Just(AccountKind::Bot)];
    let commits = (id("c", 5), day(), proptest::collection::vec(id("c", 5), 0..3)).prop_map(|(sha, at, parents)| {
        let Record::Commit(base) = commit(&sha, at) else { unreachable!("a commit") };
        // A commit's parents have higher numbers, so that there is no ring.
        let parents = parents.into_iter().filter(|parent| *parent > sha).collect();
        Record::Commit(Commit { sha, parents, ..base })
    });
    let requests = (id("p", 4), day(), proptest::option::of(day()), proptest::option::of(id("c", 5))).prop_map(
        |(id, created, merged, sha)| {
            let mut request = pull_request(&id, created, merged);
            request.merge_commit = sha;
            Record::PullRequest(request)
        },
    );
    let deployments =
        (id("d", 3), id("c", 5), day(), proptest::option::of(any::<bool>())).prop_map(|(id, sha, at, sure)| {
            let mut deployment = deployment(&id, &sha, at);
            deployment.production = sure;
            Record::Deployment(deployment)
        });
    let kinds = [RecordKind::Commit, RecordKind::PullRequest, RecordKind::Deployment, RecordKind::Person];
    let tombstones = (0..kinds.len(), 0..5_u8).prop_map(move |(kind, number)| {
        Record::Tombstone(Tombstone { kind: kinds[kind], id: format!("{}{number}", ["c", "p", "d", "a"][kind]) })
    });
    prop_oneof![
        (id("a", 3), classes).prop_map(|(id, class)| person(&id, class)),
        commits,
        requests,
        deployments,
        (id("r", 4), id("p", 4), id("a", 3), day()).prop_map(|(id, of, by, at)| review(&id, &of, &by, at)),
        (id("m", 4), id("p", 4), day()).prop_map(|(id, of, at)| comment(&id, &of, at)),
        tombstones,
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let page = (0..2_u8, any::<bool>(), 1..3_u64, proptest::collection::vec(record(), 0..12), any::<bool>());
    prop_oneof![
        6 => page.prop_map(|(stream, sweep, sequence, records, is_last)| Event::Page {
            stream: ["one", "two"][usize::from(stream)], sweep, sequence, records, is_last,
        }),
        2 => Just(Event::Settle),
        1 => (0..6).prop_map(Event::Roll),
        1 => (0..3_u8).prop_map(Event::Adopt),
        1 => (0..9_usize).prop_map(Event::Clear),
    ]
}

/// Lets it happen, and says what came of it.
async fn happen(bench: &Bench, event: &Event) -> Result<String, StoreError> {
    let run = async |tx: &mut WorkspaceTx| {
        Ok(match event {
            Event::Page { stream, sweep, sequence, records, is_last } => {
                let mode = if *sweep { StreamMode::Sweep } else { StreamMode::Incremental };
                let declared = StreamInfo { name: (*stream).to_owned(), mode, kinds: Vec::new() };
                let stands = streams::position(tx, bench.connection, &declared, *sequence).await?;
                let cursor = format!("{}", records.len());
                let next = if *is_last { Next::Done(cursor) } else { Next::More(cursor) };
                let page = Page { records: records.clone(), next };
                let state = [("seen".to_owned(), format!("{}", stands.records))].into();
                let commit = PageCommit {
                    stream,
                    mode,
                    sequence: *sequence,
                    generation: stands.generation,
                    state: Some(&state),
                    ..bench.page(&page)
                };
                format!("{:?}", pages::commit(tx, commit).await?)
            }
            Event::Settle => {
                while deliveries::settle(tx).await? {}
                String::new()
            }
            Event::Roll(day) => {
                let (day, epoch) = (Day::from_number(*day), rollups::epoch(tx).await?);
                let known = counts::of_records(tx).await?.iter().map(|(_, count)| count).sum();
                let bucket = Bucket {
                    metric: "size".to_owned(),
                    day,
                    grain: Grain::Workspace,
                    key: String::new(),
                    known,
                    unknown: Vec::new(),
                    sum: 0.1,
                    samples: vec![0, 255],
                };
                let recomputed = Recomputed { day, metrics: &["size"], buckets: &[bucket] };
                format!("{:?}", rollups::replace(tx, epoch, &[recomputed]).await?)
            }
            Event::Adopt(version) => {
                let basis = [(Family::PullRequests, version.to_string()), (Family::Commits, "same".to_owned())];
                basis::adopt(tx, &basis.into(), |_| vec!["size"]).await?;
                String::new()
            }
            Event::Clear(limit) => {
                let marks = dirty::take(tx, 100).await?;
                dirty::clear(tx, &marks[..marks.len().min(*limit)]).await?;
                format!("{marks:?}")
            }
        })
    };
    bench.store.workspace(bench.workspace, "happen", run).await
}

/// What is to be read.
async fn read(bench: &Bench) -> Result<Vec<String>, StoreError> {
    let (from, to) = (noon(-1), noon(200));
    let look = async |tx: &mut crate::WorkspaceRead| {
        Ok(vec![
            format!("{:?}", facts::commits(tx, from, to).await?),
            format!("{:?}", facts::pull_requests(tx, from, to).await?),
            format!("{:?}", facts::reviews(tx, from, to).await?),
            format!("{:?}", facts::deployments(tx, from, to).await?),
            format!("{:?}", counts::of_records(tx).await?),
            format!("{:?}", names::labels(tx, Grain::Person, None).await?),
            format!("{:?}", streams::list(tx, bench.connection).await?),
            format!("{:?}", state::get(tx, bench.connection, 1).await?),
            format!("{:?}", dirty::take(tx, 1000).await?),
            format!(
                "{:?}",
                rollups::read(tx, "size", Grain::Workspace, Day::from_number(0)..Day::from_number(9), None).await?
            ),
            format!("{:?}", basis::noted(tx).await?),
            format!("{:?}", version::current(tx).await?),
        ])
    };
    bench.store.workspace_read(bench.workspace, "look", look).await
}

#[test]
fn random_histories_leave_the_same_on_both_engines() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let histories = proptest::collection::vec(event(), 1..24);
    let lived = runner.run(&histories, |history| {
        runtime.block_on(async {
            let files = Bench::new().await;
            let mut shared = Bench::shared().await;
            // What is told of a connection has its id.
            shared.adopt_ids(&files).await;
            for event in &history {
                let (here, there) = (happen(&files, event).await, happen(&shared, event).await);
                prop_assert_eq!(format!("{:?}", here), format!("{:?}", there), "{:?}", event);
            }
            prop_assert_eq!(read(&files).await.expect("readable"), read(&shared).await.expect("readable"));
            Ok(())
        })
    });
    lived.unwrap_or_else(|error| panic!("{error}"));
}
