//! Activity of bots and AI agents: the same counts as those of people, as series of their own. "Person" is the account.

use domain::rollup::Family;

use super::{COUNT, Metric};

/// Commits by bots.
pub static BOT_COMMITS: Metric = Metric {
    id: "bot-commits",
    title: "Commits by bots",
    meaning: "Commits that bots wrote; merge commits are left out.",
    formula: "count of commits with at most one parent, written by a bot, by the day of authored_at",
    families: &[Family::Commits],
    ..COUNT
};

/// Pull requests opened by bots.
pub static BOT_PULL_REQUESTS_OPENED: Metric = Metric {
    id: "bot-pull-requests-opened",
    title: "Pull requests opened by bots",
    meaning: "Pull requests that bots opened.",
    formula: "count of pull requests opened by a bot, by the day of created_at",
    families: &[Family::PullRequests],
    ..COUNT
};

/// Pull requests merged by bots.
pub static BOT_PULL_REQUESTS_MERGED: Metric = Metric {
    id: "bot-pull-requests-merged",
    title: "Pull requests merged by bots",
    meaning: "Pull requests of bots that were merged. They are in no flow metric.",
    formula: "count of merged pull requests opened by a bot, by the day of merged_at",
    families: &[Family::PullRequests],
    ..COUNT
};

/// Reviews by bots.
pub static BOT_REVIEWS: Metric = Metric {
    id: "bot-reviews",
    title: "Reviews by bots",
    meaning: "Reviews that bots submitted. None of them is a first review or an approval.",
    formula: "count of reviews submitted by a bot, by the day of submission",
    families: &[Family::Reviews],
    ..COUNT
};

/// Commits by AI agents.
pub static AGENT_COMMITS: Metric = Metric {
    id: "agent-commits",
    title: "Commits by AI agents",
    meaning: "Commits that AI agents wrote; merge commits are left out.",
    formula: "count of commits with at most one parent, written by an AI agent, by the day of authored_at",
    families: &[Family::Commits],
    ..COUNT
};

/// Pull requests opened by AI agents.
pub static AGENT_PULL_REQUESTS_OPENED: Metric = Metric {
    id: "agent-pull-requests-opened",
    title: "Pull requests opened by AI agents",
    meaning: "Pull requests that AI agents opened.",
    formula: "count of pull requests opened by an AI agent, by the day of created_at",
    families: &[Family::PullRequests],
    ..COUNT
};

/// Pull requests merged by AI agents.
pub static AGENT_PULL_REQUESTS_MERGED: Metric = Metric {
    id: "agent-pull-requests-merged",
    title: "Pull requests merged by AI agents",
    meaning: "Pull requests of AI agents that were merged. They are in no flow metric.",
    formula: "count of merged pull requests opened by an AI agent, by the day of merged_at",
    families: &[Family::PullRequests],
    ..COUNT
};

/// Reviews by AI agents.
pub static AGENT_REVIEWS: Metric = Metric {
    id: "agent-reviews",
    title: "Reviews by AI agents",
    meaning: "Reviews that AI agents submitted. None of them is a first review or an approval.",
    formula: "count of reviews submitted by an AI agent, by the day of submission",
    families: &[Family::Reviews],
    ..COUNT
};
