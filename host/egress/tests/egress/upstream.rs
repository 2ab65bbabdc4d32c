//! Servers on port 0: one that speaks HTTP and remembers what it was asked, one that writes any bytes, and a trap.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server was asked.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) request: Request<Bytes>,
    /// Which connection it came on.
    pub(crate) peer: SocketAddr,
}

/// An HTTP server that answers by a function.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Upstream {
    pub(crate) async fn serve(answer: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let upstream = Self { address, seen: Arc::clone(&seen) };
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                tokio::spawn(converse(stream, peer, Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        upstream
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("a lock").clone()
    }
}

async fn converse<F>(stream: TcpStream, peer: SocketAddr, seen: Arc<Mutex<Vec<Seen>>>, answer: Arc<F>)
where
    F: Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let request = Request::from_parts(head, body);
            let response = answer(&request).map(Full::new);
            seen.lock().expect("a lock").push(Seen { request, peer });
            Ok::<_, Infallible>(response)
        }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// A server that reads a request's head and then writes `pieces`, one after the other, with a pause before each; what
/// follows is `end`.
pub(crate) async fn raw(pieces: Vec<Vec<u8>>, pause: Duration, end: End) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(recite(stream, pieces.clone(), pause, end));
        }
    });
    address
}

/// How a raw server leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// Closes in order.
    Close,
    /// Resets the connection.
    Reset,
    /// Stays, and says nothing more.
    Stay,
}

async fn recite(mut stream: TcpStream, pieces: Vec<Vec<u8>>, pause: Duration, end: End) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => head.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    for piece in pieces {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        if stream.write_all(&piece).await.is_err() {
            return;
        }
    }
    match end {
        End::Close => {}
        End::Reset => stream.set_zero_linger().expect("an option"),
        End::Stay => std::future::pending().await,
    }
}

/// A listener that counts connections and answers what neither TLS nor HTTP is.
pub(crate) async fn trap(ip: &str, port: u16) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((ip, port)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"this is not TLS\r\n\r\n").await;
        }
    });
    (address, hits)
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Response<Bytes> {
    Response::new(body.into())
}

/// A server that begins so, then says one thing over and over as fast as it is read; the bytes that it got rid of.
pub(crate) async fn endless(head: Vec<u8>, piece: &[u8]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let pieces = piece.repeat((1 << 14) / piece.len() + 1);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (head, pieces, counted) = (head.clone(), pieces.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let mut next = &head;
                while stream.write_all(next).await.is_ok() {
                    counted.fetch_add(next.len(), Ordering::SeqCst);
                    next = &pieces;
                }
            });
        }
    });
    (address, sent)
}
