//! Commits, on the day on which they were written.

use domain::fact::{ActorClass, CommitFact};

use super::Span;
use crate::reason::Reason;
use crate::registry::{activity, automation};
use crate::tally::{ByClass, Place, Tally};

const COMMITS: ByClass =
    ByClass { human: &activity::COMMITS, bot: &automation::BOT_COMMITS, agent: &automation::AGENT_COMMITS };

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[CommitFact]) {
    for commit in facts.iter().filter(|commit| !commit.merge && span.has(commit.authored_at)) {
        let author = commit.author.as_ref();
        tally.count(&COMMITS, author, Some(&commit.repository));
        tally.mark(activity::MARK_COMMITS, author);
        if author.is_none_or(|author| author.class == ActorClass::Human) {
            let place = Place::of(Some(&commit.repository), author);
            let lines = |lines: Option<u32>| match author {
                Some(_) => lines.map(f64::from).ok_or(Reason::NotGiven),
                None => Err(Reason::AuthorUnknown),
            };
            tally.add(&activity::LINES_ADDED, &place, lines(commit.additions));
            tally.add(&activity::LINES_DELETED, &place, lines(commit.deletions));
        }
    }
}
