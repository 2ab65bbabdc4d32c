//! `weighbridge serve`: API and sync, until it is asked to stop.

use std::sync::Arc;

use api::{ApiConfig, CursorKey};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{CommandError, signal};
use crate::backend::StoreBackend;
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::rollup::Roller;
use crate::sync;

/// Do it.
///
/// # Errors
/// A port that is in use, or a store, key or engine that cannot be used.
pub async fn run(config: Config, output: Output) -> Result<(), CommandError> {
    let address = config.listen.address;
    // Before anything else is opened: a second host on the same port must not touch the first one's store.
    let listener = TcpListener::bind(address).await.map_err(|error| {
        CommandError::failed(format!("cannot listen on {address}: {error}; set `listen.address` to another one"))
    })?;
    let host = Host::open(config).await?;
    let machinery = Arc::new(Machinery::start(&host).await?);
    let stop = CancellationToken::new();
    tokio::spawn(signal::until_asked(stop.clone()));

    let roller = Roller::new(host.store.clone());
    let rolling = tokio::spawn({
        let (roller, stop) = (Arc::clone(&roller), stop.clone());
        async move { roller.roll(stop).await }
    });
    let work = || tokio::spawn(sync::work(host.clone(), machinery, roller, stop.clone()));
    let workers = host.config.sync.enabled.then(work);
    let cursor_key = CursorKey::from_bytes(host.keys.cursor_key());
    let router = api::router(
        Arc::new(StoreBackend::new(host.store.clone()).with_ceiling(host.config.budgets.ceiling)),
        ApiConfig::new(cursor_key),
    );
    let bound = listener.local_addr().unwrap_or(address);
    tracing::info!(address = %bound, "serve.started");
    output.note(&format!("listening on http://{bound}"));
    let stopped = stop.clone();
    api::serve(listener, router, async move { stopped.cancelled().await }).await;
    stop.cancel();
    if let Some(workers) = workers {
        workers.await.map_err(|error| CommandError::failed(format!("the sync workers failed: {error}")))?;
    }
    rolling.await.map_err(|error| CommandError::failed(format!("the roll-ups failed: {error}")))?;
    host.store.close().await;
    tracing::info!("serve.stopped");
    Ok(())
}
