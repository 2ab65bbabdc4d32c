//! The same records in random orders, cut into random pages and settled now and then: what is known in the end does not
//! depend on it, and the days that were not marked dirty were right.

use std::collections::BTreeMap;

use domain::RunId;
use domain::record::{Deployment, Outcome, PullRequest};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::plain::{self, Graph};
use super::*;
use crate::testing::{DAY, also_on_postgres, done};

/// What one case is about. Commit `i` is made on day `10 + i`.
#[derive(Debug, Clone)]
struct Case {
    /// The parents of each commit, as indices of earlier ones, and whether it ever arrives.
    commits: Vec<(Vec<usize>, bool)>,
    deployments: Vec<Deploys>,
    /// The merge commit of each pull request.
    merges: Vec<Option<usize>>,
    /// Where each record comes in the order, and whether a page ends, and all is settled, after it.
    order: Vec<(u16, bool, bool)>,
}

#[derive(Debug, Clone)]
struct Deploys {
    commit: Option<usize>,
    /// Days from the commit to the end.
    after: i64,
    production: Option<bool>,
    outcome: Outcome,
    /// As what it comes before that: with another outcome, another commit or another end.
    before: Option<(Outcome, usize, i64)>,
}

fn any_case() -> impl Strategy<Value = Case> {
    let commits = prop::collection::vec(
        (prop::collection::vec(any::<prop::sample::Index>(), 0..3), prop::bool::weighted(0.85)),
        1..14,
    );
    let outcome =
        || prop_oneof![5 => Just(Outcome::Succeeded), 1 => Just(Outcome::Failed), 1 => Just(Outcome::Running)];
    let production = prop_oneof![6 => Just(Some(true)), 1 => Just(None), 1 => Just(Some(false))];
    let index = any::<prop::sample::Index>;
    let before = prop::option::weighted(0.3, (outcome(), index(), 0..9i64));
    let deployment = (prop::option::weighted(0.95, index()), 0..9i64, production, outcome(), before);
    let deployments = prop::collection::vec(deployment, 0..7);
    let merges = prop::collection::vec(prop::option::weighted(0.95, index()), 1..7);
    let order = prop::collection::vec((any::<u16>(), prop::bool::weighted(0.4), prop::bool::weighted(0.5)), 60);
    (commits, deployments, merges, order).prop_map(|(commits, deployments, merges, order)| {
        let count = commits.len();
        let of = |index: prop::sample::Index| index.index(count);
        let earlier = |(child, (parents, arrives)): (usize, (Vec<prop::sample::Index>, bool))| {
            let mut parents: Vec<_> =
                if child == 0 { vec![] } else { parents.iter().map(|p| p.index(child)).collect() };
            parents.dedup();
            (parents, arrives)
        };
        let deploys = |(commit, after, production, outcome, before): (
            Option<prop::sample::Index>,
            _,
            _,
            _,
            Option<(_, prop::sample::Index, _)>,
        )| Deploys {
            commit: commit.map(of),
            after,
            production,
            outcome,
            before: before.map(|(outcome, commit, after)| (outcome, of(commit), after)),
        };
        Case {
            commits: commits.into_iter().enumerate().map(earlier).collect(),
            deployments: deployments.into_iter().map(deploys).collect(),
            merges: merges.into_iter().map(|merge| merge.map(of)).collect(),
            order,
        }
    })
}

fn sha(index: usize) -> String {
    format!("commit-{index}")
}

fn day(index: usize) -> i64 {
    10 + i64::try_from(index).expect("small")
}

impl Deploys {
    fn record(&self, number: usize) -> Deployment {
        let Self { commit, after, production, outcome, .. } = self;
        let end = noon(day(commit.unwrap_or_default()) + after);
        Deployment {
            sha: commit.map(sha),
            production: *production,
            outcome: *outcome,
            ..deployment(&number.to_string(), "", end)
        }
    }
}

impl Case {
    fn graph(&self, all: bool) -> Graph {
        let known = self.commits.iter().enumerate().filter(|(_, (_, arrives))| all || *arrives);
        known.map(|(index, (parents, _))| (sha(index), parents.iter().copied().map(sha).collect())).collect()
    }

    fn deployments(&self) -> Vec<Deployment> {
        self.deployments.iter().enumerate().map(|(number, deploys)| deploys.record(number)).collect()
    }

    fn pull_requests(&self) -> Vec<PullRequest> {
        let merged = |(number, merge): (usize, &Option<usize>)| PullRequest {
            merge_commit: merge.map(sha),
            ..pull_request(&number.to_string(), noon(1), Some(noon(day(merge.unwrap_or_default()))))
        };
        self.merges.iter().enumerate().map(merged).collect()
    }

