//! The main job, end to end: a signed connector brings a generated organisation in, and the API answers with metrics.

use std::fs;

use serde_json::Value;
use weighbridge_tests::kit::{Host, Serving};
use weighbridge_tests::upstream::{Handle, Organisation, Upstream, serve};

const TOKEN: &str = "token-of-the-simulator";

/// The simulator, with this token, on a free port.
async fn simulator(token: &str) -> Handle {
    let now = "2026-06-30T12:00:00Z".parse().expect("an instant");
    let upstream = Upstream::new(Organisation::generate(now, 1)).token(token);
    serve(([127, 0, 0, 1], 0).into(), upstream).await.expect("the simulator")
}

/// A host with the `github` connector, synced against the simulator.
async fn synced() -> Host {
    let upstream = simulator(TOKEN).await;
    let host = connected(&upstream);
    let _ = host.run(&["sync"]).good();
    host
}

/// A host that is connected with the simulator.
fn connected(upstream: &Handle) -> Host {
    let host = Host::new();
    host.route_github(&upstream.origin());
    host.install_connector("github");
    let secret = host.folder().join("secret");
    fs::write(&secret, TOKEN).expect("written");
    let credential = format!("token={}", secret.display());
    let _ = host.run(&["connect", "weighbridge/github", "--set", "owner=acme", "--credential", &credential]).good();
    host
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_becomes_metrics_of_the_api() {
    let host = synced().await;
    for table in ["people", "teams", "memberships", "repositories", "commits", "pull_requests", "reviews", "comments"] {
        assert!(host.records(table) > 0, "{table}");
    }
    for table in ["work_items", "transitions", "deployments", "workflow_runs"] {
        assert!(host.records(table) > 0, "{table}");
    }
    let made = host.run(&["token", "new", "test", "--json"]).good().json();
    let token = made["token"].as_str().expect("a token");
    let serving = Serving::start(&host);

    let (status, catalogue) = serving.get("/v1/metrics", Some(token)).await;
    assert_eq!(status, 200, "{catalogue}");
    for metric in catalogue["items"].as_array().expect("metrics") {
        let id = metric["id"].as_str().expect("an id");
        let (status, answer) =
            serving.get(&format!("/v1/metrics/{id}?from=2020-01-01&to=2021-12-31"), Some(token)).await;
        assert_eq!(status, 200, "{id}: {answer}");
    }
    let (status, answer) = serving
        .get("/v1/metrics/cycle-time?from=2026-04-01&to=2026-06-30&interval=month&group_by=team", Some(token))
        .await;
    assert_eq!(status, 200, "{answer}");
    let series = answer["series"].as_array().expect("series");
    assert_eq!(series.len(), 3, "one for each team: {answer}");
    let known =
        |series: &Value| series["points"].as_array().is_some_and(|points| points.iter().any(|p| p["value"].is_f64()));
    assert!(series.iter().all(known), "{answer}");
    for metric in ["deploy-time", "work-in-progress", "review-load"] {
        let path = format!("/v1/metrics/{metric}?from=2026-04-01&to=2026-06-29&group_by=team");
        let (status, answer) = serving.get(&path, Some(token)).await;
        let series = answer["series"].as_array().expect("series");
        assert!(status == 200 && series.len() == 3 && series.iter().all(known), "{metric}: {answer}");
    }

    let (status, runs) = serving.get("/v1/runs", Some(token)).await;
    assert_eq!((status, &runs["items"][0]["state"]), (200, &"succeeded".into()), "{runs}");
    let (status, connections) = serving.get("/v1/connections", Some(token)).await;
    assert_eq!((status, connections["items"].as_array().map(Vec::len)), (200, Some(1)), "{connections}");
    assert_eq!(serving.get("/v1/metrics", None).await.0, 401);
    assert_eq!(serving.get("/v1/metrics", Some("wbt_wrong")).await.0, 401);
    assert_eq!(serving.get("/v1/metrics/cycle-time?group_by=person", Some(token)).await.0, 403);
    assert_eq!(serving.get("/readyz", None).await.0, 200);
    assert_eq!(serving.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credential_is_in_no_file_of_the_host_but_the_one_it_came_from() {
    let host = synced().await;
    fs::remove_file(host.folder().join("secret")).expect("removed");
    let mut folders = vec![host.folder().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).expect("a file");
            let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!found, "the credential lies in {}", path.display());
        }
    }
    assert!(files > 3, "databases and packages were looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sync_brings_nothing_twice() {
    let upstream = simulator(TOKEN).await;
    let host = connected(&upstream);
    let first = host.run(&["sync", "--json"]).good().json();
    let counts = |host: &Host| ["commits", "pull_requests", "work_items", "reviews"].map(|table| host.records(table));
    let before = counts(&host);
    let second = host.run(&["sync", "--json"]).good().json();
    assert_eq!(counts(&host), before);
    let records = |run: &Value| run[0]["usage"]["records"].as_u64().expect("a count");
    assert!(records(&second) * 2 < records(&first), "{} then {}", records(&first), records(&second));
}
