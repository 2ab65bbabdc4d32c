//! Recordings of api.github.com with all their headers: one repository's issues, commits, workflow runs, spent allowances.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use weighbridge_tests::kit::{Host, Reply, Source};
use weighbridge_tests::upstream::Answer;

use super::served::Served;
use super::{count, data, distinct, rows, synced, text};

/// Every recorded exchange below a folder: its request's URL, its response, and its body where that is JSON.
fn exchanges(folder: &Path) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path()));
        let (below, mut files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
        folders.extend(below);
        files.sort();
        if folder.file_name().is_some_and(|name| name == "mappings") {
            found.extend(files.iter().filter_map(|file| exchange(file)));
        }
    }
    found
}

fn exchange(file: &Path) -> Option<(String, Value, Value)> {
    let mapping: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let url = text(&mapping, "/request/url").or_else(|| text(&mapping, "/request/urlPath"))?.to_owned();
    let body = text(&mapping, "/response/bodyFileName").and_then(|name| {
        let path = file.parent()?.parent()?.join("__files").join(name);
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    });
    Some((url, mapping["response"].clone(), body.unwrap_or(Value::Null)))
}

/// All items of the lists whose URL holds one of these, the last word on each `key`, in the order of the recording.
fn items(folder: &Path, parts: &[&str], below: Option<&str>, key: &str) -> Vec<Value> {
    let lists = exchanges(folder).into_iter().filter(|(url, ..)| parts.iter().any(|part| url.contains(part)));
    let items =
        lists.filter_map(|(_, _, body)| below.map_or(Some(&body), |below| body.get(below))?.as_array().cloned());
    let mut last = BTreeMap::new();
    for item in items.flatten().filter(|item| item.get(key).is_some()) {
        last.insert(item[key].to_string(), item);
    }
    last.into_values().collect()
}

#[test]
fn one_repositorys_recorded_issues_are_all_understood() {
    let Some(folder) = data("one_repositorys_recorded_issues_are_all_understood", "hub4j-wiremock") else { return };
    let issues = items(&folder.join("AppTest/wiremock/testListIssues"), &["/issues?state=closed"], None, "number");
    assert_eq!(issues.len(), 606, "the recording is whole");
    let plain: Vec<_> = issues.iter().filter(|item| item.get("pull_request").is_none()).cloned().collect();
    let served = Served::default().list("/repos/hub4j/github-api/issues", issues);
    let (host, run) = synced(served, "hub4j", "github-api", &["issues"], false);
    assert_eq!(run["streams"][0]["pages"], 7);
    assert_eq!(host.records("work_items"), rows(plain.len()));
    let with = |pointer: &str, wanted: &str| plain.iter().filter(|item| text(item, pointer) == Some(wanted)).count();
    assert_eq!(count(&host, "work_items", "status = 'closed'"), with("/state", "closed"));
    assert_eq!(
        count(&host, "work_items", "closed_at IS NOT NULL"),
        plain.iter().filter(|i| !i["closed_at"].is_null()).count()
    );
    let authors = distinct(&plain, "/user/id").len();
    assert_eq!(host.number("SELECT COUNT(DISTINCT author) FROM work_items"), i64::try_from(authors).expect("few"));
    let labelled =
        plain.iter().filter(|item| item["labels"].as_array().is_some_and(|labels| !labels.is_empty())).count();
    assert_eq!(count(&host, "work_items", "labels <> '[]'"), labelled);
}

#[test]
fn recorded_commits_are_all_understood() {
    let Some(folder) = data("recorded_commits_are_all_understood", "hub4j-wiremock") else { return };
    let mut commits = items(&folder.join("CommitTest/wiremock/testQueryCommits"), &["/commits"], None, "sha");
    assert_eq!(commits.len(), 648, "the recording is whole");
    commits.sort_by_key(|commit| std::cmp::Reverse(text(commit, "/commit/committer/date").map(str::to_owned)));
    let accounts = distinct(&commits, "/author/id").len();
    let merges = commits.iter().filter(|commit| commit["parents"].as_array().is_some_and(|parents| parents.len() > 1));
    let (total, merges) = (commits.len(), merges.count());
    let served = Served::default().list("/repos/jenkinsci/jenkins/commits", commits);
    let (host, _) = synced(served, "jenkinsci", "jenkins", &["commits"], false);
    assert_eq!(host.records("commits"), rows(total));
    assert_eq!(
        host.number("SELECT COUNT(DISTINCT author_account) FROM commits"),
        i64::try_from(accounts).expect("few")
    );
    assert_eq!(count(&host, "commits", "json_array_length(parents) > 1"), merges);
}

