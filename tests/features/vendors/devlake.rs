//! Recorded rows of one repository, beside what another product's own tests expect of them. Names are mapped; where its
//! definitions differ from ours, the difference is listed in `docs/decisions`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use weighbridge_tests::kit::Host;

use super::served::Served;
use super::{count, data, distinct, rows, synced, text};

const REPOSITORY: &str = "/repos/panjf2000/ants";

/// A table, line by line.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).expect("a table");
    reader.deserialize().map(|line| line.expect("a line")).collect()
}

/// The objects of a raw table, with the URLs that they came from.
fn raw(folder: &Path, name: &str) -> Vec<(String, Value)> {
    let lines = table(&folder.join(format!("raw_tables/_raw_github_api_{name}.csv")));
    let object = |line: &BTreeMap<String, String>| serde_json::from_str(&line["data"]).expect("JSON");
    let objects = lines.iter().map(|line| (line["url"].clone(), object(line)));
    objects.filter(|(url, _)| url.contains(REPOSITORY)).collect()
}

fn objects(folder: &Path, name: &str, key: &str) -> Vec<Value> {
    let last: BTreeMap<String, Value> =
        raw(folder, name).into_iter().map(|(_, value)| (value[key].to_string(), value)).collect();
    last.into_values().collect()
}

/// Objects that came from a list of one pull request, by its number.
fn by_pull(folder: &Path, name: &str) -> BTreeMap<String, Vec<Value>> {
    let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (url, value) in raw(folder, name) {
        let number = url.split("/pulls/").nth(1).and_then(|rest| rest.split('/').next()).expect("a number");
        lists.entry(number.to_owned()).or_default().push(value);
    }
    lists
}

fn newest_first(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by_key(|item| std::cmp::Reverse(text(item, "/created_at").map(str::to_owned)));
    items
}

/// What was recorded, at the paths that it was recorded from.
fn served(folder: &Path) -> Served {
    let pulls = objects(folder, "pull_requests", "number");
    let (reviews, commits) = (by_pull(folder, "pull_request_reviews"), by_pull(folder, "pull_request_commits"));
    let mut served = Served::default();
    for pull in &pulls {
        let (number, path) = (pull["number"].to_string(), format!("{REPOSITORY}/pulls/{}", pull["number"]));
        let of = |lists: &BTreeMap<String, Vec<Value>>| lists.get(&number).cloned().unwrap_or_default();
        served = served
            .thing(&path, pull.clone())
            .list(&format!("{path}/reviews"), of(&reviews))
            .list(&format!("{path}/commits"), of(&commits));
    }
    served
        .list(&format!("{REPOSITORY}/pulls"), pulls)
        .list(&format!("{REPOSITORY}/issues"), objects(folder, "issues", "number"))
        .list(&format!("{REPOSITORY}/issues/comments"), objects(folder, "comments", "id"))
        .list(&format!("{REPOSITORY}/pulls/comments"), objects(folder, "pull_request_review_comments", "id"))
        .list(&format!("{REPOSITORY}/issues/events"), newest_first(objects(folder, "events", "id")))
        .list_below(&format!("{REPOSITORY}/actions/workflows"), "workflows", Vec::new())
        .list_below(&format!("{REPOSITORY}/actions/runs"), "workflow_runs", newest_first(objects(folder, "runs", "id")))
}

fn host(folder: &Path) -> Host {
    let streams = ["pull-requests", "comments", "events", "issues", "workflow-runs"];
    synced(served(folder), "panjf2000", "ants", &streams, true).0
}

#[test]
fn recorded_rows_are_all_understood_and_agree_with_what_others_expect_of_them() {
    let name = "recorded_rows_are_all_understood_and_agree_with_what_others_expect_of_them";
    let Some(folder) = data(name, "devlake-e2e/github") else { return };
    let host = host(&folder);
    let expected = |name: &str| table(&folder.join(format!("snapshot_tables/{name}.csv")));

    // Pull requests: how many are in which state, and when each was merged.
    let pulls = objects(&folder, "pull_requests", "number");
    assert_eq!(host.records("pull_requests"), rows(pulls.len()));
    let theirs = expected("pull_requests");
    assert_eq!(theirs.len(), pulls.len());
    for (state, status) in [("open", "OPEN"), ("merged", "MERGED"), ("closed", "CLOSED")] {
        let known = theirs.iter().filter(|line| line["status"] == status).count();
        assert_eq!(count(&host, "pull_requests", &format!("state = '{state}'")), known, "{state}");
    }
    for (column, theirs_column) in
        [("merged_at", "merged_date"), ("closed_at", "closed_date"), ("created_at", "created_date")]
    {
        let known = theirs.iter().filter(|line| !line[theirs_column].is_empty()).count();
        assert_eq!(count(&host, "pull_requests", &format!("{column} IS NOT NULL")), known, "{column}");
        let sum: i64 = theirs.iter().filter_map(|line| seconds(&line[theirs_column])).sum();
        let ours = host.number(&format!("SELECT COALESCE(SUM({column} / 1000000), 0) FROM pull_requests"));
        assert_eq!(ours, sum, "{column}");
    }

    // Reviews and comments of the pull requests and issues that were recorded.
    let numbers = distinct(&pulls, "/number");
    let reviews: Vec<_> = by_pull(&folder, "pull_request_reviews")
        .into_iter()
        .filter(|(number, _)| numbers.contains(number))
        .flat_map(|(_, reviews)| reviews)
        .collect();
    assert_eq!(host.records("reviews"), rows(distinct(&reviews, "/id").len()));
    let comments =
        objects(&folder, "comments", "id").len() + objects(&folder, "pull_request_review_comments", "id").len();
    assert_eq!(host.records("comments"), rows(comments));

    // Issues: those that are no pull requests.
    let issues = objects(&folder, "issues", "number");
    let plain = issues.iter().filter(|issue| issue.get("pull_request").is_none()).count();
    assert_eq!((host.records("work_items"), expected("issues").len()), (rows(plain), plain));

    // Runs, by how they ended.
    let runs = objects(&folder, "runs", "id");
    assert_eq!((host.records("workflow_runs"), expected("_tool_github_runs").len()), (rows(runs.len()), runs.len()));
    let pipelines = expected("cicd_pipelines");
    for (outcome, result) in [("succeeded", "SUCCESS"), ("failed", "FAILURE")] {
        let theirs = pipelines.iter().filter(|line| line["original_status"] == "completed" && line["result"] == result);
        assert_eq!(count(&host, "workflow_runs", &format!("outcome = '{outcome}'")), theirs.count(), "{outcome}");
    }
}

/// Seconds since 1970 of an instant as the tables write it.
fn seconds(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
