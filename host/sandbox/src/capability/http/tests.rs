use std::sync::atomic::{AtomicUsize, Ordering};

use super::wit::{Host, HostResponse};
use super::*;

/// What the guest may hold.
const HANDLES: u32 = 1_024;

/// Answers with the URL as body, the later requests first, and knows how many were under way at a time.
#[derive(Default)]
struct Upstream {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Http for Upstream {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async move {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let turns = 100 - request.url.len();
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, Ordering::SeqCst);
            match request.url.as_str() {
                "spent" => Err(ExchangeError::Budget(BudgetKind::BytesOut)),
                "denied" => Err(ExchangeError::Denied("host".into())),
                "reset" => Err(ExchangeError::Connection("reset".into())),
                _ => {
                    let headers = vec![("etag".into(), "\"1\"".into())];
                    Ok(Response { status: 200, headers, body: request.url.into_bytes() })
                }
            }
        })
    }
}

fn request(url: &str) -> wit::Request {
    let body = Some(vec![0; 10]);
    wit::Request { method: wit::Method::Post, url: url.into(), headers: vec![], body, auth: None }
}

#[tokio::test]
async fn a_batch_overlaps_within_bounds_and_keeps_its_order() {
    let upstream = Arc::new(Upstream::default());
    let mut exchange = Exchange::new(Some(Arc::clone(&upstream) as Arc<dyn Http>), HANDLES);
    let mut meter = Meter::alone(std::time::Duration::from_secs(1), u32::MAX);
    let mut view = View { exchange: &mut exchange, meter: &mut meter };
    let urls: Vec<String> = (1..=20).map(|length| "u".repeat(length)).collect();
    let answers = view.send_all(urls.iter().map(|url| request(url)).collect()).await.expect("answers");
    for (url, answer) in urls.iter().zip(answers) {
        let answer = answer.expect("an answer");
        let again = Resource::new_borrow(answer.rep());
        assert_eq!(view.text(answer).expect("known").expect("text"), *url);
        assert!(matches!(view.bytes(again).expect("known"), Err(wit::HttpError::Body(_))), "a body is taken once");
    }
    assert_eq!(upstream.most.load(Ordering::SeqCst), PARALLEL);
}

#[tokio::test]
async fn what_was_never_sent_is_not_counted() {
    let mut exchange = Exchange::new(Some(Arc::new(Upstream::default())), HANDLES);
    let mut meter = Meter::alone(std::time::Duration::from_secs(1), u32::MAX);
    let mut view = View { exchange: &mut exchange, meter: &mut meter };
    assert!(matches!(view.send(request("denied")).await.expect("settled"), Err(wit::HttpError::Denied(_))));
    assert!(matches!(view.send(request("reset")).await.expect("settled"), Err(wit::HttpError::Connection(_))));
    let answer = view.send(request("abc")).await.expect("settled").expect("an answer");
    assert_eq!(view.header(answer, "ETag".into()).expect("known").as_deref(), Some("\"1\""));
    let Traffic { requests, bytes_in, bytes_out } = exchange.traffic();
    assert_eq!((requests, bytes_in, bytes_out), (2, 3, 20));
}

#[tokio::test]
async fn a_budget_that_is_spent_is_told_by_the_name_that_the_interface_has_for_it() {
    let mut exchange = Exchange::new(Some(Arc::new(Upstream::default())), HANDLES);
    let mut meter = Meter::alone(std::time::Duration::from_secs(1), u32::MAX);
    let mut view = View { exchange: &mut exchange, meter: &mut meter };
    let told = view.send(request("spent")).await.expect("settled").expect_err("refused");
    assert!(matches!(told, wit::HttpError::Budget(name) if name == "bytes-out"));
    assert_eq!(*exchange.met(), BTreeSet::from([BudgetKind::BytesOut]));
    for (budget, name) in NAMES {
        assert_eq!((name_of(budget), budget_of(name)), (name, Some(budget)));
    }
}

#[tokio::test]
async fn a_batch_that_could_not_be_held_is_not_sent() {
    let upstream = Arc::new(Upstream::default());
    let mut exchange = Exchange::new(Some(Arc::clone(&upstream) as Arc<dyn Http>), HANDLES);
    let mut meter = Meter::alone(std::time::Duration::from_secs(1), u32::MAX);
    let mut view = View { exchange: &mut exchange, meter: &mut meter };
    let flood = (0..=HANDLES).map(|_| request("u")).collect();
    assert!(view.send_all(flood).await.expect_err("refused").is::<HandlesSpent>());
    assert_eq!(upstream.most.load(Ordering::SeqCst), 0);
}
