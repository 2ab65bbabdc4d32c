//! Issues, comments, events, deployments and workflow runs.

use serde_json::{Value, json};

use super::super::organisation::{Comment, Deployment, Event, Issue, Organisation, Pull, Repository, Run, Workflow};
use super::super::rhythm::stamp;
use super::{account, places};

/// An entry of the list of issues that is an issue.
pub(crate) fn issue(organisation: &Organisation, repository: &Repository, issue: &Issue) -> Value {
    let Issue { number, title, author, assignee, label, created_at, updated_at, closed_at, is_planned } = issue;
    let (api, html) = places(organisation, repository);
    let assignees: Vec<Value> = assignee.iter().map(|person| account(organisation, Some(*person))).collect();
    json!({
        "url": format!("{api}/issues/{number}"), "repository_url": api, "id": 1_900_000_000 + u64::from(*number),
        "node_id": format!("I_{number:010}"), "html_url": format!("{html}/issues/{number}"), "number": number,
        "title": title, "user": account(organisation, *author), "locked": false,
        "labels": [{ "id": 9_000_002, "name": label, "color": "ededed", "default": true, "description": null }],
        "state": if closed_at.is_some() { "closed" } else { "open" },
        "state_reason": closed_at.map(|_| if *is_planned { "completed" } else { "not_planned" }),
        "assignee": assignees.first(), "assignees": assignees, "milestone": null, "comments": 0,
        "created_at": stamp(*created_at), "updated_at": stamp(*updated_at), "closed_at": closed_at.map(stamp),
        "author_association": "MEMBER", "type": null, "active_lock_reason": null, "body": "What is seen, what is expected.",
    })
}

/// An entry of the list of issues that is a pull request.
pub(crate) fn issue_of_pull(organisation: &Organisation, repository: &Repository, pull: &Pull) -> Value {
    let (api, html) = places(organisation, repository);
    let number = pull.number;
    json!({
        "url": format!("{api}/issues/{number}"), "id": 1_900_000_000 + u64::from(number), "number": number,
        "html_url": format!("{html}/pull/{number}"), "title": pull.title, "user": account(organisation, pull.author),
        "labels": [], "state": if pull.closed_at.is_some() { "closed" } else { "open" }, "state_reason": null,
        "assignees": [], "comments": 0, "created_at": stamp(pull.created_at), "updated_at": stamp(pull.updated_at),
        "closed_at": pull.closed_at.map(stamp), "draft": pull.is_draft,
        "pull_request": {
            "url": format!("{api}/pulls/{number}"), "html_url": format!("{html}/pull/{number}"),
            "merged_at": pull.merged.as_ref().map(|merge| stamp(merge.at)),
        },
    })
}

/// A comment in a conversation.
pub(crate) fn comment(organisation: &Organisation, repository: &Repository, comment: &Comment) -> Value {
    let Comment { id, number, is_of_pull, author, at } = comment;
    let (api, html) = places(organisation, repository);
    let page = if *is_of_pull { "pull" } else { "issues" };
    json!({
        "url": format!("{api}/issues/comments/{id}"), "html_url": format!("{html}/{page}/{number}#issuecomment-{id}"),
        "issue_url": format!("{api}/issues/{number}"), "id": id, "node_id": format!("IC_{id}"),
        "user": account(organisation, *author), "created_at": stamp(*at), "updated_at": stamp(*at),
        "author_association": "MEMBER", "body": "A word on this.",
    })
}

/// A comment at a line of a change.
pub(crate) fn line_comment(organisation: &Organisation, repository: &Repository, comment: &Comment) -> Value {
    let Comment { id, number, author, at, .. } = comment;
    let (api, html) = places(organisation, repository);
    json!({
        "url": format!("{api}/pulls/comments/{id}"), "id": id, "node_id": format!("PRRC_{id}"), "path": "src/lib.rs",
        "diff_hunk": "@@ -1 +1 @@", "user": account(organisation, *author), "body": "A word on this line.",
        "created_at": stamp(*at), "updated_at": stamp(*at), "html_url": format!("{html}/pull/{number}#discussion_r{id}"),
        "pull_request_url": format!("{api}/pulls/{number}"), "author_association": "MEMBER", "line": 1, "side": "RIGHT",
    })
}