    /// The pages, and whether all is settled after each.
    fn pages(&self) -> Vec<(Vec<Record>, bool)> {
        let commits = self.graph(false).into_iter().map(|(sha, parents)| {
            let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
            vec![child(&sha, 10, &parents)]
        });
        let pull_requests = self.pull_requests().into_iter().map(|record| vec![Record::PullRequest(record)]);
        let deployments = self.deployments.iter().enumerate().map(|(number, deploys)| {
            let last = deploys.record(number);
            let before = deploys.before.map(|(outcome, commit, after)| {
                Deploys { commit: Some(commit), after, outcome, ..deploys.clone() }.record(number)
            });
            before.into_iter().chain([last]).map(Record::Deployment).collect()
        });
        let mut keys = self.order.iter().copied().cycle();
        let mut next = move || keys.next().expect("endless");
        let mut placed = Vec::new();
        for versions in commits.chain(pull_requests).chain(deployments) {
            // The versions of one thing come in their order, wherever that is.
            let mut places: Vec<_> = versions.iter().map(|_| next()).collect();
            places.sort_unstable();
            placed.extend(places.into_iter().zip(versions));
        }
        placed.sort_by_key(|((place, ..), _)| *place);
        let mut pages = vec![(Vec::new(), false)];
        for ((_, ends, settles), record) in placed {
            let (page, settled) = pages.last_mut().expect("a page");
            page.push(record);
            if ends {
                *settled = settles;
                pages.push((Vec::new(), false));
            }
        }
        pages
    }
}

/// A place in the store that no other case has.
struct Ground<'a> {
    bench: &'a Bench,
    connection: ConnectionId,
    run: RunId,
    /// What was computed of each day when it was last dirty, as a roll-up would have it.
    computed: BTreeMap<i32, Vec<Known>>,
}

impl Ground<'_> {
    async fn bring(&self, records: Vec<Record>) {
        let page = done(records);
        let commit = pages::PageCommit { connection: self.connection, run: self.run, ..self.bench.page(&page) };
        self.bench.commit(commit).await.expect("a page");
    }

    /// The pull requests that were merged on a day.
    async fn of(&self, day: i32) -> Vec<Known> {
        let [from, to] = [day, day + 1].map(|day| Instant::from_micros(i64::from(day) * DAY));
        let read = async |tx: &mut WorkspaceRead| facts::pull_requests(tx, from, to).await;
        let found = self.bench.store.workspace_read(self.bench.workspace, "read", read).await.expect("facts");
        let connection = self.connection.to_string();
        let own = found.into_iter().filter(|fact| fact.key.connection == connection);
        let own = own.filter(|fact| fact.merged_at.is_some_and(|at| from <= at && at < to));
        own.map(|fact| (fact.key.id, fact.deployed_at)).collect()
    }

    async fn roll_up(&mut self) {
        settle_all(self.bench).await;
        for day in dirty_days(self.bench).await {
            let found = self.of(day).await;
            self.computed.insert(day, found);
        }
    }
}

async fn check(bench: &Bench, case: &Case) -> Result<(), TestCaseError> {
    let (connection, run) = (ConnectionId::generate(), RunId::generate());
    bench.lease(connection, run, 1).await.expect("a lease");
    let mut ground = Ground { bench, connection, run, computed: BTreeMap::new() };
    for (records, settles) in case.pages() {
        ground.bring(records).await;
        if settles {
            ground.roll_up().await;
        }
    }
    ground.roll_up().await;

    let mut found = BTreeMap::new();
    for (day, computed) in &ground.computed {
        prop_assert_eq!(computed, &ground.of(*day).await, "day {} was not dirty, and is wrong", day);
        found.extend(computed.iter().cloned());
    }
    let (known, truth, deployments) = (case.graph(false), case.graph(true), case.deployments());
    prop_assert_eq!(found.len(), case.merges.len());
    for pull_request in case.pull_requests() {
        let answer = found[&pull_request.id];
        prop_assert_eq!(answer, plain::deployed_at(&known, &deployments, &pull_request), "{}", pull_request.id);
        // Had all commits arrived: what is known now is no guess.
        if let Ok(at) = answer {
            prop_assert_eq!(Ok(at), plain::deployed_at(&truth, &deployments, &pull_request), "{}", pull_request.id);
        }
    }
    Ok(())
}

#[test]
fn in_whatever_order_records_come_it_is_as_computed_from_all_of_them_at_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bench = runtime.block_on(Bench::new());
    // A case is a few dozen transactions: what fails is made smaller only so far.
    let config = Config { cases: 192, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&any_case(), |case| runtime.block_on(check(&bench, &case)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

also_on_postgres!();
