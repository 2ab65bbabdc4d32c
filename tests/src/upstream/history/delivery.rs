//! What machines do: checks of what is pushed, deployments of what is merged.

use super::super::organisation::{CHECKS, DEPLOY, DEPLOYER, Deployment, Pull, Repository, Run, Who, Workflow};
use super::super::rhythm::At;
use super::World;

/// The checks of a push to a pull request.
pub(super) fn checks(repository: &mut Repository, pull: &Pull, actor: Who, at: At, world: &mut World<'_>) {
    let sha = pull.head.clone();
    run(repository, &CHECKS, ("pull_request", &pull.branch), sha, actor, at, (7.0, 0.87), world);
}

/// The checks of a merge and, where the repository is deployed, its way to production.
pub(super) fn deliver(repository: &mut Repository, sha: &str, merged: At, actor: Who, world: &mut World<'_>) {
    let push = ("push", "main");
    run(repository, &CHECKS, push, sha.to_owned(), actor, merged, (7.0, 0.96), world);
    // Several merges that follow closely go out as one.
    if !repository.is_deployed || world.random.chance(0.35) {
        return;
    }
    let at = merged + world.random.hours(0.3, 0.5);
    if !world.has_come(at) {
        return;
    }
    let went = world.random.chance(0.94);
    let end = at + world.random.hours(0.11, 0.4);
    let mut statuses = vec![("in_progress", at + 20)];
    if world.has_come(end) {
        statuses.push((if went { "success" } else { "failure" }, end));
    }
    let id = world.id();
    repository.deployments.push(Deployment { id, sha: sha.to_owned(), by: DEPLOYER, created_at: at, statuses });
    let conclusion = if went { "success" } else { "failure" };
    let end = world.has_come(end).then_some((end, conclusion));
    let id = world.id();
    repository.runs.push(Run {
        id,
        workflow: &DEPLOY,
        sha: sha.to_owned(),
        branch: "main".to_owned(),
        event: "push",
        actor,
        created_at: at,
        end,
    });
}

#[expect(clippy::too_many_arguments, reason = "each is one fact of the run")]
fn run(
    repository: &mut Repository,
    workflow: &'static Workflow,
    (event, branch): (&'static str, &str),
    sha: String,
    actor: Who,
    at: At,
    (minutes, success): (f64, f64),
    world: &mut World<'_>,
) {
    let end = at + world.random.hours(minutes / 60.0, 0.35);
    let conclusion = match world.random.unit() {
        luck if luck < success => "success",
        luck if luck < success + 0.02 => "cancelled",
        _ => "failure",
    };
    let end = world.has_come(end).then_some((end, conclusion));
    let id = world.id();
    repository.runs.push(Run { id, workflow, sha, branch: branch.to_owned(), event, actor, created_at: at, end });
}
