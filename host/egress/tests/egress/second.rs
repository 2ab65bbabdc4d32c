//! HTTP/2 by servers that break it or never end it: each exchange fails for the reason that it says, in its time.

use std::time::{Duration, Instant};

use domain::exchange::ExchangeError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

use super::authority::{Authority, of_server};
use super::secure::{Dialect, Secure};
use super::tls::{hurried_towards, towards, url};
use super::world::{HOST, get};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const UNKNOWN: u8 = 99;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The header `:status` 200, from the static table.
const OK: &[u8] = &[0x88];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header that no table knows.
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
    [&[0][..], &text(name), &text(value)].concat()
}

/// Headers of stream 1.
fn headers(flags: u8, fields: &[&[u8]]) -> Vec<u8> {
    frame(HEADERS, flags, 1, &fields.concat())
}

/// Waits for the request, says the first thing, then the second one for ever, or leaves if that is empty.
async fn speak(mut stream: TlsStream<TcpStream>, first: Vec<u8>, then: Vec<u8>) {
    let mut preface = [0; 24];
    let opening = stream.read_exact(&mut preface).await.and(stream.write_all(&frame(SETTINGS, 0, 0, &[])).await);
    let mut asked = opening.is_err();
    while !asked {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        asked = stream.read_exact(&mut vec![0; length]).await.is_err() || head[3] == HEADERS;
    }
    // What the client says from now on is read, so that it never waits for this side.
    let (mut reads, mut writes) = tokio::io::split(stream);
    tokio::spawn(async move { while reads.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {} });
    let mut next = &first;
    while writes.write_all(next).await.is_ok() {
        if then.is_empty() {
            let _ = writes.shutdown().await;
            return;
        }
        next = &then;
    }
}

fn malformed(error: &ExchangeError) -> bool {
    *error == ExchangeError::Malformed("it breaks the rules of HTTP/2".to_owned())
}

fn connection(error: &ExchangeError) -> bool {
    *error == ExchangeError::Connection("the source gave it up".to_owned())
}

/// Which of its words says so is the system's matter.
fn gone(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::Connection(_))
}

fn late(error: &ExchangeError) -> bool {
    *error == ExchangeError::Timeout
}

