//! Answers that lie about where they end, and redirects: what follows an answer is never taken for another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::Budget;
use domain::exchange::ExchangeError;
use http::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use weighbridge_egress::Egress;

use super::upstream::{End, Upstream, ok, raw};
use super::world::{HOST, OTHER, config, get, get_as, hurried, permit, session};

const URL: &str = "https://api.example.test/x";

/// What an answer with these lines and this body comes to; the connection stays open, so that only its framing ends it.
async fn outcome(lines: &str, body: &str) -> Result<Vec<u8>, ExchangeError> {
    let bytes = format!("HTTP/1.1 200 OK\r\n{lines}\r\n{body}").into_bytes();
    let address = raw(vec![bytes], Duration::ZERO, End::Stay).await;
    let session = session(hurried(config(&[(HOST, address)])), permit());
    session.send(get(URL)).await.map(|answer| answer.body)
}

#[tokio::test]
async fn a_length_that_can_be_read_in_two_ways_is_refused() {
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    for (lines, body) in [
        ("content-length: -5\r\n", "hello"),
        ("content-length: +5\r\n", "hello"),
        ("content-length: 0x5\r\n", "hello"),
        ("content-length: 5.0\r\n", "hello"),
        ("content-length: 5 5\r\n", "hello"),
        ("content-length: five\r\n", "hello"),
        ("content-length: \r\n", "hello"),
        ("content-length: 5, 6\r\n", "hello!"),
        ("content-length: 5\r\ncontent-length: 6\r\n", "hello!"),
        ("content-length: 18446744073709551621\r\n", "hello"),
        ("content-length : 5\r\n", "hello"),
        ("content-length\t: 5\r\n", "hello"),
        ("content-length\r\n", "hello"),
        (" content-length: 5\r\n", "hello"),
        ("x: y\r\n content-length: 5\r\n", "hello"),
        ("x: y\0\r\ncontent-length: 5\r\n", "hello"),
        ("x: y\rcontent-length: 5\r\n", "hello"),
        ("transfer-encoding: chunked\r\n", "5\r\nhelloXX0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "5 5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "5;\x01\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: gzip, chunked, gzip\r\n", chunks),
        ("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", chunks),
    ] {
        let outcome = outcome(lines, body).await;
        assert!(
            matches!(outcome, Err(ExchangeError::Malformed(_) | ExchangeError::Connection(_) | ExchangeError::Timeout)),
            "{lines:?} {body:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_length_that_is_said_twice_alike_is_one_length() {
    let hello = Ok(b"hello".to_vec());
    for (lines, body) in [
        ("content-length: 5\r\ncontent-length: 5\r\n", "hello"),
        ("content-length: 05\r\n", "hello"),
        ("content-length: 5\r\ntransfer-encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\ncontent-length: 50\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "5;a=b\r\nhello\r\n0\r\nx-trailer: 1\r\n\r\n"),
    ] {
        assert_eq!(outcome(lines, body).await, hello, "{lines:?} {body:?}");
    }
}

#[tokio::test]
async fn what_follows_an_answer_is_not_taken_for_the_next_one() {
    const EVIL: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    for first in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello{EVIL}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{EVIL}"),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{EVIL}"
        ),
        format!("HTTP/1.1 204 No Content\r\n\r\n{EVIL}"),
        format!("HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n{EVIL}"),
        format!("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello{EVIL}"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, shown) = (Arc::clone(&connections), first.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                let answer = if number == 0 {
                    shown.clone()
                } else {
                    "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood".to_owned()
                };
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                    std::future::pending::<()>().await;
                });
            }
        });
        let session = session(config(&[(HOST, address)]), permit());
        let body = async || session.send(get(URL)).await.expect("an answer").body;
        assert!(matches!(body().await.as_slice(), b"hello" | b""), "{first:?}");
        assert_eq!(body().await, b"good", "{first:?}");
        assert_eq!(connections.load(Ordering::SeqCst), 2, "{first:?}: the connection was not used again");
    }
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_is_not_believed() {
    for status in ["101 Switching Protocols", "100 Continue", "199 Odd"] {
        let bytes = format!("HTTP/1.1 {status}\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n").into_bytes();
        let address = raw(vec![bytes], Duration::ZERO, End::Close).await;
        let outcome = session(config(&[(HOST, address)]), permit()).send(get(URL)).await;
        assert!(
            matches!(outcome, Err(ExchangeError::Connection(_) | ExchangeError::Malformed(_))),
            "{status}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn no_redirect_is_followed_wherever_it_leads() {
    let elsewhere = Upstream::serve(|_| ok("elsewhere")).await;
    let target = elsewhere.address;
    let locations = [
        "/x".to_owned(),
        "../x".to_owned(),
        "?again".to_owned(),
        "#".to_owned(),
        String::new(),
        "//other.example.test/".to_owned(),
        "\\\\other.example.test\\".to_owned(),
        format!("https://{OTHER}/"),
        format!("https://{HOST}:8443/"),
        format!("https://{HOST}@{target}/"),
        format!("http://{HOST}/"),
        format!("http://{target}/"),
        format!("https://{target}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "http://2852039166/".to_owned(),
        "http://metadata.google.internal/".to_owned(),
        "http://localhost/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:6379/_FLUSHALL".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:text/plain,x".to_owned(),
        "unix:///run/docker.sock".to_owned(),
    ];
    let shown = locations.clone();
    let upstream = Upstream::serve(move |request| {
        let query = request.uri().query().expect("a case");
        let (status, index) = query.split_once('.').expect("a case");
        let location = &shown[index.parse::<usize>().expect("an index")];
        let builder = Response::builder().status(status).header("location", location).header("refresh", "0; url=/x");
        builder.body(Bytes::from("moved")).expect("a response")
    })
    .await;
    let routes = [(HOST, upstream.address), (OTHER, target), ("api.example.test:8443", target)];
    let budget = Budget { requests: 10_000, ..Budget::default() };
    let session = Egress::new(config(&routes)).expect("settings").session(Arc::new(permit()), budget);
    let mut cases = 0;
    for status in [300, 301, 302, 303, 304, 305, 307, 308, 201, 401, 407] {
        for (index, location) in locations.iter().enumerate() {
            let answer = session.send(get_as(&format!("https://{HOST}/y?{status}.{index}"))).await.expect("an answer");
            assert_eq!((answer.status, answer.header("location")), (status, Some(location.as_str())));
            cases += 1;
        }
    }
    assert_eq!((upstream.seen().len(), elsewhere.seen().len(), cases), (cases, 0, 11 * 23));
}
