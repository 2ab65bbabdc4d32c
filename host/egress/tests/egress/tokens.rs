//! Access tokens that change while a run goes on: asked for at each request, replaced once, never read by the plugin.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use domain::exchange::ExchangeError;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use secrecy::{ExposeSecret as _, SecretString};
use weighbridge_egress::{Permit, Secret, Token, TokenError, TokenSource, Tokens};

use crate::upstream::Upstream;
use crate::world::{HOST, config, get, get_as, permit, session};

const HIDDEN: &str = "refresh-token-that-nobody-sees";

/// Gives `token-1` until it is told to give the next.
#[derive(Debug, Default)]
struct Told {
    number: AtomicUsize,
    renewals: AtomicUsize,
    then: Mutex<Option<TokenError>>,
}

fn token(number: usize) -> Token {
    Token { access: format!("access-token-{number}").into(), hidden: vec![HIDDEN.into()] }
}

impl TokenSource for Told {
    fn current(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        std::future::ready(Ok(token(self.number.load(Ordering::SeqCst)))).boxed()
    }

    fn known(&self) -> BoxFuture<'_, Vec<SecretString>> {
        let Token { access, hidden } = token(self.number.load(Ordering::SeqCst));
        std::future::ready([access].into_iter().chain(hidden).collect()).boxed()
    }

    fn renewed<'a>(&'a self, refused: &'a SecretString) -> BoxFuture<'a, Result<Option<Token>, TokenError>> {
        assert_eq!(refused.expose_secret(), token(self.number.load(Ordering::SeqCst)).access.expose_secret());
        self.renewals.fetch_add(1, Ordering::SeqCst);
        let error = self.then.lock().expect("a lock").clone();
        let next = move || Ok(Some(token(self.number.fetch_add(1, Ordering::SeqCst) + 1)));
        std::future::ready(error.map_or_else(next, Err)).boxed()
    }
}

fn permit_with(source: &Arc<Told>) -> Permit {
    let mut permit = permit();
    permit.credentials[0].secret = Some(Secret::Tokens(Tokens::new(source.clone())));
    permit
}

/// Accepts exactly this token, and echoes what it is shown.
async fn accepting(number: usize) -> Upstream {
    Upstream::serve(move |request: &Request<Bytes>| {
        let shown = request.headers().get("authorization").map_or("", |value| value.to_str().expect("text"));
        let status = if shown == format!("Bearer access-token-{number}") { 200 } else { 401 };
        let body = format!("you are {shown}, once access-token-0, and your other secret is {HIDDEN}");
        Response::builder().status(status).body(Bytes::from(body)).expect("a response")
    })
    .await
}

#[tokio::test]
async fn each_request_asks_for_the_token_of_its_moment() {
    let source = Arc::new(Told::default());
    let upstream = accepting(0).await;
    let session = session(config(&[(HOST, upstream.address)]), permit_with(&source));
    for number in 0..3 {
        source.number.store(number, Ordering::SeqCst);
        // A refused one is renewed, so only what was shown first counts here.
        *source.then.lock().expect("a lock") = Some(TokenError::Lost);
        let _ = session.send(get_as("https://api.example.test/x")).await;
        let seen = upstream.seen();
        assert_eq!(seen[number].request.headers()["authorization"], format!("Bearer access-token-{number}"));
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_request_repeated() {
    let source = Arc::new(Told::default());
    let upstream = accepting(1).await;
    let session = session(config(&[(HOST, upstream.address)]), permit_with(&source));
    let request = domain::exchange::Request {
        method: "POST".to_owned(),
        body: Some(b"the body".to_vec()),
        ..get_as("https://api.example.test/x")
    };
    let answer = session.send(request).await.expect("an answer");
    assert_eq!((answer.status, upstream.seen().len(), session.usage().requests), (200, 2, 2));
    let size = ("https://api.example.test/x".len() + "the body".len()) as u64;
    assert_eq!((session.log()[0].bytes_out, session.usage().bytes_out), (2 * size, 2 * size), "both were sent");
    assert!(upstream.seen().iter().all(|seen| &seen.request.body()[..] == b"the body"));

    let never = accepting(99).await;
    let session = self::session(config(&[(HOST, never.address)]), permit_with(&source));
    let answer = session.send(get_as("https://api.example.test/x")).await.expect("an answer");
    assert_eq!((answer.status, never.seen().len()), (401, 2), "a second refusal is the plugin's to hear");
}

#[tokio::test]
async fn a_lost_authorization_leaves_the_plugin_its_401_and_a_silent_provider_a_broken_connection() {
    let source = Arc::new(Told::default());
    let upstream = accepting(99).await;
    let session = session(config(&[(HOST, upstream.address)]), permit_with(&source));
    *source.then.lock().expect("a lock") = Some(TokenError::Lost);
    assert_eq!(session.send(get_as("https://api.example.test/x")).await.expect("an answer").status, 401);
    *source.then.lock().expect("a lock") = Some(TokenError::Unavailable);
    let outcome = session.send(get_as("https://api.example.test/x")).await;
    assert!(matches!(outcome, Err(ExchangeError::Connection(_))), "{outcome:?}");
}

#[tokio::test]
async fn no_token_of_the_run_is_read_back_nor_what_belongs_to_it() {
    let source = Arc::new(Told::default());
    let upstream = accepting(1).await;
    let permit = Arc::new(permit_with(&source));
    let egress = weighbridge_egress::Egress::new(config(&[(HOST, upstream.address)])).expect("settings");
    let answer = {
        let session = egress.session(Arc::clone(&permit), domain::Budget::default());
        session.send(get_as("https://api.example.test/x")).await.expect("an answer")
    };
    // A later call of the same run, and a request without the slot.
    source.number.store(0, Ordering::SeqCst);
    let first = Arc::new(permit_with(&Arc::new(Told::default())));
    let unasked = egress.session(first, domain::Budget::default());
    let before = unasked.send(get("https://api.example.test/x")).await.expect("an answer");
    let later = egress.session(permit, domain::Budget::default());
    let other = later.send(get("https://api.example.test/x")).await.expect("an answer");
    for body in [answer.body, other.body, before.body] {
        let text = String::from_utf8(body).expect("text");
        assert!(text.contains("you are") && !text.contains("access-token") && !text.contains(HIDDEN), "{text}");
    }
}
