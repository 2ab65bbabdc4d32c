//! Work items, on the days on which they were opened and closed.

use domain::fact::{Actor, ActorClass, Key, WorkItemFact};

use super::Span;
use crate::reason::Reason;
use crate::registry::activity;
use crate::tally::{Place, Tally};

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[WorkItemFact]) {
    for item in facts {
        if span.has(item.created_at) {
            tally_opening(tally, item);
        }
        if !item.dropped && item.closed_at.is_some_and(|closed_at| span.has(closed_at)) {
            let people = item.assignees.iter().filter(is_human).map(|actor| actor.key.text()).collect();
            let place = Place { repository: item.project.as_ref().map(Key::text), people };
            tally.add(&activity::WORK_ITEMS_CLOSED, &place, Ok(1.0));
        }
    }
}

fn tally_opening(tally: &mut Tally, item: &WorkItemFact) {
    let author = item.author.as_ref();
    if author.as_ref().is_none_or(is_human) {
        let known = author.map(|_| 1.0).ok_or(Reason::AuthorUnknown);
        tally.add(&activity::WORK_ITEMS_OPENED, &Place::of(item.project.as_ref(), author), known);
    }
}

fn is_human(actor: &&Actor) -> bool {
    actor.class == ActorClass::Human
}
