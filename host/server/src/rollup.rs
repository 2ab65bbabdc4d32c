//! Roll-ups: dirty days are computed anew from the records, and nothing else is.
//!
//! A mark is a family and a day of UTC. The days of the workspace's zone that overlap it are recomputed whole, and in one
//! transaction the buckets are replaced and the mark is cleared, unless it was made again meanwhile.

use std::collections::BTreeSet;

use domain::rollup::{Bucket, Family};
use domain::{Day, WorkspaceId};
use jiff::tz::TimeZone;
use metrics::registry::written_by;
use metrics::{Facts, compute};
use store::dirty::{self, Mark};
use store::rollups::Recomputed;
use store::{Store, StoreError, WorkspaceRead, facts, rollups, workspaces};

/// Marks that are worked off in one transaction.
const BATCH: u32 = 64;

/// Work off all marks of a workspace.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn catch_up(store: &Store, workspace: WorkspaceId) -> Result<(), StoreError> {
    let zone = zone(store, workspace).await?;
    while step(store, workspace, &zone).await? {}
    Ok(())
}

/// The workspace's time zone. It was checked when it was set; one that has left the database of zones is UTC.
pub(crate) async fn zone(store: &Store, workspace: WorkspaceId) -> Result<TimeZone, StoreError> {
    let found = store.system_read("find a workspace", async |tx| workspaces::get(tx, workspace).await).await?;
    Ok(TimeZone::get(&found.time_zone).unwrap_or(TimeZone::UTC))
}

/// One batch; whether there may be more.
async fn step(store: &Store, workspace: WorkspaceId, zone: &TimeZone) -> Result<bool, StoreError> {
    let computed = store
        .workspace_read(workspace, "compute roll-ups", async |tx| {
            let marks = dirty::take(tx, BATCH).await?;
            let mut days = Vec::new();
            for (family, day) in local_days(&marks, zone) {
                days.push((family, day, buckets(tx, family, day, zone).await?));
            }
            Ok((marks, days))
        })
        .await?;
    let (marks, days) = computed;
    if marks.is_empty() {
        return Ok(false);
    }
    store
        .workspace(workspace, "write roll-ups", async |tx| {
            let metrics: Vec<_> = days.iter().map(|(family, ..)| written_by(*family)).collect();
            let recomputed: Vec<_> = days
                .iter()
                .zip(&metrics)
                .map(|((_, day, buckets), metrics)| Recomputed { day: *day, metrics, buckets })
                .collect();
            rollups::replace(tx, &recomputed).await?;
            dirty::clear(tx, &marks).await
        })
        .await?;
    Ok(true)
}

/// The days of the zone that overlap the marked days of UTC, each once.
fn local_days(marks: &[Mark], zone: &TimeZone) -> BTreeSet<(Family, Day)> {
    let overlapping = |mark: &Mark| {
        let (start, end) = Day::from_number(mark.day).bounds(&TimeZone::UTC);
        let last = domain::Instant::from_micros(end.as_micros() - 1);
        let (first, last) = (Day::of(start, zone).number(), Day::of(last, zone).number());
        let family = mark.family;
        (first..=last).map(move |day| (family, Day::from_number(day)))
    };
    marks.iter().flat_map(overlapping).collect()
}

async fn buckets(tx: &mut WorkspaceRead, family: Family, day: Day, zone: &TimeZone) -> Result<Vec<Bucket>, StoreError> {
    let (from, to) = day.bounds(zone);
    Ok(match family {
        Family::Commits => compute(day, zone, Facts::Commits(&facts::commits(tx, from, to).await?)),
        Family::PullRequests => compute(day, zone, Facts::PullRequests(&facts::pull_requests(tx, from, to).await?)),
        Family::Reviews => compute(day, zone, Facts::Reviews(&facts::reviews(tx, from, to).await?)),
        Family::WorkItems => compute(day, zone, Facts::WorkItems(&facts::work_items(tx, from, to).await?)),
        Family::Deployments => compute(day, zone, Facts::Deployments(&facts::deployments(tx, from, to).await?)),
        Family::WorkflowRuns => compute(day, zone, Facts::WorkflowRuns(&facts::workflow_runs(tx, from, to).await?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days_of(zone: &str) -> Vec<String> {
        let day: Day = "2026-03-29".parse().expect("a day");
        let mark = Mark { family: Family::Commits, day: day.number(), version: 1 };
        let zone = TimeZone::get(zone).expect("a zone");
        local_days(&[mark, mark], &zone).into_iter().map(|(_, day)| day.to_string()).collect()
    }

    #[test]
    fn a_day_of_utc_dirties_every_local_day_that_it_touches() {
        assert_eq!(days_of("UTC"), ["2026-03-29"]);
        assert_eq!(days_of("Europe/Berlin"), ["2026-03-29", "2026-03-30"]);
        assert_eq!(days_of("America/New_York"), ["2026-03-28", "2026-03-29"]);
    }
}
