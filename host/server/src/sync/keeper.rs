//! Keeping a lease for as long as a run goes on, and noticing when it is lost.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::Instant;
use store::StoreError;
use store::connections::{Lease, leases};

use crate::host::Host;

/// A lease that is being kept.
pub(super) struct Keeper<'a> {
    host: &'a Host,
    pub(super) lease: &'a Lease,
    /// How long it lasts each time that it is extended.
    duration: Duration,
    /// Until when it lasts, in microseconds since 1970.
    until: AtomicI64,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(host: &'a Host, lease: &'a Lease) -> Self {
        Self { host, lease, duration: host.config.sync.lease(), until: AtomicI64::new(lease.until.as_micros()) }
    }

    /// Ask for more once half of it has gone. A holder that lost it stops here; one that loses it a moment later is
    /// stopped by its fence, when it writes.
    pub(super) async fn keep(&self, now: Instant) -> Result<(), StoreError> {
        if now.after(self.duration / 2).as_micros() < self.until.load(Ordering::Relaxed) {
            return Ok(());
        }
        let until = now.after(self.duration);
        self.host.store.leases("extend a lease", async |tx| leases::extend(tx, self.lease, until).await).await?;
        self.until.store(until.as_micros(), Ordering::Relaxed);
        Ok(())
    }

    /// Keep it while something takes its time; ends when it is lost.
    pub(super) async fn beat(&self) -> StoreError {
        loop {
            tokio::time::sleep(self.duration / 3).await;
            match self.keep(Instant::now()).await {
                Err(lost @ StoreError::StaleFence { .. }) => return lost,
                // The fence keeps the records whole, whatever becomes of the lease.
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "sync.lease.not_extended"),
                Ok(()) => {}
            }
        }
    }
}
