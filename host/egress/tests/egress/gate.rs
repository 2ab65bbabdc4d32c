//! Sources that ask to wait are not asked again before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use domain::exchange::ExchangeError;
use domain::{Budget, Instant};
use http::Response;
use weighbridge_egress::{Egress, EgressConfig, Permit, Session};

use super::upstream::Upstream;
use super::world::{HOST, config, get, get_as, permit};

const URL: &str = "https://api.example.test/x";

async fn limited(status: u16, headers: &'static [(&'static str, &'static str)]) -> Upstream {
    Upstream::serve(move |_| {
        let builder = Response::builder().status(status);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(Bytes::from("slow down")).expect("a response")
    })
    .await
}

fn with_secret(id: &str, secret: &str) -> Permit {
    let mut permit = permit();
    id.clone_into(&mut permit.credentials[0].id);
    permit.credentials[0].secret = Some(secret.into());
    permit
}

fn open(egress: &Egress, permit: Permit) -> Session {
    egress.session(Arc::new(permit), Budget::default())
}

#[tokio::test]
async fn the_answer_is_passed_on_and_the_gate_closes_for_all_who_share_the_credential() {
    let upstream = limited(429, &[("retry-after", "30")]).await;
    let egress = Egress::new(EgressConfig { clock: || Instant::from_micros(0), ..config(&[(HOST, upstream.address)]) });
    let egress = egress.expect("settings");
    let first = open(&egress, with_secret("cred-1", "shared-secret"));
    assert_eq!(first.pause(), None);
    assert_eq!(first.send(get_as(URL)).await.expect("the 429 itself").status, 429);
    assert_eq!(first.pause(), Some(30));
    assert_eq!(first.send(get_as(URL)).await, Err(ExchangeError::RateLimited(30)));
    // The same secret in another connection of another workspace.
    let second = open(&egress, with_secret("cred-2", "shared-secret"));
    assert_eq!(second.send(get_as(URL)).await, Err(ExchangeError::RateLimited(30)));
    assert_eq!(upstream.seen().len(), 1, "no connection while closed");
    assert_eq!((first.usage().requests, first.log().len()), (1, 2), "what was not sent is not counted, but on record");
    // Another credential, and no credential, have limits of their own.
    assert_eq!(
        open(&egress, with_secret("cred-1", "own-secret")).send(get_as(URL)).await.expect("an answer").status,
        429
    );
    assert_eq!(first.send(get(URL)).await.expect("an answer").status, 429);
    assert_eq!(first.send(get(URL)).await, Err(ExchangeError::RateLimited(30)));
}

#[tokio::test]
async fn the_gate_opens_when_the_pause_is_over() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    let upstream = limited(503, &[("retry-after", "30")]).await;
    let clock = || Instant::from_micros(NOW.load(Ordering::SeqCst));
    let egress = Egress::new(EgressConfig { clock, ..config(&[(HOST, upstream.address)]) }).expect("settings");
    let session = open(&egress, permit());
    assert!(session.send(get(URL)).await.is_ok());
    NOW.store(29_000_001, Ordering::SeqCst);
    assert_eq!(session.send(get(URL)).await, Err(ExchangeError::RateLimited(1)));
    NOW.store(30_000_000, Ordering::SeqCst);
    assert!(session.send(get(URL)).await.is_ok());
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_spent_allowance_closes_the_gate_and_an_absurd_one_for_a_day() {
    for (status, headers, seconds) in [
        (200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "90")][..], Some(90)),
        (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000000060")], Some(86_400)),
        (200, &[("ratelimit", "\"core\";r=0;t=12")], Some(12)),
        (429, &[("retry-after", "315360000")], Some(86_400)),
        (429, &[("retry-after", "-1")], None),
        (429, &[("retry-after", "Thu, 01 Jan 1970 00:00:20 GMT")], Some(20)),
    ] {
        let upstream = limited(status, headers).await;
        let clock = || Instant::from_micros(0);
        let egress = Egress::new(EgressConfig { clock, ..config(&[(HOST, upstream.address)]) }).expect("settings");
        let session = open(&egress, permit());
        assert_eq!(session.send(get(URL)).await.expect("an answer").status, status);
        let second = session.send(get(URL)).await.map(|answer| answer.status);
        assert_eq!(
            second,
            seconds.map_or(Ok(status), |seconds| Err(ExchangeError::RateLimited(seconds))),
            "{headers:?}"
        );
    }
}
