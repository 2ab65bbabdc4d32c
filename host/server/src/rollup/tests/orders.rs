//! The same records in random orders and pages, with roll-ups in between: the buckets in the end are those of a
//! computation from scratch.

use domain::record::{Commit, Outcome};
use metrics::METRICS;

use super::*;
use crate::backend::testing::{approval, deployment, pull_request};

/// Deterministic numbers, of the linear congruential kind.
struct Luck(u64);

impl Luck {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        (1..items.len()).rev().for_each(|last| items.swap(last, self.below(last + 1)));
    }
}

fn instant(day: usize, hour: usize) -> domain::Instant {
    at(&format!("2026-02-{day:02}T{hour:02}:00:00Z"))
}

/// A history of twelve commits, most of them merges of a pull request, deployed now and then, once from a branch.
fn history() -> Vec<Record> {
    let mut records = Vec::new();
    for day in 1..=12 {
        let sha = format!("c{day}");
        // The sixth is a branch of its own, which the ninth merges.
        let parents = match day {
            1 => vec![],
            7 => vec!["c5".to_owned()],
            9 => vec!["c8".to_owned(), "c6".to_owned()],
            _ => vec![format!("c{}", day - 1)],
        };
        let Record::Commit(record) = commit(&sha, "repo", by("ann"), instant(day, 9)) else { unreachable!("a commit") };
        records.push(Record::Commit(Commit { sha: sha.clone(), parents, ..record }));
        if day % 4 != 0 {
            let id = format!("p{day}");
            records.push(Record::PullRequest(pull_request(&id, instant(day, 8), Some((&sha, instant(day, 9))))));
            records.push(approval(&format!("r{day}"), &id, instant(day, 8)));
        }
    }
    let deploys = |id: &str, sha: &str, day| deployment(id, sha, Outcome::Succeeded, instant(day, 12));
    records.extend([deploys("1", "c3", 4), deploys("2", "c6", 7), deploys("3", "c8", 10), deploys("4", "c12", 13)]);
    records.push(deployment("5", "c11", Outcome::Failed, instant(11, 12)));
    records.push(Record::PullRequest(pull_request("open", instant(2, 8), None)));
    records
}

/// Everything that is rolled up.
async fn buckets(bench: &Bench) -> Vec<Bucket> {
    let days = "2026-01-01".parse().expect("a day").."2027-01-01".parse().expect("a day");
    let read = async |tx: &mut WorkspaceRead| {
        let mut all = Vec::new();
        for metric in METRICS {
            for grain in metric.grains {
                all.extend(rollups::read(tx, metric.id, *grain, days.clone(), None).await?);
            }
        }
        Ok(all)
    };
    bench.store.workspace_read(bench.workspace, "read", read).await.expect("buckets")
}

async fn from_scratch(bench: &Bench) -> Vec<Bucket> {
    let older = Family::ALL.map(|family| (family, "older".to_owned())).into();
    let forget = async |tx: &mut store::WorkspaceTx| basis::adopt(tx, &older, written_by).await;
    bench.store.workspace(bench.workspace, "forget", forget).await.expect("forgotten");
    bench.roll_up().await;
    buckets(bench).await
}

#[tokio::test]
async fn in_whatever_order_records_come_buckets_are_those_of_a_computation_from_scratch() {
    let mut expected: Option<Vec<(String, u64)>> = None;
    for seed in 1..=16 {
        let bench = Bench::new().await;
        let source = bench.source(bench.workspace, "forge").await;
        let luck = &mut Luck(seed);
        let mut records = history();
        luck.shuffle(&mut records);
        while !records.is_empty() {
            let page = records.split_off(records.len().saturating_sub(1 + luck.below(9)));
            bring(&bench, source, page).await;
            if luck.below(2) == 0 {
                bench.roll_up().await;
            }
        }
        bench.roll_up().await;
        let found = buckets(&bench).await;
        assert_eq!(found, from_scratch(&bench).await, "{seed}");

        let of_deploys =
            found.iter().filter(|bucket| bucket.metric == "deploy-time" && bucket.grain == Grain::Workspace);
        let summary: Vec<_> =
            of_deploys.map(|bucket| (format!("{} {}", bucket.day, bucket.sum), bucket.known)).collect();
        assert_eq!(&summary, expected.get_or_insert_with(|| summary.clone()), "{seed}");
        assert_eq!(summary.iter().map(|(_, known)| known).sum::<u64>(), 9, "{summary:?}");
    }
}
