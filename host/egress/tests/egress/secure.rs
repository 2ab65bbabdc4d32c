//! Servers that speak TLS: they remember each handshake, and what was said after it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ProtocolVersion, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::server::TlsStream;

use super::authority::Identity;

/// What a handshake came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handshake {
    /// The name that the client asked for.
    pub(crate) name: Option<String>,
    pub(crate) version: Option<ProtocolVersion>,
    pub(crate) protocol: Option<Vec<u8>>,
}

/// A server that counts what it heard.
#[derive(Clone)]
pub(crate) struct Secure {
    pub(crate) address: SocketAddr,
    /// The handshakes that succeeded, or why they did not.
    handshakes: Arc<Mutex<Vec<Result<Handshake, String>>>>,
    /// Lines of the requests, and the address that they came to.
    requests: Arc<Mutex<Vec<(String, SocketAddr)>>>,
}

/// Which TLS a server speaks.
#[derive(Clone)]
pub(crate) struct Dialect {
    pub(crate) identity: Identity,
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    /// In the order of the server's preference.
    pub(crate) protocols: &'static [&'static [u8]],
}

impl Dialect {
    /// Everything that is spoken today.
    pub(crate) fn of(identity: &Identity) -> Self {
        let identity = identity.clone();
        Self { identity, versions: rustls::ALL_VERSIONS, protocols: &[b"h2", b"http/1.1"] }
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(self.versions);
        let shown = Arc::new(Shown(Arc::clone(&self.identity.0)));
        let mut config = config.expect("versions").with_no_client_auth().with_cert_resolver(shown);
        config.alpn_protocols = self.protocols.iter().map(|&name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Shows one certificate to everybody.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Secure {
    /// Answers over HTTP/2 or 1.1, as agreed upon.
    pub(crate) async fn serve(
        ip: &str,
        dialect: &Dialect,
        answer: impl Fn(&Request<Incoming>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        Self::listen(TcpListener::bind((ip, 0)).await.expect("a port"), dialect, move |stream, server| {
            let answer = Arc::clone(&answer);
            Box::pin(converse(stream, server, answer))
        })
    }

    /// Does as the function says on each connection, once the handshake succeeded.
    pub(crate) fn listen(
        listener: TcpListener,
        dialect: &Dialect,
        speak: impl Fn(TlsStream<TcpStream>, Self) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let server = Self { address, handshakes: Arc::default(), requests: Arc::default() };
        let (acceptor, speak, listening) = (dialect.acceptor(), Arc::new(speak), server.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, acceptor, speak) = (listening.clone(), acceptor.clone(), Arc::clone(&speak));
                tokio::spawn(async move {
                    let accepted = acceptor.accept(stream).await;
                    let told = accepted.as_ref().map(told).map_err(ToString::to_string);
                    server.handshakes.lock().expect("a lock").push(told);
                    if let Ok(stream) = accepted {
                        speak(stream, server).await;
                    }
                });
            }
        });
        server
    }

    pub(crate) fn handshakes(&self) -> Vec<Result<Handshake, String>> {
        self.handshakes.lock().expect("a lock").clone()
    }

    pub(crate) fn requests(&self) -> Vec<(String, SocketAddr)> {
        self.requests.lock().expect("a lock").clone()
    }
}

fn told(stream: &TlsStream<TcpStream>) -> Handshake {
    let (_, connection) = stream.get_ref();
    Handshake {
        name: connection.server_name().map(str::to_owned),
        version: connection.protocol_version(),
        protocol: connection.alpn_protocol().map(<[u8]>::to_vec),
    }
}

async fn converse<F>(stream: TlsStream<TcpStream>, server: Secure, answer: Arc<F>)
where
    F: Fn(&Request<Incoming>) -> Response<Bytes> + Send + Sync + 'static,
{
    let (tcp, connection) = stream.get_ref();
    let to = tcp.local_addr().expect("an address");
    let second = connection.alpn_protocol() == Some(b"h2");
    let service = service_fn(move |request: Request<Incoming>| {
        let line = format!("{} {:?} {}", request.method(), request.version(), request.uri());
        server.requests.lock().expect("a lock").push((line, to));
        let response = answer(&request).map(Full::new);
        async move { Ok::<_, Infallible>(response) }
    });
    let stream = TokioIo::new(stream);
    if second {
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await;
    } else {
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await;
    }
}

/// Answers one HTTP/1.1 request with this body, and closes.
pub(crate) async fn say_once(mut stream: TlsStream<TcpStream>, body: String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
