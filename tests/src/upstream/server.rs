//! The upstream on a port.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, IF_NONE_MATCH};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::answer::{Answer, Asked, Upstream};

/// A serving upstream, ended with this value.
#[derive(Debug)]
pub struct Handle {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves.
    pub upstream: Arc<Upstream>,
    task: JoinHandle<()>,
}

impl Handle {
    /// Its origin, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serve until the process ends.
    ///
    /// # Errors
    /// The server panicked.
    pub async fn forever(mut self) -> Result<(), tokio::task::JoinError> {
        (&mut self.task).await
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serve on this address; port 0 takes a free one.
///
/// # Errors
/// The address cannot be bound.
pub async fn serve(address: SocketAddr, upstream: Upstream) -> std::io::Result<Handle> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let upstream = Arc::new(upstream);
    let task = tokio::spawn(accept(listener, Arc::clone(&upstream)));
    Ok(Handle { address, upstream, task })
}

async fn accept(listener: TcpListener, upstream: Arc<Upstream>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&upstream)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, upstream: Arc<Upstream>) {
    let service = service_fn(|request| {
        let response = respond(&request, &upstream);
        async move { Ok::<_, Infallible>(response) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // A connection that breaks is its client's affair.
    drop(http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await);
}

fn respond(request: &Request<Incoming>, upstream: &Upstream) -> Response<Full<Bytes>> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Answer { status, headers, body } = upstream.answer(&Asked {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        authorization: header(AUTHORIZATION),
        if_none_match: header(IF_NONE_MATCH),
    });
    let builder = headers
        .into_iter()
        .fold(Response::builder().status(status), |builder, (name, value)| builder.header(name, value));
    builder.body(Full::new(Bytes::from(body))).unwrap_or_else(|_| {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