/// An event of the repository's list, with the issue or pull request that it happened to.
pub(crate) fn event(organisation: &Organisation, repository: &Repository, event: &Event) -> Value {
    let Event { id, name, actor, at, number } = event;
    let (api, _) = places(organisation, repository);
    let pull = repository.pulls.binary_search_by_key(number, |pull| pull.number);
    let issue = repository.issues.binary_search_by_key(number, |issue| issue.number);
    let subject = match (pull, issue) {
        (Ok(index), _) => issue_of_pull(organisation, repository, &repository.pulls[index]),
        (_, Ok(index)) => self::issue(organisation, repository, &repository.issues[index]),
        _ => Value::Null,
    };
    json!({
        "id": id, "node_id": format!("E_{id}"), "url": format!("{api}/issues/events/{id}"),
        "actor": account(organisation, *actor), "event": name, "commit_id": null, "commit_url": null,
        "created_at": stamp(*at), "performed_via_github_app": null, "issue": subject,
    })
}

pub(crate) fn deployment(organisation: &Organisation, repository: &Repository, deployment: &Deployment) -> Value {
    let Deployment { id, sha, by, created_at, statuses } = deployment;
    let (api, _) = places(organisation, repository);
    let url = format!("{api}/deployments/{id}");
    let updated_at = statuses.last().map_or(*created_at, |(_, at)| *at);
    json!({
        "url": url, "id": id, "node_id": format!("DE_{id}"), "task": "deploy", "original_environment": "production",
        "environment": "production", "description": null, "created_at": stamp(*created_at),
        "updated_at": stamp(updated_at), "statuses_url": format!("{url}/statuses"), "repository_url": api,
        "creator": account(organisation, Some(*by)), "sha": sha, "ref": "main", "payload": {},
        "transient_environment": false, "production_environment": true, "performed_via_github_app": null,
    })
}

pub(crate) fn deployment_status(
    organisation: &Organisation,
    repository: &Repository,
    deployment: &Deployment,
    index: usize,
) -> Value {
    let (api, html) = places(organisation, repository);
    let (state, at) = deployment.statuses[index];
    let url = format!("{api}/deployments/{}", deployment.id);
    let id = deployment.id * 10 + index as u64;
    json!({
        "url": format!("{url}/statuses/{id}"), "id": id, "node_id": format!("DES_{id}"), "state": state,
        "creator": account(organisation, Some(deployment.by)), "description": "", "environment": "production",
        "target_url": "", "created_at": stamp(at), "updated_at": stamp(at), "deployment_url": url, "repository_url": api,
        "environment_url": "", "log_url": format!("{html}/actions"), "performed_via_github_app": null,
    })
}

pub(crate) fn workflow(organisation: &Organisation, repository: &Repository, workflow: &Workflow) -> Value {
    let Workflow { index: _, name, path } = workflow;
    let (api, html) = places(organisation, repository);
    let id = repository.workflow_id(workflow);
    let created = stamp(repository.created_at);
    json!({
        "id": id, "node_id": format!("W_{id}"), "name": name, "path": path, "state": "active", "created_at": created,
        "updated_at": created, "url": format!("{api}/actions/workflows/{id}"), "html_url": format!("{html}/blob/main/{path}"),
        "badge_url": format!("{html}/workflows/{name}/badge.svg"),
    })
}

pub(crate) fn run(organisation: &Organisation, repository: &Repository, run: &Run) -> Value {
    let Run { id, workflow, sha, branch, event, actor, created_at, end } = run;
    let (api, html) = places(organisation, repository);
    let actor = account(organisation, *actor);
    let (status, conclusion) = if let Some((_, how)) = end { ("completed", Some(how)) } else { ("in_progress", None) };
    json!({
        "id": id, "name": workflow.name, "node_id": format!("WFR_{id}"), "head_branch": branch, "head_sha": sha,
        "path": workflow.path, "display_title": workflow.name, "run_number": 1, "event": event, "status": status,
        "conclusion": conclusion, "workflow_id": repository.workflow_id(workflow), "url": format!("{api}/actions/runs/{id}"),
        "html_url": format!("{html}/actions/runs/{id}"), "pull_requests": [], "created_at": stamp(*created_at),
        "updated_at": stamp(end.map_or(*created_at, |(at, _)| at)), "actor": actor, "run_attempt": 1,
        "referenced_workflows": [], "run_started_at": stamp(created_at + 8), "triggering_actor": actor,
        "jobs_url": format!("{api}/actions/runs/{id}/jobs"),
        "workflow_url": format!("{api}/actions/workflows/{}", repository.workflow_id(workflow)),
    })
}
