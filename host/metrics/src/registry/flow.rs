//! The flow of pull requests that people opened, on the day of the merge, for who opened them.
//!
//! The instants are those of [`crate::flow`]. The stages sum to the total, or the total is unknown: it leads from the first
//! commit to production. Beside them stand what reviewers carry, and what is in progress at the end of each day.

use domain::rollup::{Family, Grain};

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

/// Merge to production.
pub static DEPLOY_TIME: Metric = Metric {
    id: "deploy-time",
    title: "Deploy time",
    meaning: "From the merge of a pull request to the end of the first successful production deployment that contains its merge commit: by the commit graph and not by time. Unknown as long as none contains it, where the source does not name the merge commit, and where a deployment in between rests on commits that have not been read or may have gone to production. Deployments count for pull requests of the same connection and repository.",
    formula: "t_deploy − t_merge; t_deploy: end of the first deployment that succeeded, went to production, and deployed the merge commit or a commit that has it among its ancestors",
    counter_metric: Some("workflow-failure-rate"),
    ..STAGE
};

/// First commit to production.
pub static CYCLE_TIME: Metric = Metric {
    id: "cycle-time",
    title: "Cycle time",
    meaning: "From the first commit of a merged pull request to the first production deployment that contains it: the sum of coding, pickup, rework, merge and deploy time, and unknown where one of them is. What has not reached production yet is therefore unknown, and counted so.",
    formula: "t_deploy − t_first, if coding, pickup, rework, merge and deploy time are all known",
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

/// What one reviewer deals with on a day.
pub static REVIEW_LOAD: Metric = Metric {
    id: "review-load",
    title: "Reviewers' load",
    unit: Unit::Count,
    meaning: "How many different pull requests of others a person reviewed on a day, over the days on which they reviewed at all: the median, and in the 90th percentile what the most loaded carry. A second review of the same pull request on that day adds nothing, nor does a reply to one's own pull request; a day on which somebody reviewed a pull request of which nobody knows who opened it is unknown.",
    formula: "count of distinct pull requests with a review by the person who did not open them, for each (person, day) with at least one",
    families: &[Family::Reviews],
    grains: &[Grain::Workspace, Grain::Person],
    direction: Direction::Neutral,
    counter_metric: Some("pickup-time"),
    ..STAGE
};

/// Open pull requests.
pub static WORK_IN_PROGRESS: Metric = Metric {
    id: "work-in-progress",
    title: "Work in progress",
    unit: Unit::Count,
    meaning: "Pull requests that were open at the end of a day, drafts among them, for who opened them. Each day is one sample: a longer interval has the median of its days, and n says how many there are. Those of bots and AI agents are left out; those of accounts that nobody knows any more are in it for the repository and the workspace. What was closed and opened again counts as open in between. There is no sample before the first pull request, nor for a day whose end lies after pull requests were last read.",
    formula: "count of pull requests, but for those opened by a bot or an AI agent, with created_at before the end of the day, and merged_at, else closed_at, not before it; median over the days",
    aggregation: Aggregation::Level,
    counter_metric: Some("pull-requests-merged"),
    ..STAGE
};
