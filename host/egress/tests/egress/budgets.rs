//! Budgets of a call, counted over all its requests, and the record that they leave.

use std::sync::Arc;
use std::time::Duration;

use domain::exchange::{ExchangeError, Request};
use domain::{Budget, BudgetKind};
use futures_util::future::join_all;
use weighbridge_egress::{Egress, EgressConfig, Session};

use super::upstream::{End, Upstream, ok, raw};
use super::world::{HOST, OTHER, config, get, hurried, permit};

const URL: &str = "https://api.example.test/x?token=hidden";

fn session(config: EgressConfig, budget: Budget) -> Session {
    Egress::new(config).expect("settings").session(Arc::new(permit()), budget)
}

#[tokio::test]
async fn concurrent_requests_draw_on_one_budget() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let session = session(config(&[(HOST, upstream.address)]), Budget { requests: 7, ..Budget::default() });
    let outcomes = join_all((0..30).map(|_| session.send(get(URL)))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 7);
    assert!(
        outcomes
            .iter()
            .flat_map(|outcome| outcome.as_ref().err())
            .all(|e| *e == ExchangeError::Budget(BudgetKind::Requests))
    );
    assert_eq!((upstream.seen().len(), session.usage().requests, session.usage().bytes_in), (7, 7, 35));
}

#[tokio::test]
async fn bytes_are_counted_in_both_directions() {
    let upstream = Upstream::serve(|_| ok(vec![b'x'; 600])).await;
    let address = u32::try_from(URL.len()).expect("short");
    let budget = Budget { bytes_in: 1_500, bytes_out: 100 + 3 * address, ..Budget::default() };
    let session = session(config(&[(HOST, upstream.address)]), budget);
    let post = |bytes| Request { method: "POST".to_owned(), body: Some(vec![b'y'; bytes]), ..get(URL) };
    assert!(session.send(post(60)).await.is_ok());
    assert_eq!(session.log()[0].bytes_out, 60 + u64::from(address));
    assert_eq!(session.send(post(41 + URL.len())).await, Err(ExchangeError::Budget(BudgetKind::BytesOut)));
    assert!(session.send(post(40)).await.is_ok());
    let mut long = get(URL);
    long.url.push_str("&more");
    assert_eq!(session.send(long).await, Err(ExchangeError::Budget(BudgetKind::BytesOut)));
    let headers = vec![("x-a".to_owned(), "1".to_owned())];
    assert_eq!(session.send(Request { headers, ..get(URL) }).await, Err(ExchangeError::Budget(BudgetKind::BytesOut)));
    assert_eq!(session.send(get(URL)).await, Err(ExchangeError::Budget(BudgetKind::BytesIn)));
    assert_eq!(session.usage().bytes_out, u64::from(budget.bytes_out));
    assert_eq!(upstream.seen().iter().map(|seen| seen.request.body().len()).collect::<Vec<_>>(), [60, 40, 0]);
}

#[tokio::test]
async fn a_request_may_carry_a_mebibyte() {
    let upstream = Upstream::serve(|_| ok("thanks")).await;
    let session = session(config(&[(HOST, upstream.address)]), Budget::default());
    let post = |bytes| Request { method: "POST".to_owned(), body: Some(vec![b'y'; bytes]), ..get(URL) };
    assert!(session.send(post(1024 * 1024)).await.is_ok());
    assert!(super::world::is_denied(&session.send(post(1024 * 1024 + 1)).await));
}

#[tokio::test]
async fn the_calls_time_ends_its_requests() {
    let silent = raw(vec![], Duration::ZERO, End::Stay).await;
    let session = session(config(&[(HOST, silent)]), Budget { wall_ms: 100, ..Budget::default() });
    assert_eq!(session.send(get(URL)).await, Err(ExchangeError::Budget(BudgetKind::WallMs)));
    assert_eq!(session.send(get(URL)).await, Err(ExchangeError::Budget(BudgetKind::WallMs)));
    assert_eq!(session.usage().requests, 1);
}

#[tokio::test]
async fn a_workspace_has_so_many_requests_on_their_way() {
    let silent = raw(vec![], Duration::ZERO, End::Stay).await;
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let mut config = hurried(config(&[(HOST, silent), (OTHER, upstream.address)]));
    config.parallel_per_workspace = 1;
    let session = session(config, Budget::default());
    let started = std::time::Instant::now();
    let slow = session.send(get(URL));
    let quick = session.send(get("https://other.example.test/x"));
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!(slow, Err(ExchangeError::Timeout));
    assert!(quick.is_ok() && started.elapsed() >= Duration::from_millis(350), "the second waited for the first");
}

#[tokio::test]
async fn every_request_leaves_an_entry_without_its_query() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let silent = raw(vec![], Duration::ZERO, End::Stay).await;
    let session = session(config(&[(HOST, upstream.address), (OTHER, silent)]), Budget::default());
    session.send(get(URL)).await.expect("an answer");
    let _ = session.send(get("https://evil.test/y?x=1")).await;
    let _ = session.send(get("nonsense")).await;
    let _ = session.send(Request { method: "GET\n\u{1b}[2J".to_owned(), ..get("https://evil.test/") }).await;
    drop(tokio::time::timeout(Duration::ZERO, session.send(get("https://other.example.test/z"))).await);
    let log = session.log();
    let brief: Vec<_> = log.iter().map(|entry| (entry.host.as_str(), entry.path.as_str(), entry.status)).collect();
    assert_eq!(
        brief,
        [
            (HOST, "/x", Some(200)),
            ("evil.test", "/y", None),
            ("", "", None),
            ("evil.test", "/", None),
            (OTHER, "/z", None)
        ]
    );
    assert_eq!((log[0].method.as_str(), log[0].bytes_in, log[0].error.as_deref()), ("GET", 5, None));
    assert_eq!(log[1].error.as_deref(), Some("denied: host `evil.test` is not granted"));
    assert_eq!(log[4].error.as_deref(), Some("abandoned"));
    let lines = log.iter().flat_map(|entry| [&entry.method, &entry.host, &entry.path].into_iter().chain(&entry.error));
    assert!(lines.flat_map(|text| text.chars()).all(|character| !character.is_control()), "guests write no lines");
    assert!(!format!("{log:?}{session:?}").contains("hidden"));
}
