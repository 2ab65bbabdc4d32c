//! A backend in memory for the tests, and the way to ask a router that stands on it.
//!
//! Two workspaces, Acme and Bolt, with the same things in each. Every text of a workspace carries its canary, its own
//! name, so that a foreign byte in an answer is seen.

mod ports;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use domain::capability::{AuthScheme, AuthSlot, HttpRule, Scheme};
use domain::{Capabilities, ConnectionId, Instant, RunId, WorkspaceId};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    ApiConfig, Authorized, ConnectionState, ConnectionSummary, CursorKey, Direction, MetricGrain, MetricInfo, Pending,
    PortError, RunStatus, RunSummary,
};

/// Every scope but `people:read`, in Acme.
pub(crate) const ACME: &str = "wbt_acme";
/// Every scope, in Acme.
pub(crate) const ACME_PEOPLE: &str = "wbt_acme-people";
/// Every scope but `people:read`, in Bolt.
pub(crate) const BOLT: &str = "wbt_bolt";
/// No scope, in Acme.
pub(crate) const SCOPELESS: &str = "wbt_scopeless";
/// How many runs each workspace has.
pub(crate) const RUNS: usize = 8;

/// The backend, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Fake {
    failing: bool,
    panicking: bool,
    hanging: bool,
    not_ready: bool,
    too_many_points: bool,
    moved_on: bool,
    moving: bool,
    catalogue: Catalogue,
}

impl Fake {
    pub(crate) fn failing(self) -> Self {
        Self { failing: true, ..self }
    }

    pub(crate) fn panicking(self) -> Self {
        Self { panicking: true, ..self }
    }

    pub(crate) fn hanging(self) -> Self {
        Self { hanging: true, ..self }
    }

    pub(crate) fn not_ready(self) -> Self {
        Self { not_ready: true, ..self }
    }

    pub(crate) fn too_many_points(self) -> Self {
        Self { too_many_points: true, ..self }
    }

    pub(crate) fn moved_on(self) -> Self {
        Self { moved_on: true, ..self }
    }

    /// The data moves on after its version was asked for.
    pub(crate) fn moving(self) -> Self {
        Self { moving: true, ..self }
    }

    fn version(&self) -> String {
        if self.moved_on { "8".to_owned() } else { "7".to_owned() }
    }

    fn answer<'a, T: Send + 'a, E: From<PortError> + Send + 'a>(&self, answer: Result<T, E>) -> Pending<'a, T, E> {
        let Self { failing, panicking, hanging, .. } = *self;
        Box::pin(async move {
            assert!(!panicking, "the secret of the fake");
            if hanging {
                std::future::pending::<()>().await;
            }
            if failing { Err(PortError::Fault("the secret of the fake".into()).into()) } else { answer }
        })
    }
}

// ---- what there is ----

fn workspace(number: u8) -> WorkspaceId {
    WorkspaceId::from_bytes([number; 16])
}

fn number<P: crate::Permission>(caller: &Authorized<P>) -> u8 {
    caller.workspace().as_bytes()[0]
}

fn name_of(number: u8) -> &'static str {
    if number == 1 { "Acme" } else { "Bolt" }
}

fn number_of(token: &str) -> u8 {
    if token == BOLT { 2 } else { 1 }
}

fn connection_id(number: u8) -> ConnectionId {
    ConnectionId::from_bytes([number; 16])
}

fn run_id(number: u8, run: usize) -> RunId {
    let mut bytes = [number; 16];
    bytes[15] = u8::try_from(run).expect("few runs");
    RunId::from_bytes(bytes)
}

/// The connection of this token's workspace.
pub(crate) fn connection_of(token: &str) -> ConnectionId {
    connection_id(number_of(token))
}

/// A run of this token's workspace.
pub(crate) fn run_of(token: &str) -> RunId {
    run_id(number_of(token), 1)
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn summary(number: u8) -> ConnectionSummary {
    ConnectionSummary {
        id: connection_id(number),
        name: format!("{} GitHub", name_of(number)),
        plugin: "weighbridge/github".parse().expect("a plugin id"),
        plugin_version: Some("1.4.0".to_owned()),
        waits_for_consent_to: Some("2.0.0".to_owned()),
        state: ConnectionState::BackingOff,
        reason: Some("issues:acme/shop: upstream: HTTP 502".to_owned()),
        created_at: at("2026-01-01T00:00:00Z").into(),
        last_success_at: None,
        next_run_at: Some(at("2026-03-31T23:40:00Z").into()),
    }
}

fn run_summary(number: u8, run: usize) -> RunSummary {
    RunSummary {
        id: run_id(number, run),
        connection: connection_id(number),
        plugin: "weighbridge/github".parse().expect("a plugin id"),
        plugin_version: "1.4.0".to_owned(),
        state: RunStatus::Partial,
        started_at: at("2026-03-31T22:00:00Z").into(),
        finished_at: Some(at("2026-03-31T22:00:03.5Z").into()),
        records: 120,
    }
}

fn capabilities(files: bool) -> Capabilities {
    let host = "api.github.com".to_owned();
    Capabilities {
        http: vec![HttpRule {
            scheme: Scheme::Https,
            host: host.clone(),
            port: 443,
            methods: vec!["GET".to_owned()],
            path: "/".to_owned(),
        }],
        auth: vec![AuthSlot {
            name: "token".to_owned(),
            scheme: AuthScheme::Bearer,
            hosts: vec![host],
            optional: true,
        }],
        files,
        content: false,
        state: true,
    }
}

struct Catalogue([MetricInfo; 1]);

impl Default for Catalogue {
    fn default() -> Self {
        Self([MetricInfo {
            id: "pickup-time".to_owned(),
            title: "Pickup time".to_owned(),
            unit: "seconds".to_owned(),
            meaning: "How long a pull request waits for its first review.".to_owned(),
            formula: "t_review − t_ready, median".to_owned(),
            formula_version: "1".to_owned(),
            aggregation: "distribution".to_owned(),
            families: vec!["pull-requests".to_owned()],
            direction: Direction::Lower,
            counter_metric: Some("review-depth".to_owned()),
            grains: vec![MetricGrain::Workspace, MetricGrain::Repository, MetricGrain::Person],
        }])
    }
}

// ---- asking ----

/// An answer, taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// `null` where the body is not JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The last part of the problem's type.
    pub(crate) fn problem_type(&self) -> String {
        self.body["type"].as_str().unwrap_or_default().trim_start_matches(crate::problem::TYPES).to_owned()
    }

    /// The body of a problem, without the request's id, which must be the one in the header.
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        assert_eq!(self.body["instance"].as_str(), self.header("x-request-id"));
        let mut body = self.body.clone();
        body["instance"] = "[request id]".into();
        body
    }
}

/// The router on this backend, at half past eleven in the night of 31 March 2026, UTC.
pub(crate) fn router(fake: Fake) -> Router {
    let config = ApiConfig {
        now: || at("2026-03-31T23:30:00Z"),
        request_timeout: std::time::Duration::from_millis(if fake.hanging { 10 } else { 10_000 }),
        ..ApiConfig::new(CursorKey::from_bytes([7; 32]))
    };
    crate::router(Arc::new(fake), config)
}

pub(crate) async fn get(fake: Fake, path: &str, token: Option<&str>) -> Answer {
    send(fake, "GET", path, token, &[]).await
}

pub(crate) async fn send(
    fake: Fake,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router(fake).oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let body = serde_json::from_str(&text).unwrap_or_default();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text, body }
}
