//! The flow of one merged pull request: its instants, and the stages between them.
//!
//! - `t_first`: its first commit.
//! - `t_ready`: when it was last made ready for review before the first review, else when it was created.
//! - `t_review`: the first review or review comment by a human who is not the author, at or after `t_ready`.
//! - `t_approve`: the first approval by such a human, at or after `t_ready`.
//! - `t_merge`.
//! - `t_deploy`: the end of the first successful production deployment that contains the merge commit. The store finds it
//!   by the graph of commits.
//!
//! `t_ready` and `t_review` name each other. A review may come while the pull request is a draft; what was a draft when is
//! known only from its having been made ready. So the first review is looked for after it was first made ready, and only
//! where there is none, before: time as a draft is then never counted as waiting.
//!
//! Who is not known cannot be told from a human: where such an account comes first, the instant is unknown.

use domain::Instant;
use domain::fact::{Actor, ActorClass, Key, PullRequestFact};

use crate::reason::{Measure, Reason};

/// The stages of a merged pull request, in seconds. They sum to the total, or the total is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// `t_ready − t_first`.
    pub coding: Measure,
    /// `t_review − t_ready`.
    pub pickup: Measure,
    /// `t_approve − t_review`.
    pub rework: Measure,
    /// `t_merge − t_approve`.
    pub merge: Measure,
    /// `t_deploy − t_merge`.
    pub deploy: Measure,
    /// `t_deploy − t_first`.
    pub total: Measure,
}

/// An instant, or why it is unknown.
type Moment = Result<Instant, Reason>;

impl Flow {
    /// The flow of a pull request that was merged at `merged_at`.
    #[must_use]
    pub fn of(pull_request: &PullRequestFact, merged_at: Instant) -> Self {
        let first = pull_request.first_commit_at.ok_or(Reason::FirstCommitUnknown);
        let (ready, found) = ready_and_review(pull_request);
        let review = found.and_then(|at| if at > merged_at { Err(Reason::ReviewedAfterMerge) } else { Ok(at) });
        let approval = approval(pull_request, ready, found);

        let coding = between(first, Ok(ready));
        let pickup = between(Ok(ready), review);
        let rework = between(review, approval);
        let merge = between(approval, Ok(merged_at));
        let deployed = pull_request.deployed_at.map_err(Reason::from);
        let deploy = between(Ok(merged_at), deployed);
        let known = coding.and(pickup).and(rework).and(merge).and(deploy);
        Self { coding, pickup, rework, merge, deploy, total: known.and_then(|_| between(first, deployed)) }
    }
}

/// Whether no other person had reviewed it when it was merged: 1 or 0.
///
/// # Errors
/// Only accounts had that nobody knows.
pub fn unreviewed(pull_request: &PullRequestFact, merged_at: Instant) -> Measure {
    let before_merge =
        || events(pull_request).filter(|event| pull_request.created_at <= event.at && event.at <= merged_at);
    if before_merge().any(|event| event.voice == Voice::Reviewer) {
        Ok(0.0)
    } else if before_merge().any(|event| event.voice == Voice::Unknown) {
        Err(Reason::AuthorUnknown)
    } else {
        Ok(1.0)
    }
}

/// How many review comments other people wrote before it was merged.
///
/// # Errors
/// Some are by accounts that nobody knows.
pub fn review_depth(pull_request: &PullRequestFact, merged_at: Instant) -> Measure {
    let comments = pull_request.review_comments.iter();
    let before_merge = comments.filter(|comment| pull_request.created_at <= comment.at && comment.at <= merged_at);
    before_merge.map(|comment| Voice::of(comment.author.as_ref(), author(pull_request))).try_fold(
        0.0,
        |count, voice| match voice {
            Voice::Reviewer => Ok(count + 1.0),
            Voice::Other => Ok(count),
            Voice::Unknown => Err(Reason::AuthorUnknown),
        },
    )
}

/// How many lines it changes.
///
/// # Errors
/// The source does not say.
pub fn size(pull_request: &PullRequestFact) -> Measure {
    match (pull_request.additions, pull_request.deletions) {
        (Some(additions), Some(deletions)) => Ok(f64::from(additions) + f64::from(deletions)),
        _ => Err(Reason::NotGiven),
    }
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    /// A human's who is not the author.
    Reviewer,
    /// The author's, a bot's or an agent's.
    Other,
    /// Nobody knows.
    Unknown,
}

impl Voice {
    fn of(actor: Option<&Actor>, author: Option<&Key>) -> Self {
        match actor {
            None => Self::Unknown,
            Some(actor) if actor.class == ActorClass::Human && Some(&actor.key) != author => Self::Reviewer,
            Some(_) => Self::Other,
        }
    }
}

/// A review or a review comment.
struct Event {
    at: Instant,
    voice: Voice,
}

fn author(pull_request: &PullRequestFact) -> Option<&Key> {
    pull_request.author.as_ref().map(|author| &author.key)
}

fn events(pull_request: &PullRequestFact) -> impl Iterator<Item = Event> {
    let author = author(pull_request);
    let reviews = pull_request.reviews.iter().map(|review| (review.at, &review.author));
    let comments = pull_request.review_comments.iter().map(|comment| (comment.at, &comment.author));
    reviews.chain(comments).map(move |(at, actor)| Event { at, voice: Voice::of(actor.as_ref(), author) })
}

/// The first of these that is a reviewer's, or may be.
fn first(events: impl Iterator<Item = Event>, from: Instant) -> Option<Event> {
    events.filter(|event| event.at >= from && event.voice != Voice::Other).min_by_key(|event| (event.at, event.voice))
}

fn ready_and_review(pull_request: &PullRequestFact) -> (Instant, Moment) {
    let created = pull_request.created_at;
    let ready = || pull_request.ready_at.iter().copied().filter(|ready| *ready >= created);
    let after_draft = ready().min().and_then(|ready| first(events(pull_request), ready));
    let Some(event) = after_draft.or_else(|| first(events(pull_request), created)) else {
        return (ready().max().unwrap_or(created), Err(Reason::NotReviewed));
    };
    let review = if event.voice == Voice::Reviewer { Ok(event.at) } else { Err(Reason::AuthorUnknown) };
    (ready().filter(|ready| *ready <= event.at).max().unwrap_or(created), review)
}

fn approval(pull_request: &PullRequestFact, ready: Instant, review: Moment) -> Moment {
    let approvals = pull_request.reviews.iter().filter(|review| review.approves);
    let voices = approvals
        .map(|approval| Event { at: approval.at, voice: Voice::of(approval.author.as_ref(), author(pull_request)) });
    match first(voices, ready) {
        Some(Event { at, voice: Voice::Reviewer }) => Ok(at),
        Some(_) => Err(Reason::AuthorUnknown),
        None if review == Err(Reason::NotReviewed) => Err(Reason::NotReviewed),
        None => Err(Reason::NotApproved),
    }
}

fn between(start: Moment, end: Moment) -> Measure {
    let seconds = {
        let start = start?;
        end?.seconds_since(start)
    };
    if seconds < 0.0 { Err(Reason::Negative) } else { Ok(seconds) }
}

#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
