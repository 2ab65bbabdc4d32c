//! Which addresses are dialled, and on which connections requests travel.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::Budget;
use domain::exchange::ExchangeError;
use weighbridge_egress::{Egress, EgressConfig};

use super::upstream::{Upstream, ok, trap};
use super::world::{HOST, ToldResolver, config, get, is_denied, permit, rule, session};

#[tokio::test]
async fn a_name_that_leads_inside_is_never_dialled() {
    let (address, hits) = trap("127.0.0.1", 0).await;
    for inside in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "64:ff9b::7f00:1"]
    {
        let resolver = ToldResolver::new(&[&[inside]]);
        let mut permit = permit();
        permit.rules.push(rule(HOST, address.port()));
        let session = session(EgressConfig { resolver: resolver.clone(), ..config(&[]) }, permit);
        let outcome = session.send(get(&format!("https://{HOST}:{}/x", address.port()))).await;
        assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{inside}: {outcome:?}");
        assert_eq!(resolver.calls(), 1, "one lookup for one connection");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn of_a_mixed_answer_only_what_was_checked_is_dialled() {
    let (address, closed) = trap("127.0.0.1", 0).await;
    let (_, opened) = trap("127.0.0.2", address.port()).await;
    let resolver = ToldResolver::new(&[&["127.0.0.1", "127.0.0.2"], &["127.0.0.1"]]);
    let mut permit = permit();
    permit.rules.push(rule(HOST, address.port()));
    permit.private_networks.push("127.0.0.2/32".parse().expect("a net"));
    let session = session(EgressConfig { resolver: resolver.clone(), ..config(&[]) }, permit);
    let url = format!("https://{HOST}:{}/x", address.port());
    // The trap does not speak TLS: that it was reached shows what was dialled.
    let outcome = session.send(get(&url)).await;
    assert!(matches!(outcome, Err(ExchangeError::Tls(_))), "{outcome:?}");
    assert_eq!((closed.load(Ordering::SeqCst), opened.load(Ordering::SeqCst)), (0, 1));
    // The name now leads to the closed address alone (rebinding).
    assert!(matches!(session.send(get(&url)).await, Err(ExchangeError::Name(_))));
    assert_eq!((closed.load(Ordering::SeqCst), opened.load(Ordering::SeqCst)), (0, 1));
}

#[tokio::test]
async fn a_name_that_does_not_exist_says_so() {
    let session = session(config(&[]), permit());
    let outcome = session.send(get("https://api.example.test/x")).await;
    assert_eq!(outcome, Err(ExchangeError::Name("`api.example.test` does not resolve".to_owned())));
}

#[tokio::test]
async fn plain_http_needs_a_route() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let mut permit = permit();
    permit.rules[0].scheme = domain::capability::Scheme::Http;
    permit.rules[0].port = 80;
    permit.private_networks.push("127.0.0.0/8".parse().expect("a net"));
    let permit = Arc::new(permit);
    let request = || get("http://api.example.test/x");
    let direct = Egress::new(config(&[])).expect("settings").session(permit.clone(), Budget::default());
    assert!(is_denied(&direct.send(request()).await));
    let routed = |host| {
        Egress::new(config(&[(host, upstream.address)])).expect("settings").session(permit.clone(), Budget::default())
    };
    assert!(is_denied(&routed(HOST).send(request()).await), "a route without a port is for https");
    assert_eq!(routed("api.example.test:80").send(request()).await.expect("an answer").body, b"hello");
}

#[tokio::test]
async fn a_route_takes_the_requests_for_its_own_port_only() {
    let (bare, named) = (Upstream::serve(|_| ok("bare")).await, Upstream::serve(|_| ok("named")).await);
    let mut permit = permit();
    permit.rules.extend([rule(HOST, 8443), rule(HOST, 9443)]);
    let routes = [(HOST, bare.address), ("api.example.test:8443", named.address)];
    let session = session(config(&routes), permit);
    let body = async |port: &str| session.send(get(&format!("https://{HOST}{port}/x"))).await.map(|answer| answer.body);
    assert_eq!((body("").await, body(":8443").await), (Ok(b"bare".to_vec()), Ok(b"named".to_vec())));
    // What no route names goes to the real host, which does not resolve here.
    assert!(matches!(body(":9443").await, Err(ExchangeError::Name(_))));
    assert_eq!((bare.seen().len(), named.seen().len()), (1, 1));
}

#[tokio::test]
async fn a_routed_server_sees_the_request_as_the_vendor_would() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let mut config = config(&[(HOST, upstream.address)]);
    config.routes[0].to.set_path("/base/");
    let session = session(config, permit());
    session.send(get("https://api.example.test/x%20y?page=2")).await.expect("an answer");
    let seen = upstream.seen().remove(0).request;
    assert_eq!(seen.uri(), "/base/x%20y?page=2");
    assert_eq!(seen.headers()["host"], HOST);
    assert!(!seen.headers().contains_key("referer") && !seen.headers().contains_key("cookie"));
}

#[tokio::test]
async fn workspaces_never_share_a_connection() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let egress = Egress::new(config(&[(HOST, upstream.address)])).expect("settings");
    let (ours, theirs) = (Arc::new(permit()), Arc::new(permit()));
    for permit in [&ours, &ours, &theirs, &ours] {
        let session = egress.session(Arc::clone(permit), Budget::default());
        session.send(get("https://api.example.test/x")).await.expect("an answer");
    }
    let peers: Vec<_> = upstream.seen().iter().map(|seen| seen.peer).collect();
    assert!(peers[0] == peers[1] && peers[0] == peers[3], "a workspace reuses its own connection");
    assert_ne!(peers[0], peers[2]);
}
