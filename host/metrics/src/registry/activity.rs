//! Activity of people. Bots and AI agents are left out; [`automation`](super::automation) counts them apart.

use domain::rollup::{Family, Grain};

use super::{Aggregation, COUNT, Metric, Unit};

/// Commits.
pub static COMMITS: Metric = Metric {
    id: "commits",
    title: "Commits",
    meaning: "Commits that people wrote, on the day on which they wrote them. Merge commits are left out: they carry no change of their own, and how many there are depends on how a repository merges.",
    formula: "count of commits with at most one parent and a human author, by the day of authored_at",
    families: &[Family::Commits],
    counter_metric: Some("pull-request-size"),
    ..COUNT
};

/// Added lines.
pub static LINES_ADDED: Metric = Metric {
    id: "lines-added",
    title: "Lines added",
    unit: Unit::Lines,
    meaning: "Lines that people's commits add. A commit whose source does not say how many is unknown, not zero; merge commits are left out.",
    formula: "sum of additions over the commits of `commits`",
    aggregation: Aggregation::Sum,
    families: &[Family::Commits],
    counter_metric: Some("lines-deleted"),
    ..COUNT
};

/// Deleted lines.
pub static LINES_DELETED: Metric = Metric {
    id: "lines-deleted",
    title: "Lines deleted",
    unit: Unit::Lines,
    meaning: "Lines that people's commits delete. A commit whose source does not say how many is unknown, not zero; merge commits are left out.",
    formula: "sum of deletions over the commits of `commits`",
    aggregation: Aggregation::Sum,
    families: &[Family::Commits],
    counter_metric: Some("lines-added"),
    ..COUNT
};

/// The names under which the families mark who was active on a day. Buckets only: they are no metrics of their own.
///
/// Each family marks by itself, so that each can be recomputed by itself; the marks are united per person and day when
/// they are asked for. A person's mark holds how many acts it stands for; the workspace's mark holds only the acts that
/// are nobody's.
pub const ACTIVE_DAY_MARKS: [&str; 3] = [MARK_COMMITS, MARK_PULL_REQUESTS, MARK_REVIEWS];
pub(crate) const MARK_COMMITS: &str = "active-days.commits";
pub(crate) const MARK_PULL_REQUESTS: &str = "active-days.pull-requests";
pub(crate) const MARK_REVIEWS: &str = "active-days.reviews";

/// The mark of a family, where it has one.
pub(crate) const fn mark_of(family: Family) -> Option<&'static str> {
    match family {
        Family::Commits => Some(MARK_COMMITS),
        Family::PullRequests => Some(MARK_PULL_REQUESTS),
        Family::Reviews => Some(MARK_REVIEWS),
        Family::WorkItems | Family::Deployments | Family::WorkflowRuns => None,
    }
}

/// Active days.
pub static ACTIVE_DAYS: Metric = Metric {
    id: "active-days",
    title: "Active days",
    unit: Unit::Days,
    meaning: "Days on which a person wrote a commit, opened a pull request, had one merged, or submitted a review. A day counts once, however much was done on it. For a team or the workspace these are person-days: the sum over its people.",
    formula: "count of distinct (person, day) with a commit of `commits`, a pull request opened or merged, or a review",
    aggregation: Aggregation::PersonDays,
    families: &[Family::Commits, Family::PullRequests, Family::Reviews],
    grains: &[Grain::Workspace, Grain::Person],
    ..COUNT
};

/// Opened pull requests.
pub static PULL_REQUESTS_OPENED: Metric = Metric {
    id: "pull-requests-opened",
    title: "Pull requests opened",
    meaning: "Pull requests that people opened.",
    formula: "count of pull requests with a human author, by the day of created_at",
    families: &[Family::PullRequests],
    counter_metric: Some("pull-request-size"),
    ..COUNT
};

/// Merged pull requests.
pub static PULL_REQUESTS_MERGED: Metric = Metric {
    id: "pull-requests-merged",
    title: "Pull requests merged",
    meaning: "Pull requests of people that were merged. They count for who opened them.",
    formula: "count of merged pull requests with a human author, by the day of merged_at",
    families: &[Family::PullRequests],
    counter_metric: Some("unreviewed-merges"),
    ..COUNT
};

/// Pull requests closed without being merged.
pub static PULL_REQUESTS_CLOSED: Metric = Metric {
    id: "pull-requests-closed",
    title: "Pull requests closed without a merge",
    meaning: "Pull requests of people that were closed and not merged. They count for who opened them.",
    formula: "count of pull requests with a human author and no merged_at, by the day of closed_at",
    families: &[Family::PullRequests],
    counter_metric: Some("pull-requests-merged"),
    ..COUNT
};

/// Reviews.
pub static REVIEWS: Metric = Metric {
    id: "reviews",
    title: "Reviews",
    meaning: "Reviews that people submitted to pull requests of others. A reply to one's own pull request is not a review; where nobody knows who opened the pull request, the review is unknown.",
    formula: "count of reviews by a human who did not open the pull request, by the day of submission",
    families: &[Family::Reviews],
    counter_metric: Some("review-depth"),
    ..COUNT
};

/// Opened work items.
pub static WORK_ITEMS_OPENED: Metric = Metric {
    id: "work-items-opened",
    title: "Work items opened",
    meaning: "Issues and tickets that people opened, in whatever project. They count for who opened them.",
    formula: "count of work items with a human author, by the day of created_at",
    families: &[Family::WorkItems],
    ..COUNT
};

/// Closed work items.
pub static WORK_ITEMS_CLOSED: Metric = Metric {
    id: "work-items-closed",
    title: "Work items closed",
    meaning: "Issues and tickets that were done, on the day on which they were last closed, whoever opened them; those closed without being done are left out. They count for each person they are assigned to, so that an item of two people counts for both, and twice for a team of both.",
    formula: "count of work items that were not dropped, by the day of closed_at",
    families: &[Family::WorkItems],
    counter_metric: Some("work-items-opened"),
    ..COUNT
};
