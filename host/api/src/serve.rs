//! Serving a router on a listener: the only place that runs the HTTP server.
//!
//! The rule: a client can hold a connection for a bounded time only, whatever it sends or leaves out, and there is a
//! bounded number of them ([`Limits`]). Memory, sockets and the end of the host are therefore never a client's to decide.

use std::io::{Error, ErrorKind};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Bytes of a request's head that are read at once; the API's own limits are below it, and refuse in words.
const READ_BUFFER: usize = 64 * 1024;
/// How long nothing is accepted after the process ran out of sockets.
const PAUSE: Duration = Duration::from_secs(1);

/// What clients may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Open connections. Over it, new ones wait until one ends.
    connections: usize,
    /// How long the head of a request may take, from the connection's begin or the answer before.
    head: Duration,
    /// How long a connection may live before it takes no further request.
    age: Duration,
    /// How long what is under way may take after the last request was taken; then it is cut off.
    drain: Duration,
}

const LIMITS: Limits = Limits {
    connections: 1024,
    head: Duration::from_secs(10),
    age: Duration::from_secs(5 * 60),
    drain: Duration::from_secs(10),
};

/// Serve until `stop`, then let the requests that are under way end, for ten seconds at most.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send) {
    serve_within(LIMITS, listener, router, stop).await;
}

async fn serve_within(limits: Limits, listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send) {
    let mut stop = pin!(stop);
    let (stopping, stopped) = watch::channel(false);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = open.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(error = &error as &dyn std::error::Error, "api.connection.panicked");
                }
            }
            accepted = listener.accept(), if open.len() < limits.connections => match accepted {
                Ok((stream, _)) => {
                    open.spawn(attend(limits, stream, router.clone(), stopped.clone()));
                }
                Err(error) => refused(&error).await,
            },
        }
    }
    drop(listener);
    stopping.send_replace(true);
    while open.join_next().await.is_some() {}
}

/// Answer what comes on a connection, until it ends, is too old, or the host stops.
async fn attend(limits: Limits, stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(READ_BUFFER)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopped.wait_for(|stopped| *stopped) => None,
        () = sleep(limits.age) => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        let Ok(ended) = timeout(limits.drain, connection).await else {
            return tracing::debug!("api.connection.cut");
        };
        ended
    };
    if let Err(error) = ended {
        // The client went away, was too slow, or spoke something else than HTTP: nothing of ours to mend.
        tracing::debug!(error = &error as &dyn std::error::Error, "api.connection.broken");
    }
}

/// A client that left while it waited is nobody's fault. Anything else is a lack of sockets, which takes time to pass.
async fn refused(error: &Error) {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(error = error as &dyn std::error::Error, "api.accept.failed");
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests;
