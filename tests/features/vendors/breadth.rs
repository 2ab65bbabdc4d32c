//! Objects of every sort and age, out of deliveries and public events: thousands of fields that are null, absent or new.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::served::Served;
use super::{data, distinct, rows, synced, text};

/// Every recorded delivery and event.
fn bodies(webhooks: &Path, archive: &Path) -> Vec<Value> {
    let mut bodies = Vec::new();
    let mut folders = vec![webhooks.join("payload-examples")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                bodies.push(serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON"));
            }
        }
    }
    let events = fs::read_to_string(archive.join("2021-07-21-few-hours.ndjson")).expect("events");
    bodies.extend(events.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["payload"].take()));
    bodies
}

/// The objects under a key, the last word on each, if they are whole: events of some kinds carry excerpts.
fn objects(bodies: &[Value], key: &str, id: &str, whole: &str) -> Vec<Value> {
    let found = bodies.iter().filter_map(|body| body.get(key)).filter(|object| object.get(whole).is_some());
    let last: std::collections::BTreeMap<String, Value> =
        found.map(|object| (object[id].to_string(), object.clone())).collect();
    last.into_values().collect()
}

fn newest_first(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by_key(|item| std::cmp::Reverse(text(item, "/created_at").map(str::to_owned)));
    items
}

fn all(test: &str) -> Option<Vec<Value>> {
    Some(bodies(&data(test, "octokit-webhooks")?, &data(test, "gharchive-sample")?))
}

#[test]
fn pull_requests_issues_and_comments_of_hundreds_of_repositories_are_all_understood() {
    let name = "pull_requests_issues_and_comments_of_hundreds_of_repositories_are_all_understood";
    let Some(bodies) = all(name) else { return };
    let pulls = objects(&bodies, "pull_request", "number", "merge_commit_sha");
    let issues = objects(&bodies, "issue", "number", "state");
    let comments = objects(&bodies, "comment", "id", "updated_at");
    let of = |key: &str| comments.iter().filter(|comment| comment.get(key).is_some()).cloned().collect::<Vec<_>>();
    // Those at commits and in discussions are in neither list.
    let (talk, lines) = (of("issue_url"), of("pull_request_url"));
    assert!(pulls.len() > 30 && issues.len() > 20, "{} pull requests, {} issues", pulls.len(), issues.len());
    let plain = issues.iter().filter(|issue| issue.get("pull_request").is_none()).count();
    let (pull_count, comment_count) = (pulls.len(), lines.len() + talk.len());
    let served = Served::default()
        .list("/repos/acme/shop/pulls", pulls)
        .list("/repos/acme/shop/issues", issues)
        .list("/repos/acme/shop/issues/comments", talk)
        .list("/repos/acme/shop/pulls/comments", lines);
    let (host, _) = synced(served, "acme", "shop", &["pull-requests", "issues", "comments"], false);
    assert_eq!(host.records("pull_requests"), rows(pull_count));
    assert_eq!(host.records("work_items"), rows(plain));
    assert_eq!(host.records("comments"), rows(comment_count));
}

#[test]
fn runs_and_deployments_of_many_sorts_are_all_understood() {
    let Some(bodies) = all("runs_and_deployments_of_many_sorts_are_all_understood") else { return };
    let runs = newest_first(objects(&bodies, "workflow_run", "id", "head_sha"));
    let workflows = objects(&bodies, "workflow", "id", "path");
    let deployments = newest_first(objects(&bodies, "deployment", "id", "sha"));
    let statuses = objects(&bodies, "deployment_status", "id", "state");
    assert!(!runs.is_empty() && !deployments.is_empty() && !statuses.is_empty());
    let counts = [runs.len(), workflows.len(), deployments.len()].map(rows);
    let base = "/repos/acme/shop";
    let mut served = Served::default();
    for deployment in &deployments {
        let of = |status: &&Value| {
            let url = text(status, "/deployment_url").unwrap_or_default();
            url.rsplit('/').next() == Some(deployment["id"].to_string().as_str())
        };
        let own = statuses.iter().filter(of).cloned().collect();
        served = served.list(&format!("{base}/deployments/{}/statuses", deployment["id"]), own);
    }
    let served = served
        .list(&format!("{base}/deployments"), deployments)
        .list_below(&format!("{base}/actions/runs"), "workflow_runs", runs)
        .list_below(&format!("{base}/actions/workflows"), "workflows", workflows);
    let (host, _) = synced(served, "acme", "shop", &["deployments", "workflow-runs"], false);
    assert_eq!(["workflow_runs", "workflows", "deployments"].map(|table| host.records(table)), counts);
}

#[test]
fn people_and_teams_of_many_sorts_are_all_understood() {
    let Some(bodies) = all("people_and_teams_of_many_sorts_are_all_understood") else { return };
    let people = objects(&bodies, "sender", "id", "login");
    let teams = objects(&bodies, "team", "id", "slug");
    let bots = people.iter().filter(|person| text(person, "/type") == Some("Bot")).count();
    let counts = (rows(distinct(&people, "/id").len()), rows(teams.len()));
    assert!(counts.0 > 3 && counts.1 > 0, "{counts:?}");
    let mut served = Served::default();
    for team in &teams {
        let slug = text(team, "/slug").expect("a slug");
        served = served.list(&format!("/orgs/acme/teams/{slug}/members"), people.clone());
    }
    let members = distinct(&teams, "/slug").len() * people.len();
    let served = served
        .list("/orgs/acme/members", people)
        .list("/orgs/acme/teams", teams)
        .list("/repos/acme/shop/contributors", Vec::new());
    let (host, _) = synced(served, "acme", "shop", &["people", "teams"], false);
    assert_eq!((host.records("people"), host.records("teams")), counts);
    assert_eq!(super::count(&host, "people", "kind = 'bot'"), bots);
    assert!(host.records("memberships") >= rows(members));
}
