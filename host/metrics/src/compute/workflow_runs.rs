//! Workflow runs, on the day on which they ended.

use domain::fact::WorkflowRunFact;

use super::Span;
use crate::registry::delivery;
use crate::tally::{Place, Tally};

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[WorkflowRunFact]) {
    for run in facts.iter().filter(|run| span.has(run.finished_at)) {
        let place = Place::of(run.repository.as_ref(), None);
        tally.add(&delivery::WORKFLOW_RUNS, &place, Ok(1.0));
        if let Some(succeeded) = run.succeeded {
            tally.add(&delivery::WORKFLOW_FAILURE_RATE, &place, Ok(if succeeded { 0.0 } else { 1.0 }));
        }
    }
}
