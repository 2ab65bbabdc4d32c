//! The API on this backend, asked over a real socket.

use std::sync::Arc;

use api::{ApiConfig, CursorKey};
use domain::Next;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::StoreBackend;
use super::testing::{Bench, Source, at, by, commit, package, person, repository};

const ALL: [&str; 4] = ["metrics:read", "connections:read", "runs:read", "plugins:read"];

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

/// One request, on a server of its own.
async fn get(bench: &Bench, path: &str, token: &str, header: &str) -> Answer {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let backend = Arc::new(StoreBackend::new(bench.store.clone()));
    let router = api::router(backend, ApiConfig::new(CursorKey::from_bytes([7; 32])));
    let server = tokio::spawn(api::serve(listener, router, std::future::pending()));
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\nauthorization: Bearer {token}\r\n{header}\r\n"
    );
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    server.abort();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
}

/// A workspace with one connection, one run, two commits of one repository, and a plugin.
async fn filled() -> (Bench, Source) {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let noon = at("2026-03-10T12:00:00Z");
    let records = vec![
        repository("shop"),
        person("ann"),
        commit("1", "shop", by("ann"), noon),
        commit("2", "shop", by("ann"), noon),
    ];
    bench.bring(source, Next::Done("the-cursor".to_owned()), at("2026-03-20T08:00:00Z"), records).await;
    bench.roll_up().await;
    bench.install(&package("acme/forge", 1, "{}", domain::Capabilities::default())).await;
    (bench, source)
}

const FIGURES: &str = "/v1/metrics/commits?from=2026-03-01&to=2026-03-31&group_by=repository";

#[tokio::test]
async fn every_route_answers_from_the_store() {
    let (bench, Source { connection, run, .. }) = filled().await;
    let (token, _) = bench.token(bench.workspace, &ALL, None).await;
    let ask = async |path: &str| {
        let answer = get(&bench, path, &token, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let text = answer.body.to_string();
        assert!(!text.contains("secret of the settings") && !text.contains("the-cursor"), "{text}");
        answer.body
    };
    assert_eq!(ask("/v1/workspace").await["time_zone"], "Europe/Berlin");
    assert_eq!(ask("/v1/metrics").await["items"].as_array().map(Vec::len), Some(metrics::METRICS.len()));
    assert_eq!(ask("/v1/connections").await["items"][0]["name"], "forge");
    assert_eq!(ask(&format!("/v1/connections/{connection}")).await["streams"][0]["caught_up"], true);
    assert_eq!(ask("/v1/runs").await["items"][0]["id"], run.to_string());
    assert_eq!(ask(&format!("/v1/runs/{run}")).await["records"], 4);
    assert_eq!(ask("/v1/plugins").await["items"][0]["id"], "acme/forge");
    assert_eq!(ask("/readyz?verbose").await["checks"][0]["good"], true);

    let figures = ask(FIGURES).await;
    let series = &figures["series"][0];
    assert_eq!((series["label"].as_str(), series["points"][0]["value"].as_f64()), (Some("acme/shop"), Some(2.0)));
    assert_eq!(figures["computed_at"], "2026-03-20T08:00:00Z");
}

#[tokio::test]
async fn another_workspace_sees_nothing_of_it() {
    let (bench, Source { connection, run, .. }) = filled().await;
    let (token, _) = bench.token(bench.other, &ALL, None).await;
    for path in [
        format!("/v1/connections/{connection}"),
        format!("/v1/runs/{run}"),
        format!("/v1/runs?connection={connection}"),
    ] {
        assert_eq!(get(&bench, &path, &token, "").await.status, 404, "{path}");
    }
    let figures = get(&bench, FIGURES, &token, "").await;
    assert_eq!((figures.status, figures.body["series"].as_array().map(Vec::len)), (200, Some(0)));
    // Nothing ever came, so its figures are as old as the workspace.
    assert_eq!(figures.body["computed_at"], "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn figures_of_people_need_their_own_scope() {
    let (bench, _) = filled().await;
    let path = FIGURES.replace("repository", "person");
    let (token, _) = bench.token(bench.workspace, &ALL, None).await;
    assert_eq!(get(&bench, &path, &token, "").await.status, 403);
    let (token, _) = bench.token(bench.workspace, &["metrics:read", "people:read"], None).await;
    assert_eq!(get(&bench, &path, &token, "").await.body["series"][0]["label"], "ann-login");
}

#[tokio::test]
async fn figures_that_have_not_changed_are_not_sent_again() {
    let (bench, source) = filled().await;
    let (token, _) = bench.token(bench.workspace, &ALL, None).await;
    let first = get(&bench, FIGURES, &token, "").await;
    let tag = first.head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
    let known = format!("if-none-match: {tag}\r\n");
    assert_eq!(get(&bench, FIGURES, &token, &known).await.status, 304);
    let more = vec![commit("3", "shop", by("ann"), at("2026-03-11T12:00:00Z"))];
    bench.bring(source, Next::Done("the-cursor".to_owned()), at("2026-03-21T08:00:00Z"), more).await;
    bench.roll_up().await;
    let moved = get(&bench, FIGURES, &token, &known).await;
    assert_eq!((moved.status, moved.body["series"][0]["points"][0]["value"].as_f64()), (200, Some(3.0)));
}

#[tokio::test]
async fn a_revoked_token_is_told_so() {
    let (bench, _) = filled().await;
    let (token, id) = bench.token(bench.workspace, &ALL, None).await;
    let revoke = async |tx: &mut store::SystemTx| {
        store::tokens::revoke(tx, bench.workspace, id, at("2026-03-01T00:00:00Z")).await
    };
    bench.store.system("revoke", revoke).await.expect("a revocation");
    let refused = get(&bench, "/v1/workspace", &token, "").await;
    assert_eq!(refused.status, 401);
    assert!(refused.body.to_string().contains("revoked"), "{}", refused.body);
}
