//! Reviews, on the day on which they were submitted.

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::{Actor, ActorClass, Key, ReviewFact};

use super::Span;
use crate::reason::{Measure, Reason};
use crate::registry::{activity, automation, flow};
use crate::tally::{ByClass, Place, Tally};

const REVIEWS: ByClass =
    ByClass { human: &activity::REVIEWS, bot: &automation::BOT_REVIEWS, agent: &automation::AGENT_REVIEWS };

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[ReviewFact]) {
    let mut loads: BTreeMap<&Key, Load<'_>> = BTreeMap::new();
    for review in facts.iter().filter(|review| span.has(review.at)) {
        let (reviewer, repository) = (review.author.as_ref(), review.repository.as_ref());
        tally.mark(activity::MARK_REVIEWS, reviewer);
        match (reviewer, &review.pull_request_author) {
            (Some(reviewer), Some(author)) if reviewer.key == *author => continue,
            (Some(human), None) if human.class == ActorClass::Human => {
                let place = Place::of(repository, Some(human));
                tally.add(&activity::REVIEWS, &place, Err(Reason::PullRequestUnknown));
            }
            _ => tally.count(&REVIEWS, reviewer, repository),
        }
        match reviewer {
            Some(human) if human.class == ActorClass::Human => {
                loads.entry(&human.key).or_insert_with(|| Load::of(human)).take(review);
            }
            Some(_) => {}
            None => tally.add(&flow::REVIEW_LOAD, &Place::default(), Err(Reason::AuthorUnknown)),
        }
    }
    for load in loads.values() {
        tally.add(&flow::REVIEW_LOAD, &Place::of(None, Some(load.reviewer)), load.measure());
    }
}

/// What one person reviewed on the day.
struct Load<'a> {
    reviewer: &'a Actor,
    pull_requests: BTreeSet<&'a Key>,
    /// Whether one of them may be the reviewer's own.
    doubtful: bool,
}

impl<'a> Load<'a> {
    const fn of(reviewer: &'a Actor) -> Self {
        Self { reviewer, pull_requests: BTreeSet::new(), doubtful: false }
    }

    fn take(&mut self, review: &'a ReviewFact) {
        self.pull_requests.insert(&review.pull_request);
        self.doubtful |= review.pull_request_author.is_none();
    }

    #[expect(clippy::cast_precision_loss, reason = "a day's reviews are far below 2^52")]
    fn measure(&self) -> Measure {
        if self.doubtful { Err(Reason::PullRequestUnknown) } else { Ok(self.pull_requests.len() as f64) }
    }
}
