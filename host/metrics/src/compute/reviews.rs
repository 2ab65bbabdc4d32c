//! Reviews, on the day on which they were submitted.

use domain::fact::{ActorClass, ReviewFact};

use super::Span;
use crate::reason::Reason;
use crate::registry::{activity, automation};
use crate::tally::{ByClass, Place, Tally};

const REVIEWS: ByClass =
    ByClass { human: &activity::REVIEWS, bot: &automation::BOT_REVIEWS, agent: &automation::AGENT_REVIEWS };

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[ReviewFact]) {
    for review in facts.iter().filter(|review| span.has(review.at)) {
        let (reviewer, repository) = (review.author.as_ref(), review.repository.as_ref());
        tally.mark(activity::MARK_REVIEWS, reviewer);
        match (reviewer, &review.pull_request_author) {
            (Some(reviewer), Some(author)) if reviewer.key == *author => {}
            (Some(human), None) if human.class == ActorClass::Human => {
                let place = Place::of(repository, Some(human));
                tally.add(&activity::REVIEWS, &place, Err(Reason::PullRequestUnknown));
            }
            _ => tally.count(&REVIEWS, reviewer, repository),
        }
    }
}
