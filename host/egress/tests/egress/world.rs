//! What a test says about its world: permits, requests, routes and a resolver that answers as it is told.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::capability::{AuthScheme, AuthSlot, HttpRule, Scheme};
use domain::exchange::{ExchangeError, Request};
use domain::{Budget, WorkspaceId};
use futures_util::future::BoxFuture;
use weighbridge_egress::{Credential, Egress, EgressConfig, Permit, Resolve, Route, Session, Timeouts};

pub(crate) const HOST: &str = "api.example.test";
pub(crate) const OTHER: &str = "other.example.test";
pub(crate) const SECRET: &str = "wb-test/S3cret+Token~0123456789";

/// A resolver that gives its answers in turn, the last one for ever.
#[derive(Debug, Default)]
pub(crate) struct ToldResolver {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    calls: AtomicUsize,
}

impl ToldResolver {
    pub(crate) fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().expect("an address")).collect();
        Arc::new(Self { answers: Mutex::new(answers.iter().map(parse).collect()), calls: AtomicUsize::new(0) })
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Resolve for ToldResolver {
    fn resolve(&self, _host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("a lock");
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// A resolver that knows some names.
#[derive(Debug)]
pub(crate) struct Names(pub(crate) HashMap<String, IpAddr>);

impl Resolve for Names {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.0.get(host).copied();
        Box::pin(async move { found.map(|ip| vec![ip]).ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// Settings with these routes and no name that resolves. A busy machine is not taken for a slow source.
pub(crate) fn config(routes: &[(&str, SocketAddr)]) -> EgressConfig {
    let route = |&(host, address): &(&str, SocketAddr)| Route {
        host: host.to_owned(),
        to: format!("http://{address}").parse().expect("a URL"),
    };
    let [connect, first_byte, idle, total] = [20, 20, 20, 60].map(Duration::from_secs);
    EgressConfig {
        routes: routes.iter().map(route).collect(),
        timeouts: Timeouts { connect, first_byte, idle, total },
        resolver: ToldResolver::new(&[]),
        ..EgressConfig::default()
    }
}

/// The same settings, for sources that only time ends.
pub(crate) fn hurried(config: EgressConfig) -> EgressConfig {
    let [connect, first_byte, idle, total] = [2000, 400, 200, 1500].map(Duration::from_millis);
    EgressConfig { timeouts: Timeouts { connect, first_byte, idle, total }, ..config }
}

pub(crate) fn rule(host: &str, port: u16) -> HttpRule {
    let methods = ["GET", "HEAD", "POST"].map(str::to_owned).to_vec();
    HttpRule { scheme: Scheme::Https, host: host.to_owned(), port, methods, path: "/".to_owned() }
}

/// Slot `api`, for a bearer token, bound to this host.
pub(crate) fn slot(host: &str) -> AuthSlot {
    AuthSlot { name: "api".to_owned(), scheme: AuthScheme::Bearer, hosts: vec![host.to_owned()], optional: false }
}

/// A permit for GET, HEAD and POST on both hosts, with a bearer token in slot `api`, bound to `HOST`.
pub(crate) fn permit() -> Permit {
    Permit {
        workspace: WorkspaceId::generate(),
        rules: vec![rule(HOST, 443), rule(OTHER, 443)],
        credentials: vec![Credential { slot: slot(HOST), secret: Some(SECRET.into()), id: "cred-1".to_owned() }],
        private_networks: Vec::new(),
    }
}

pub(crate) fn get(url: &str) -> Request {
    Request { method: "GET".to_owned(), url: url.to_owned(), headers: Vec::new(), body: None, auth: None }
}

/// A GET with the credential of slot `api`.
pub(crate) fn get_as(url: &str) -> Request {
    Request { auth: Some("api".to_owned()), ..get(url) }
}

pub(crate) fn session(config: EgressConfig, permit: Permit) -> Session {
    Egress::new(config).expect("settings").session(Arc::new(permit), Budget::default())
}

/// One GET of `HOST`, routed to this address: how it fails.
pub(crate) async fn failure(address: SocketAddr) -> ExchangeError {
    let session = session(config(&[(HOST, address)]), permit());
    session.send(get("https://api.example.test/x")).await.expect_err("no answer")
}

pub(crate) fn is_denied<T>(outcome: &Result<T, ExchangeError>) -> bool {
    matches!(outcome, Err(ExchangeError::Denied(_)))
}
