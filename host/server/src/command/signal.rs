//! Being asked to stop: by Ctrl-C, or by whatever runs the process.

use tokio_util::sync::CancellationToken;

/// The first signal asks for an orderly end; a second one ends the process at once.
pub(super) async fn until_asked(stop: CancellationToken) {
    wait().await;
    tracing::info!("process.stopping");
    stop.cancel();
    wait().await;
    std::process::exit(1);
}

async fn wait() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}
