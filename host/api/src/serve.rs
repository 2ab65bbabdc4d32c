//! Serving a router on a listener: the only place that runs the HTTP server.

use tokio::net::TcpListener;

/// Serve until `stop`, then let the requests that are under way end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: axum::Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
