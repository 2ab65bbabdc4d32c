//! Answers: large, slow, broken, redirecting, and those that say too much.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::exchange::{ExchangeError, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Response;
use weighbridge_egress::{Caps, EgressConfig};

use super::upstream::{End, Upstream, ok, raw};
use super::world::{HOST, OTHER, config, failure, get, get_as, hurried, permit, session};

const URL: &str = "https://api.example.test/x";

fn gzip(text: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    (0..times).for_each(|_| encoder.write_all(text).expect("memory"));
    encoder.finish().expect("memory")
}

/// One GET of a server that writes these bytes and leaves.
async fn wrote(bytes: &[u8], end: End) -> ExchangeError {
    failure(raw(vec![bytes.to_vec()], Duration::ZERO, end).await).await
}

#[tokio::test]
async fn redirects_are_answers() {
    let elsewhere = Upstream::serve(|_| ok("elsewhere")).await;
    let target = elsewhere.address;
    let upstream = Upstream::serve(move |request| {
        let to = match request.uri().path() {
            "/metadata" => "http://169.254.169.254/latest".to_owned(),
            "/host" => format!("https://{OTHER}/"),
            "/self" => "/x".to_owned(),
            _ => format!("http://{target}/"),
        };
        Response::builder().status(302).header("location", to).body(Bytes::from("moved")).expect("a response")
    })
    .await;
    let session = session(config(&[(HOST, upstream.address), (OTHER, target)]), permit());
    for path in ["/metadata", "/host", "/self", "/port"] {
        let answer = session.send(get_as(&format!("https://{HOST}{path}"))).await.expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice()), (302, &b"moved"[..]), "{path}");
        assert!(answer.header("location").is_some());
    }
    assert_eq!((upstream.seen().len(), elsewhere.seen().len()), (4, 0));
}

#[tokio::test]
async fn a_compressed_answer_is_inflated_and_a_bomb_stops_at_the_cap() {
    let bomb = gzip(&[0; 1 << 16], 1 << 12);
    assert!(bomb.len() < 1 << 20, "256 MiB in {} bytes", bomb.len());
    let upstream = Upstream::serve(move |request| {
        let body = if request.uri().path() == "/bomb" { bomb.clone() } else { gzip(b"hello ", 300) };
        Response::builder().header("content-encoding", "gzip").body(body.into()).expect("a response")
    })
    .await;
    let caps = Caps { body_bytes: 1 << 20, ..Caps::default() };
    let session = session(EgressConfig { caps, ..config(&[(HOST, upstream.address)]) }, permit());
    let answer = session.send(get(URL)).await.expect("an answer");
    assert_eq!(answer.body, b"hello ".repeat(300));
    assert_eq!((answer.header("content-encoding"), answer.header("content-length")), (None, None));
    assert_eq!(session.usage().bytes_in, 1800);
    let outcome = session.send(get("https://api.example.test/bomb")).await;
    assert_eq!(outcome, Err(ExchangeError::TooLarge(1 << 20)));
    assert!(session.usage().bytes_in < (1 << 20) + (1 << 17), "{}", session.usage().bytes_in);
    assert_eq!(session.log()[1].bytes_in, session.usage().bytes_in - 1800, "the log tells what came in even so");
}

#[tokio::test]
async fn a_part_of_an_answer_is_asked_for_as_it_is() {
    let upstream = Upstream::serve(|_| ok("part")).await;
    let session = session(config(&[(HOST, upstream.address)]), permit());
    let part = Request { headers: vec![("range".to_owned(), "bytes=0-3".to_owned())], ..get(URL) };
    session.send(part).await.expect("a part");
    session.send(get(URL)).await.expect("the whole");
    let seen = upstream.seen();
    let asked: Vec<_> = seen.iter().map(|seen| seen.request.headers().get("accept-encoding")).collect();
    assert_eq!(
        asked,
        [None, Some(&http::HeaderValue::from_static("gzip, br, zstd"))],
        "half a gzip inflates to nothing"
    );
}

#[tokio::test]
async fn a_compressed_answer_without_a_body_is_an_answer() {
    let upstream = Upstream::serve(|request| {
        let status = if request.method() == "HEAD" { 200 } else { 304 };
        let builder = Response::builder().status(status).header("content-encoding", "gzip").header("etag", "\"1\"");
        builder.body(Bytes::new()).expect("a response")
    })
    .await;
    let session = session(config(&[(HOST, upstream.address)]), permit());
    let head = session.send(Request { method: "HEAD".to_owned(), ..get(URL) }).await.expect("an answer");
    let unchanged = session.send(get(URL)).await.expect("an answer");
    assert_eq!((head.status, unchanged.status, unchanged.header("ETag")), (200, 304, Some("\"1\"")));
}

