//! From the facts of one family to the buckets of one day.
//!
//! A family's buckets of a day are made anew from all of its facts that touch the day, never changed: the outcome is the
//! same however often and in whatever order it is done. There is a bucket only where there is an input.
//!
//! To add a family: a variant of [`Facts`], and a file here that feeds each metric of the family.

mod commits;
mod deployments;
mod pull_requests;
mod reviews;
mod work_items;
mod workflow_runs;

use domain::fact::{CommitFact, DeploymentFact, PullRequestFact, ReviewFact, WorkItemFact, WorkflowRunFact};
use domain::rollup::{Bucket, Family};
use domain::{Day, Instant};
use jiff::tz::TimeZone;

use crate::tally::Tally;

/// The facts of one family. They may hold more than those of the day: what does not touch it is passed over.
#[derive(Debug, Clone, Copy)]
pub enum Facts<'a> {
    /// Commits, with those written on the day.
    Commits(&'a [CommitFact]),
    /// Pull requests, with those opened, merged or closed on the day.
    PullRequests(&'a [PullRequestFact]),
    /// Reviews, with those submitted on the day.
    Reviews(&'a [ReviewFact]),
    /// Work items, with those opened or closed on the day.
    WorkItems(&'a [WorkItemFact]),
    /// Deployments, with those that ended on the day.
    Deployments(&'a [DeploymentFact]),
    /// Workflow runs, with those that ended on the day.
    WorkflowRuns(&'a [WorkflowRunFact]),
}

impl Facts<'_> {
    /// Their family.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::Commits(_) => Family::Commits,
            Self::PullRequests(_) => Family::PullRequests,
            Self::Reviews(_) => Family::Reviews,
            Self::WorkItems(_) => Family::WorkItems,
            Self::Deployments(_) => Family::Deployments,
            Self::WorkflowRuns(_) => Family::WorkflowRuns,
        }
    }
}

/// The buckets of a family on a day of the workspace's time zone, ordered by metric, grain and key. They replace all
/// buckets that the family had on that day.
#[must_use]
pub fn compute(day: Day, zone: &TimeZone, facts: Facts<'_>) -> Vec<Bucket> {
    let (start, end) = day.bounds(zone);
    let span = Span { start, end };
    let mut tally = Tally::new(day);
    match facts {
        Facts::Commits(facts) => commits::tally(&mut tally, &span, facts),
        Facts::PullRequests(facts) => pull_requests::tally(&mut tally, &span, facts),
        Facts::Reviews(facts) => reviews::tally(&mut tally, &span, facts),
        Facts::WorkItems(facts) => work_items::tally(&mut tally, &span, facts),
        Facts::Deployments(facts) => deployments::tally(&mut tally, &span, facts),
        Facts::WorkflowRuns(facts) => workflow_runs::tally(&mut tally, &span, facts),
    }
    tally.into_buckets()
}

/// The instants of the day: from its first to the next day's first.
struct Span {
    start: Instant,
    end: Instant,
}

impl Span {
    fn has(&self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }
}

#[cfg(test)]
mod tests;
