//! Days of one family, computed together: what is asked of the store is asked once for several days in a row, since a
//! question costs more than a day's answer on most days.

use std::collections::{BTreeMap, BTreeSet};

use domain::rollup::{Bucket, Family};
use domain::{Day, Instant};
use jiff::tz::TimeZone;
use metrics::{Facts, compute};
use store::{StoreError, WorkspaceRead, facts};

/// Days that are asked for at once, at most: all their facts are held in memory.
const TOGETHER: usize = 7;

/// The buckets of these days, in their order.
pub(super) async fn compute_all(
    tx: &mut WorkspaceRead,
    days: &BTreeSet<(Family, Day)>,
    zone: &TimeZone,
) -> Result<Vec<(Family, Day, Vec<Bucket>)>, StoreError> {
    let days: Vec<_> = days.iter().copied().collect();
    let mut computed = Vec::with_capacity(days.len());
    let is_next =
        |(family, day): &(Family, Day), next: &(Family, Day)| family == &next.0 && day.number() + 1 == next.1.number();
    for run in days.chunk_by(is_next).flat_map(|run| run.chunks(TOGETHER)) {
        let [(family, first), ..] = *run else { continue };
        let last = run.last().map_or(first, |(_, last)| *last);
        let (from, to) = (first.bounds(zone).0, last.bounds(zone).1);
        let run = Run { days: run, zone };
        computed.extend(match family {
            Family::Commits => {
                let facts = facts::commits(tx, from, to).await?;
                run.compute(facts, |fact| [Some(fact.authored_at); 1], |facts| Facts::Commits(facts))
            }
            Family::PullRequests => {
                let facts = facts::pull_requests(tx, from, to).await?;
                let instants = |fact: &_| {
                    let domain::fact::PullRequestFact { created_at, merged_at, closed_at, .. } = fact;
                    [Some(*created_at), *merged_at, *closed_at]
                };
                run.compute(facts, instants, |facts| Facts::PullRequests(facts))
            }
            Family::Reviews => {
                let facts = facts::reviews(tx, from, to).await?;
                run.compute(facts, |fact| [Some(fact.at)], |facts| Facts::Reviews(facts))
            }
            Family::WorkItems => {
                let facts = facts::work_items(tx, from, to).await?;
                run.compute(facts, |fact| [Some(fact.created_at), fact.closed_at], |facts| Facts::WorkItems(facts))
            }
            Family::Deployments => {
                let facts = facts::deployments(tx, from, to).await?;
                run.compute(facts, |fact| [Some(fact.finished_at)], |facts| Facts::Deployments(facts))
            }
            Family::WorkflowRuns => {
                let facts = facts::workflow_runs(tx, from, to).await?;
                run.compute(facts, |fact| [Some(fact.finished_at)], |facts| Facts::WorkflowRuns(facts))
            }
        });
    }
    Ok(computed)
}

/// Days in a row, of one family.
struct Run<'a> {
    days: &'a [(Family, Day)],
    zone: &'a TimeZone,
}

impl Run<'_> {
    /// Each day of the facts that have an instant on it.
    fn compute<F: Clone, const N: usize>(
        &self,
        facts: Vec<F>,
        instants: impl Fn(&F) -> [Option<Instant>; N],
        family: impl Fn(&[F]) -> Facts<'_>,
    ) -> Vec<(Family, Day, Vec<Bucket>)> {
        let mut by_day: BTreeMap<i32, Vec<F>> = BTreeMap::new();
        for fact in facts {
            let days = instants(&fact).into_iter().flatten().map(|instant| Day::of(instant, self.zone).number());
            for day in days.collect::<BTreeSet<_>>() {
                by_day.entry(day).or_default().push(fact.clone());
            }
        }
        let compute = |(name, day): &(Family, Day)| {
            let facts = by_day.get(&day.number()).map_or(&[][..], Vec::as_slice);
            (*name, *day, compute(*day, self.zone, family(facts)))
        };
        self.days.iter().map(compute).collect()
    }
}
