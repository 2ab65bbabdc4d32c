use std::sync::Arc;
use std::time::Instant;

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::*;

/// Long enough that whatever waits for it fails the test.
const NEVER: Duration = Duration::from_secs(60);
/// How long anything may take that should end.
const SOON: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(200);
const PATIENT: Limits = Limits { connections: 16, head: NEVER, age: NEVER, drain: NEVER };

/// A server: `/` answers at once, `/slow` when it is let.
struct Server {
    address: std::net::SocketAddr,
    /// A request came to `/slow`.
    asked: Arc<Notify>,
    /// Lets it be answered.
    answer: Arc<Notify>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (asked, answer) = (asked.clone(), answer.clone());
            move || async move {
                asked.notify_one();
                answer.notified().await;
                "slow"
            }
        };
        let router = Router::new().route("/", get(async || "quick")).route("/slow", get(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve_within(limits, listener, router, async { drop(stopped.await) }));
        Self { address, asked, answer, stop, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Ask it to stop; how long it took.
    async fn end(self) -> Duration {
        let clock = Instant::now();
        self.stop.send(()).expect("it still serves");
        timeout(SOON, self.served).await.expect("it ends").expect("it ends well");
        clock.elapsed()
    }
}

async fn send(client: &mut TcpStream, text: &str) {
    client.write_all(text.as_bytes()).await.expect("sent");
}

async fn ask(client: &mut TcpStream, path: &str) {
    send(client, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
}

/// Read until this was answered.
async fn answered(client: &mut TcpStream, body: &str) {
    let mut text = String::new();
    while !text.ends_with(body) {
        let mut bytes = [0; 1024];
        let read = timeout(SOON, client.read(&mut bytes)).await.expect("an answer").expect("bytes");
        assert!(read > 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..read]).expect("text"));
    }
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

/// The connection is ended by the server.
async fn closed(client: &mut TcpStream) {
    let read = timeout(SOON, client.read(&mut [0])).await.expect("an end");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn a_half_sent_request_does_not_hold_up_the_end() {
    let server = Server::start(Limits { drain: SHORT, ..PATIENT }).await;
    let (mut half, mut whole) = (server.connect().await, server.connect().await);
    send(&mut half, "GET / HTTP/1.1\r\nho").await;
    ask(&mut whole, "/").await;
    answered(&mut whole, "quick").await;
    let took = server.end().await;
    assert!(took >= SHORT, "the half was not yet read: {took:?}");
    closed(&mut half).await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_does_not_hold_up_the_end() {
    let server = Server::start(Limits { drain: SHORT, ..PATIENT }).await;
    let mut client = server.connect().await;
    ask(&mut client, "/slow").await;
    server.asked.notified().await;
    server.end().await;
    closed(&mut client).await;
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_the_end() {
    let server = Server::start(PATIENT).await;
    let (mut client, mut idle) = (server.connect().await, server.connect().await);
    ask(&mut idle, "/").await;
    answered(&mut idle, "quick").await;
    ask(&mut client, "/slow").await;
    server.asked.notified().await;
    let (address, answer) = (server.address, server.answer.clone());
    let ended = tokio::spawn(server.end());
    closed(&mut idle).await;
    assert!(TcpStream::connect(address).await.is_err(), "nothing new is taken");
    answer.notify_one();
    answered(&mut client, "slow").await;
    ended.await.expect("it ends");
}

#[tokio::test]
async fn a_head_that_comes_slowly_is_cut_off() {
    let server = Server::start(Limits { head: SHORT, ..PATIENT }).await;
    let (mut reads, mut writes) = server.connect().await.into_split();
    let drip = tokio::spawn(async move {
        writes.write_all(b"GET / HTTP/1.1\r\nx: ").await.expect("sent");
        while writes.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let read = timeout(SOON, reads.read_to_end(&mut Vec::new())).await;
    assert!(read.is_ok(), "it is still open");
    drip.abort();
}

#[tokio::test]
async fn a_connection_over_the_most_waits_until_one_ends() {
    let server = Server::start(Limits { connections: 1, ..PATIENT }).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    ask(&mut first, "/").await;
    answered(&mut first, "quick").await;
    ask(&mut second, "/").await;
    let early = timeout(SHORT, second.read(&mut [0])).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    answered(&mut second, "quick").await;
}

#[tokio::test]
async fn an_old_connection_takes_no_further_request_and_what_does_not_end_is_cut_off() {
    let server = Server::start(Limits { age: SHORT, drain: SHORT, ..PATIENT }).await;
    let (mut idle, mut busy) = (server.connect().await, server.connect().await);
    ask(&mut idle, "/").await;
    answered(&mut idle, "quick").await;
    ask(&mut busy, "/slow").await;
    closed(&mut idle).await;
    closed(&mut busy).await;
}
