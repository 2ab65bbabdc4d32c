//! Deployments, on the day on which they ended.

use domain::fact::DeploymentFact;

use super::Span;
use crate::registry::delivery;
use crate::tally::{Place, Tally};

pub(super) fn tally(tally: &mut Tally, span: &Span, facts: &[DeploymentFact]) {
    for deployment in facts.iter().filter(|deployment| deployment.succeeded && span.has(deployment.finished_at)) {
        tally.add(&delivery::DEPLOYMENTS, &Place::of(deployment.repository.as_ref(), None), Ok(1.0));
    }
}