/// What a server says, what it then repeats, and what that is refused as.
type Attack = (&'static str, Vec<u8>, Vec<u8>, fn(&ExchangeError) -> bool);

fn lies() -> Vec<Attack> {
    let whole = END_HEADERS | END_STREAM;
    let with = |name: &str, value: &str| headers(END_HEADERS, &[OK, &field(name, value)]);
    let data = |flags, bytes: usize| frame(DATA, flags, 1, &vec![b'x'; bytes]);
    let none = Vec::new;
    vec![
        ("HTTP/1.1", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(), none(), malformed),
        ("data before headers", data(END_STREAM, 9), none(), malformed),
        ("no status", headers(whole, &[&field("a", "b")]), none(), malformed),
        ("two statuses", headers(whole, &[OK, OK]), none(), malformed),
        ("a status after a field", headers(whole, &[&field("a", "b"), OK]), none(), malformed),
        ("a name in capitals", headers(whole, &[OK, &field("X-A", "b")]), none(), malformed),
        ("a line break in a value", headers(whole, &[OK, &field("a", "b\r\nc: d")]), none(), malformed),
        ("a field of the connection", headers(whole, &[OK, &field("transfer-encoding", "chunked")]), none(), malformed),
        ("no such index", headers(whole, &[OK, &[0xff, 0x80, 0x01]]), none(), malformed),
        ("a length that is none", [with("content-length", "-1"), data(END_STREAM, 1)].concat(), none(), malformed),
        ("more than promised", [with("content-length", "5"), data(END_STREAM, 6)].concat(), none(), malformed),
        ("less than promised", [with("content-length", "5"), data(END_STREAM, 4)].concat(), none(), malformed),
        ("nothing of what was promised", headers(whole, &[OK, &field("content-length", "5")]), none(), malformed),
        (
            "two lengths",
            headers(whole, &[OK, &field("content-length", "5"), &field("content-length", "6")]),
            none(),
            malformed,
        ),
        ("a frame over the size", [with("a", "b"), data(0, 1 << 17)].concat(), none(), malformed),
        ("padding over the frame", frame(DATA, 8, 1, &[9, 9]), none(), malformed),
        ("a stream that nobody opened", frame(HEADERS, whole, 2, OK), none(), malformed),
        ("a push", frame(PUSH_PROMISE, END_HEADERS, 1, &[&[0, 0, 0, 2][..], OK].concat()), none(), malformed),
        ("a window of nothing", frame(WINDOW_UPDATE, 0, 0, &[0; 4]), none(), malformed),
        ("a window beyond all", frame(WINDOW_UPDATE, 0, 0, &[0x7f, 255, 255, 255]), none(), malformed),
        ("settings that do not exist", frame(SETTINGS, 0, 0, &[0; 5]), none(), malformed),
        (
            "trailers without an end",
            [with("a", "b"), headers(END_HEADERS, &[&field("c", "d")])].concat(),
            none(),
            malformed,
        ),
        ("a reset", frame(RESET, 0, 1, &[0, 0, 0, 2]), none(), connection),
        (
            "a reset half-way",
            [with("a", "b"), data(0, 9), frame(RESET, 0, 1, &[0, 0, 0, 8])].concat(),
            none(),
            connection,
        ),
        ("a farewell", frame(GO_AWAY, 0, 0, &[0; 8]), none(), connection),
        ("an end", none(), none(), gone),
        ("an end half-way", [with("a", "b"), data(0, 9)].concat(), none(), gone),
    ]
}

fn floods() -> Vec<Attack> {
    let open = || headers(END_HEADERS, &[OK]);
    let unfinished = || headers(0, &[OK]);
    // One entry of 4 KiB in the dynamic table, named by one byte as often as a frame holds.
    let value = [&[0x40, 1, b'a', 0x7f, 0x81, 0x1e][..], &[b'b'; 4000]].concat();
    let table = headers(0, &[OK, &value]);
    vec![
        ("headers that go on", unfinished(), frame(CONTINUATION, 0, 1, &field("a", "b").repeat(99)), malformed),
        ("headers that go on with nothing", unfinished(), frame(CONTINUATION, 0, 1, &[]), malformed),
        ("one entry of a table", table, frame(CONTINUATION, 0, 1, &[0xbe; 9999]), malformed),
        ("interim answers", Vec::new(), headers(END_HEADERS, &[&[0x08, 3], b"103"]), late),
        ("pings", Vec::new(), frame(PING, 0, 0, &[0; 8]), late),
        ("settings", Vec::new(), frame(SETTINGS, 0, 0, &[]), late),
        ("frames of no kind", Vec::new(), frame(UNKNOWN, 0, 1, &[7; 999]), late),
        ("data of nothing", open(), frame(DATA, 0, 1, &[]), malformed),
        ("padding", open(), frame(DATA, 8, 1, &[&[255][..], &[0; 255]].concat()), malformed),
        ("data beyond the window", open(), frame(DATA, 0, 1, &[b'x'; 9999]), malformed),
    ]
}

async fn each_fails(attacks: Vec<Attack>) {
    let authority = Authority::new("ours");
    let dialect = Dialect { protocols: &[b"h2"], ..Dialect::of(&authority.sign(&of_server(&[HOST]))) };
    let mut wrong = Vec::new();
    for (what, first, then, expected) in attacks {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server =
            Secure::listen(listener, &dialect, move |stream, _| Box::pin(speak(stream, first.clone(), then.clone())));
        let late = expected(&ExchangeError::Timeout);
        let open = if late { hurried_towards } else { towards };
        let session = open(server.address, authority.roots());
        let started = Instant::now();
        let error = session.send(get(&url(server.address))).await.map(|answer| answer.status).expect_err(what);
        assert!(started.elapsed() < Duration::from_secs(30), "{what}: {:?}", started.elapsed());
        if !expected(&error) {
            wrong.push(format!("{what}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_server_that_breaks_the_rules_of_http_2_is_told_so() {
    each_fails(lies()).await;
}

#[tokio::test]
async fn a_server_that_never_ends_over_http_2_is_left() {
    each_fails(floods()).await;
}
