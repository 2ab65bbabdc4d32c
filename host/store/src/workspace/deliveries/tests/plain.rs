//! A second reading of the definition, written for the tests alone: from nothing but the records, deployment by
//! deployment, each with a walk of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::Instant;
use domain::fact::Undeployed;
use domain::record::{Deployment, Outcome, PullRequest};

/// The parents of those commits of which they are known.
pub(super) type Graph = BTreeMap<String, Vec<String>>;

/// What can be reached from a commit, itself among it, whether or not it is known.
fn reached(graph: &Graph, sha: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut next = vec![sha.to_owned()];
    while let Some(sha) = next.pop() {
        if seen.insert(sha.clone()) {
            next.extend(graph.get(&sha).into_iter().flatten().cloned());
        }
    }
    seen
}

pub(super) fn deployed_at(
    graph: &Graph,
    deployments: &[Deployment],
    pull_request: &PullRequest,
) -> Result<Instant, Undeployed> {
    let Some(merge) = &pull_request.merge_commit else { return Err(Undeployed::MergeCommitUnknown) };
    let merged_at = pull_request.merged_at.expect("merged");
    let ended = |deployment: &Deployment| deployment.finished_at.unwrap_or(deployment.created_at);
    let (mut sure, mut unsure, mut gaps) = (Vec::new(), Vec::new(), BTreeMap::<String, Instant>::new());
    for deployment in deployments {
        if deployment.outcome != Outcome::Succeeded || deployment.production == Some(false) {
            continue;
        }
        let at = ended(deployment);
        let all = match &deployment.sha {
            Some(sha) => reached(graph, sha),
            None => BTreeSet::from([format!("what {} deployed", deployment.id)]),
        };
        if all.contains(merge) {
            if deployment.production.is_some() { sure.push(at) } else { unsure.push(at) }
        }
        for gap in all.into_iter().filter(|sha| !graph.contains_key(sha)) {
            let first = gaps.entry(gap).or_insert(at);
            *first = at.min(*first);
        }
    }
    let before_sure = |at: &Instant| sure.iter().all(|sure| at < sure);
    if unsure.iter().any(before_sure) {
        Err(Undeployed::ProductionUnknown)
    } else if gaps.values().any(|at| *at >= merged_at && before_sure(at)) {
        Err(Undeployed::CommitsUnknown)
    } else {
        sure.into_iter().min().ok_or(Undeployed::NotDeployed)
    }
}
