//! The environment's proxies are ignored. Tested in a process of its own, since an environment is a process's.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use super::upstream::{Upstream, ok, trap};
use super::world::{HOST, config, get, permit, session};

const UPSTREAM: &str = "EGRESS_TEST_UPSTREAM";

#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let (proxy, hits) = trap("127.0.0.1", 0).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().expect("this binary"));
    child.args(["--exact", "proxy::child_of_the_test_above", "--ignored"]).env(UPSTREAM, upstream.address.to_string());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, format!("http://{proxy}"));
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().await.expect("a child");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((upstream.seen().len(), hits.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
#[ignore = "run by `proxies_of_the_environment_are_ignored`"]
async fn child_of_the_test_above() {
    let address: SocketAddr = std::env::var(UPSTREAM).expect("set by the parent").parse().expect("an address");
    let session = session(config(&[(HOST, address)]), permit());
    assert_eq!(session.send(get("https://api.example.test/x")).await.expect("an answer").body, b"hello");
}