#[tokio::test]
async fn headers_are_capped_and_cookies_withheld() {
    let upstream = Upstream::serve(|request| {
        let mut builder = Response::builder().header("set-cookie", "a=b").header("x-kept", "1");
        match request.uri().path() {
            "/many" => builder = (0..200).fold(builder, |builder, index| builder.header(format!("x-{index}"), "1")),
            "/large" => builder = builder.header("x-large", "x".repeat(70_000)),
            _ => {}
        }
        builder.body(Bytes::new()).expect("a response")
    })
    .await;
    let session = session(config(&[(HOST, upstream.address)]), permit());
    let answer = session.send(get(URL)).await.expect("an answer");
    assert_eq!((answer.header("x-kept"), answer.header("set-cookie")), (Some("1"), None));
    let (library, ours) = ("its headers are too large", "more headers than an answer may have");
    for (path, said) in [("/many", library), ("/large", ours)] {
        let outcome = session.send(get(&format!("https://{HOST}{path}"))).await;
        assert_eq!(outcome, Err(ExchangeError::Malformed(said.to_owned())), "{path}");
    }
}

/// One GET of a server that only time ends.
async fn late(address: SocketAddr) -> ExchangeError {
    let session = session(hurried(config(&[(HOST, address)])), permit());
    session.send(get(URL)).await.expect_err("no answer")
}

#[tokio::test]
async fn a_server_that_drips_or_says_nothing_runs_out_of_time() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec();
    let started = Instant::now();
    // Silent; silent after the head; one byte now and then, each in time, but never done; interim answers without end.
    let silent = raw(vec![], Duration::ZERO, End::Stay).await;
    let stalled = raw(vec![head.clone()], Duration::ZERO, End::Stay).await;
    let drip = std::iter::once(head).chain((0..999).map(|_| b"x".to_vec())).collect();
    let dripping = raw(drip, Duration::from_millis(50), End::Close).await;
    let interim = vec![b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(); 1000];
    let hinting = raw(interim, Duration::from_millis(50), End::Stay).await;
    for address in [silent, stalled, dripping, hinting] {
        assert_eq!(late(address).await, ExchangeError::Timeout);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let started = Instant::now();
    assert_eq!(late(stalled).await, ExchangeError::Timeout);
    assert!(started.elapsed() < Duration::from_secs(1), "a pause in the body ends it long before the total does");
}

#[tokio::test]
async fn a_body_shorter_than_promised_is_an_error() {
    for lie in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhello",
    ] {
        let error = wrote(lie, End::Close).await;
        assert_eq!(error, ExchangeError::Connection("the answer ended before it was complete".to_owned()));
    }
    let cut =
        [&b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"[..], &gzip(b"hello", 99)[..20]];
    let error = wrote(&cut.concat(), End::Close).await;
    assert_eq!(error, ExchangeError::Connection("the compressed body is cut off or damaged".to_owned()));
    let rot = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 16\r\n\r\nthis is not gzip";
    let error = wrote(rot, End::Close).await;
    assert!(matches!(error, ExchangeError::Malformed(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_not_http_is_malformed() {
    for odd in [
        &b"SSH-2.0-OpenSSH_9.9\r\n\r\n"[..],
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 20x OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na\0b: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"<html>\r\n\r\n",
    ] {
        let error = wrote(odd, End::Close).await;
        assert!(matches!(error, ExchangeError::Malformed(_)), "{}: {error:?}", odd.escape_ascii());
    }
    for chunks in
        [&b"zz\r\nhello\r\n0\r\n\r\n"[..], b"-5\r\nhello\r\n", b"fffffffffffffffff\r\nx\r\n", b"5\r\nhelloXX0\r\n\r\n"]
    {
        let answer = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", chunks].concat();
        let error = wrote(&answer, End::Close).await;
        assert!(!matches!(error, ExchangeError::Timeout), "{}: {error:?}", chunks.escape_ascii());
    }
}

#[tokio::test]
async fn a_reset_or_refused_connection_is_named() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\n", half] {
        let error = wrote(bytes, End::Reset).await;
        assert!(matches!(error, ExchangeError::Connection(_)), "{error:?}");
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    assert_eq!(failure(closed).await, ExchangeError::Connection("it was refused".to_owned()));
}