#[test]
fn recorded_workflow_runs_are_all_understood() {
    let Some(folder) = data("recorded_workflow_runs_are_all_understood", "hub4j-wiremock") else { return };
    let mut runs: Vec<_> = ["GHWorkflowRunTest", "GHWorkflowTest"]
        .iter()
        .flat_map(|name| items(&folder.join(name), &["/runs"], Some("workflow_runs"), "id"))
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse(text(run, "/created_at").map(str::to_owned)));
    assert!(runs.len() > 30, "{} runs", runs.len());
    let with = |wanted: &[&str]| {
        let is = |run: &&Value| text(run, "/conclusion").is_some_and(|conclusion| wanted.contains(&conclusion));
        runs.iter().filter(is).count()
    };
    let (good, bad) =
        (with(&["success", "neutral"]), with(&["failure", "timed_out", "startup_failure", "action_required"]));
    let (cancelled, total) = (with(&["cancelled"]), distinct(&runs, "/id").len());
    let base = "/repos/hub4j-test-org/GHWorkflowRunTest/actions";
    let workflows = items(&folder.join("GHWorkflowTest"), &["/actions/workflows"], Some("workflows"), "id");
    let named = workflows.len();
    let served = Served::default().list_below(&format!("{base}/runs"), "workflow_runs", runs).list_below(
        &format!("{base}/workflows"),
        "workflows",
        workflows,
    );
    let (host, _) = synced(served, "hub4j-test-org", "GHWorkflowRunTest", &["workflow-runs"], false);
    assert_eq!((host.records("workflow_runs"), host.records("workflows")), (rows(total), rows(named)));
    let stored = |outcome: &str| count(&host, "workflow_runs", &format!("outcome = '{outcome}'"));
    assert_eq!((stored("succeeded"), stored("failed"), stored("cancelled")), (good, bad, cancelled));
}

#[test]
fn recorded_refusals_of_a_spent_allowance_are_waited_for() {
    let name = "recorded_refusals_of_a_spent_allowance_are_waited_for";
    let Some(folder) = data(name, "hub4j-wiremock") else { return };
    let refused: Vec<_> = exchanges(&folder.join("RateLimitHandlerTest"))
        .into_iter()
        .filter(|(_, response, _)| response["status"].as_u64().is_some_and(|status| status == 403 || status == 429))
        .collect();
    assert_eq!(refused.len(), 5);
    for (_, response, body) in refused {
        let source = Source::organisation();
        let (answer, has_date) = recorded(&response, &body);
        source.misbehave("/", 1, move |_, _| match has_date {
            true => Reply::honest(&answer),
            false => Reply::written(&answer, &[("content-length", answer.body.len().to_string())]),
        });
        let host = Host::new();
        host.install_connector("github");
        host.connect_github("github", &["owner=acme", "repositories=[\"shop\"]", "streams=[\"issues\"]"]);
        host.route(&source, false);
        let ran = host.run(&["sync", "--json"]).refused(1, &["rate-limited", "the rate limit is reached"]);
        assert_eq!(source.requests(), 1);
        let asked = ran.json()[0]["streams"][0]["failure"]["retry_after_seconds"].as_u64();
        assert!(asked.is_some_and(|seconds| (540..=601).contains(&seconds)), "{asked:?}, with a date: {has_date}");
    }
}

/// The recorded answer. Its instants are written as offsets, which are filled in here: ten minutes from now.
fn recorded(response: &Value, body: &Value) -> (Answer, bool) {
    let reset = (jiff::Timestamp::now().as_second() + 600).to_string();
    let headers = response["headers"].as_object().expect("headers");
    let kept = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    let headers_kept = kept.into_iter().filter_map(|name| {
        let (_, value) = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let value = value.as_str()?;
        Some((name, if value.contains("{{") { reset.clone() } else { value.to_owned() }))
    });
    let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
    let answer = Answer { status, headers: headers_kept.collect(), body: body.to_string().into_bytes() };
    (answer, headers.keys().any(|name| name.eq_ignore_ascii_case("date")))
}
