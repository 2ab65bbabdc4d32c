//! The loop of `weighbridge serve`: claim what is due, run it, until the host is asked to stop.

use std::sync::Arc;
use std::time::Duration;

use domain::Instant;
use store::connections::{Lease, leases};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::keeper::LEASE;
use super::run::{Turn, run};
use crate::host::{Host, Machinery};
use crate::rollup::Roller;

/// How long one connection may hold a worker before the others have theirs.
const TURN: Duration = Duration::from_secs(10 * 60);
/// How often what is due is looked for.
const POLL: Duration = Duration::from_secs(1);

/// Who holds leases: this process, told apart from one of the same number before it.
#[must_use]
pub fn owner() -> String {
    format!("{}-{}", std::process::id(), Instant::now().as_micros())
}

/// Work until `stop`. What runs then ends after its page, whose cursor is committed, or without it where the page takes
/// long, and releases its lease.
pub async fn work(host: Host, machinery: Arc<Machinery>, roller: Arc<Roller>, stop: CancellationToken) {
    let workers = usize::try_from(host.config.sync.workers).unwrap_or(1);
    let slots = Arc::new(Semaphore::new(workers));
    let owner = owner();
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        while let Some(ended) = running.try_join_next() {
            note(ended);
        }
        for lease in claim(&host, &owner, slots.available_permits()).await {
            let Ok(slot) = slots.clone().acquire_owned().await else { break };
            let (host, machinery, stop) = (host.clone(), machinery.clone(), stop.clone());
            let watch = roller.watch(lease.workspace);
            running.spawn(async move {
                one(&host, &machinery, &lease, &stop).await;
                drop(watch);
                drop(slot);
            });
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    while let Some(ended) = running.join_next().await {
        note(ended);
    }
}

/// A panic is ours, and is not passed over.
fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(error = &error as &dyn std::error::Error, "sync.run.panicked");
    }
}

async fn claim(host: &Host, owner: &str, free: usize) -> Vec<Lease> {
    let Ok(limit @ 1..) = u32::try_from(free) else { return Vec::new() };
    let now = Instant::now();
    let claimed = host
        .store
        .system("claim due connections", async |tx| leases::claim_due(tx, now, owner, LEASE, limit).await)
        .await;
    claimed.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "sync.claim.failed");
        Vec::new()
    })
}

async fn one(host: &Host, machinery: &Machinery, lease: &Lease, stop: &CancellationToken) {
    let clock = std::time::Instant::now();
    let turn = Turn { stop, until: Some(clock + TURN), progress: &|_, _, _| {} };
    let ended = run(host, machinery, lease, &turn).await;
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (workspace, connection, plugin) = (lease.workspace, lease.connection, &lease.plugin);
    match ended {
        Ok(ending) => tracing::info!(
            workspace.id = %workspace,
            connection.id = %connection,
            plugin.id = %plugin,
            run.state = ?ending.state,
            run.records = ending.usage.records,
            run.error = ending.error(),
            duration_ms,
            "sync.run.ended"
        ),
        Err(error) => tracing::error!(
            workspace.id = %workspace,
            connection.id = %connection,
            plugin.id = %plugin,
            error = &error as &dyn std::error::Error,
            duration_ms,
            "sync.run.failed"
        ),
    }
}
