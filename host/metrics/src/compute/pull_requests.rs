//! Pull requests, on the days on which they were opened, merged or closed; their flow on the day of the merge.

use domain::Instant;
use domain::fact::{ActorClass, PullRequestFact};

use super::Span;
use crate::flow::{self, Flow};
use crate::reason::Reason;
use crate::registry::{activity, automation, flow as metrics};
use crate::tally::{ByClass, Place, Tally};

const OPENED: ByClass = ByClass {
    human: &activity::PULL_REQUESTS_OPENED,
    bot: &automation::BOT_PULL_REQUESTS_OPENED,
    agent: &automation::AGENT_PULL_REQUESTS_OPENED,
};
const MERGED: ByClass = ByClass {
    human: &activity::PULL_REQUESTS_MERGED,
    bot: &automation::BOT_PULL_REQUESTS_MERGED,
    agent: &automation::AGENT_PULL_REQUESTS_MERGED,
};

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[PullRequestFact]) {
    for pull_request in facts {
        tally_progress(tally, span, pull_request);
        let author = pull_request.author.as_ref();
        if span.has(pull_request.created_at) {
            tally.count(&OPENED, author, Some(&pull_request.repository));
            tally.mark(activity::MARK_PULL_REQUESTS, author);
        }
        match (pull_request.merged_at, pull_request.closed_at) {
            (Some(merged_at), _) if span.has(merged_at) => {
                tally.count(&MERGED, author, Some(&pull_request.repository));
                tally.mark(activity::MARK_PULL_REQUESTS, author);
                tally_merge(tally, pull_request, merged_at);
            }
            (None, Some(closed_at)) if span.has(closed_at) => tally_close(tally, pull_request),
            _ => {}
        }
    }
}

/// Whether it belongs among those of people: bots' and agents' do not, nobody's is unknown there.
fn of_people(pull_request: &PullRequestFact) -> bool {
    pull_request.author.as_ref().is_none_or(|author| author.class == ActorClass::Human)
}

fn place(pull_request: &PullRequestFact) -> Place {
    Place::of(Some(&pull_request.repository), pull_request.author.as_ref())
}

/// What opens raises the level of its day, what ends lowers it.
fn tally_progress(tally: &mut Tally, span: &Span, pull_request: &PullRequestFact) {
    let opened = pull_request.created_at;
    let ended = pull_request.merged_at.or(pull_request.closed_at);
    // What ended before it began, by a clock that is off, was in progress at no time that could be told.
    if !of_people(pull_request) || ended.is_some_and(|ended| ended < opened) {
        return;
    }
    if span.has(opened) {
        tally.add(&metrics::WORK_IN_PROGRESS, &place(pull_request), Ok(1.0));
    }
    if ended.is_some_and(|ended| span.has(ended)) {
        tally.add(&metrics::WORK_IN_PROGRESS, &place(pull_request), Ok(-1.0));
    }
}

fn tally_close(tally: &mut Tally, pull_request: &PullRequestFact) {
    if of_people(pull_request) {
        let known = pull_request.author.as_ref().map(|_| 1.0).ok_or(Reason::AuthorUnknown);
        tally.add(&activity::PULL_REQUESTS_CLOSED, &place(pull_request), known);
    }
}

fn tally_merge(tally: &mut Tally, pull_request: &PullRequestFact, merged_at: Instant) {
    if !of_people(pull_request) {
        return;
    }
    let place = place(pull_request);
    let Flow { coding, pickup, rework, merge, deploy, total } = Flow::of(pull_request, merged_at);
    let measures = [
        (&metrics::CODING_TIME, coding),
        (&metrics::PICKUP_TIME, pickup),
        (&metrics::REWORK_TIME, rework),
        (&metrics::MERGE_TIME, merge),
        (&metrics::DEPLOY_TIME, deploy),
        (&metrics::CYCLE_TIME, total),
        (&metrics::PULL_REQUEST_SIZE, flow::size(pull_request)),
        (&metrics::REVIEW_DEPTH, flow::review_depth(pull_request, merged_at)),
        (&metrics::UNREVIEWED_MERGES, flow::unreviewed(pull_request, merged_at)),
    ];
    for (metric, measure) in measures {
        // Whether a person opened it comes first: without that, its numbers belong to nobody's flow.
        let measure = if pull_request.author.is_some() { measure } else { Err(Reason::AuthorUnknown) };
        tally.add(metric, &place, measure);
    }
}
