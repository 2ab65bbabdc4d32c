//! The flow of pull requests that people opened, on the day of the merge, for who opened them.
//!
//! The instants are those of [`crate::flow`]. The stages sum to the total, or the total is unknown. The stage from merge
//! to deployment is not part of it: the total here ends at the merge.

use domain::rollup::Family;

use super::{Aggregation, COUNT, Direction, Metric, Unit};

const STAGE: Metric = Metric {
    unit: Unit::Seconds,
    aggregation: Aggregation::Distribution,
    families: &[Family::PullRequests],
    direction: Direction::LowerIsBetter,
    ..COUNT
};

/// First commit to ready.
pub static CODING_TIME: Metric = Metric {
    id: "coding-time",
    title: "Coding time",
    meaning: "From the first commit of a pull request until it was ready for review. Unknown where the source does not list the commits, and where a rebase has moved the first commit behind that.",
    formula: "t_ready − t_first; t_ready: last ready-for-review before the first review, else created",
    counter_metric: Some("rework-time"),
    ..STAGE
};

/// Ready to first review.
pub static PICKUP_TIME: Metric = Metric {
    id: "pickup-time",
    title: "Pickup time",
    meaning: "How long a pull request that was ready waited for its first review by another person. Time as a draft is not waiting; bots, AI agents and the author review nothing; a pull request that nobody reviewed is unknown.",
    formula: "t_review − t_ready; t_review: first review or review comment by a human who is not the author, at or after t_ready",
    counter_metric: Some("review-depth"),
    ..STAGE
};

/// First review to approval.
pub static REWORK_TIME: Metric = Metric {
    id: "rework-time",
    title: "Rework time",
    meaning: "From the first review of a pull request to its first approval: zero where the first review approves, unknown where nobody approved.",
    formula: "t_approve − t_review; t_approve: first approval by a human who is not the author, at or after t_ready",
    counter_metric: Some("review-depth"),
    ..STAGE
};

/// Approval to merge.
pub static MERGE_TIME: Metric = Metric {
    id: "merge-time",
    title: "Merge time",
    meaning: "From the first approval of a pull request to its merge. Unknown where nobody approved, and where the approval came after the merge.",
    formula: "t_merge − t_approve",
    counter_metric: Some("workflow-failure-rate"),
    ..STAGE
};

/// First commit to merge.
pub static CYCLE_TIME: Metric = Metric {
    id: "cycle-time",
    title: "Cycle time",
    meaning: "From the first commit of a pull request to its merge: the sum of coding, pickup, rework and merge time, and unknown where one of them is. The way from the merge to a deployment is not part of it.",
    formula: "t_merge − t_first, if coding, pickup, rework and merge time are all known",
    counter_metric: Some("unreviewed-merges"),
    ..STAGE
};

/// Changed lines.
pub static PULL_REQUEST_SIZE: Metric = Metric {
    id: "pull-request-size",
    title: "Pull request size",
    unit: Unit::Lines,
    meaning: "Lines that a merged pull request adds and deletes. Unknown where the source does not say.",
    formula: "additions + deletions",
    counter_metric: Some("pull-requests-merged"),
    ..STAGE
};

/// Review comments.
pub static REVIEW_DEPTH: Metric = Metric {
    id: "review-depth",
    title: "Review depth",
    unit: Unit::Count,
    meaning: "Review comments that other people wrote to a pull request before it was merged. Comments of bots, AI agents and the author are left out.",
    formula: "count of review comments by humans who are not the author, from created to t_merge",
    direction: Direction::Neutral,
    counter_metric: Some("pickup-time"),
    ..STAGE
};

/// Merges without a review.
pub static UNREVIEWED_MERGES: Metric = Metric {
    id: "unreviewed-merges",
    title: "Unreviewed merges",
    unit: Unit::Ratio,
    meaning: "Share of the merged pull requests that no other person had reviewed or commented in review when they were merged.",
    formula: "merged without a review or review comment by a human who is not the author, from created to t_merge ÷ merged",
    aggregation: Aggregation::Ratio,
    counter_metric: Some("cycle-time"),
    ..STAGE
};
