//! One run of one connection, from its lease to its release.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::{Failure, FailureKind, Instant, RunId, StreamInfo};
use serde_json::{Value, json};
use store::connections::{self, Connection, Lease, leases};
use store::runs::{self, Finish, NewRun};
use store::{StoreError, WorkspaceRead, WorkspaceTx, fences, state};
use tokio_util::sync::CancellationToken;

use super::call::{Calls, Gateway};
use super::ending::{Ending, StreamEnding};
use super::stream::{self, Trail};
use super::worker::LEASE;
use crate::command::{CommandError, in_words};
use crate::host::{Host, Machinery, Runnable};

/// How long a call may go on after the host was asked to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Told of each committed page: stream, pages, records.
pub type Progress<'a> = &'a (dyn Fn(&str, u32, u64) + Send + Sync);

/// What the parts of a run share.
pub(super) struct Run<'a> {
    pub(super) host: &'a Host,
    pub(super) machinery: &'a Machinery,
    pub(super) runnable: &'a Runnable,
    pub(super) connection: &'a Connection,
    pub(super) lease: &'a Lease,
    pub(super) calls: Calls,
    pub(super) id: RunId,
    pub(super) stop: &'a CancellationToken,
    progress: Progress<'a>,
    /// Until when the lease lasts, in microseconds since 1970.
    leased_until: AtomicI64,
}

/// Run a leased connection and release it. Only a store that fails is an error; the rest is the ending.
///
/// # Errors
/// When the store cannot be read or written, or the lease was lost.
pub async fn run(
    host: &Host,
    machinery: &Machinery,
    lease: &Lease,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Ending, CommandError> {
    let connection = host
        .store
        .system_read("find a leased connection", async |tx| {
            connections::get(tx, lease.workspace, lease.connection).await
        })
        .await?;
    let ending = match machinery.runnable(host, &connection.plugin).await {
        Ok(runnable) => begin(host, machinery, &runnable, &connection, lease, stop, progress).await?,
        Err(error) => Ending::not_begun(Failure {
            kind: FailureKind::Settings,
            message: in_words(&error),
            retry_after_seconds: None,
        }),
    };
    release(host, &connection, lease, &ending).await?;
    Ok(ending)
}

async fn begin(
    host: &Host,
    machinery: &Machinery,
    runnable: &Runnable,
    connection: &Connection,
    lease: &Lease,
    stop: &CancellationToken,
    progress: Progress<'_>,
) -> Result<Ending, CommandError> {
    let calls = match Calls::prepare(host, connection, runnable).await {
        Ok(calls) => calls,
        Err(error) => {
            let message = in_words(&error);
            return Ok(Ending::not_begun(Failure { kind: FailureKind::Settings, message, retry_after_seconds: None }));
        }
    };
    let id = RunId::generate();
    let leased_until = AtomicI64::new(lease.until.as_micros());
    let run = Run { host, machinery, runnable, connection, lease, calls, id, stop, progress, leased_until };
    run.write("begin a run", async |tx| {
        fences::raise(tx, connection.id, lease.fence).await?;
        runs::begin(tx, &run.record()).await
    })
    .await?;
    let mut trail = Trail::default();
    let (streams, failure) = tokio::select! {
        ended = run.streams(&mut trail) => ended?,
        lost = run.heartbeat() => return Err(lost.into()),
    };
    let ending = Ending::judge(id, streams, failure, trail.usage, stop.is_cancelled());
    run.finish(&ending, &trail).await?;
    Ok(ending)
}

impl Run<'_> {
    fn record(&self) -> NewRun {
        NewRun {
            id: self.id,
            connection: self.connection.id,
            plugin: self.connection.plugin.clone(),
            version: self.runnable.plugin.version.clone(),
            digest: self.runnable.plugin.digest,
            fence: self.lease.fence,
            started_at: Instant::now(),
        }
    }

    /// All streams, one after another. A source that asks for patience, or refuses the credential, is not asked again.
    async fn streams(&self, trail: &mut Trail) -> Result<(Vec<StreamEnding>, Option<Failure>), CommandError> {
        let declared = match self.declared(trail).await? {
            Ok(declared) => declared,
            Err(failure) => return Ok((Vec::new(), Some(failure))),
        };
        let mut endings = Vec::new();
        for declared in &declared {
            if self.stop.is_cancelled() {
                break;
            }
            let ending = stream::run(self, declared, trail).await?;
            let kind = ending.failure.as_ref().map(|failure| failure.kind);
            endings.push(ending);
            if matches!(kind, Some(FailureKind::RateLimited | FailureKind::Unauthorized | FailureKind::Settings)) {
                break;
            }
        }
        Ok((endings, None))
    }

    async fn declared(&self, trail: &mut Trail) -> Result<Result<Vec<StreamInfo>, Failure>, CommandError> {
        let now = Instant::now();
        if let Err(refusal) = self.runnable.permitted(self.host, now).await {
            let message = in_words(&refusal);
            return Ok(Err(Failure { kind: FailureKind::Settings, message, retry_after_seconds: None }));
        }
        let kept = self.read("read a connection's state", async |tx| state::get(tx, self.connection.id).await).await?;
        let prepared = self.calls.make(self.machinery, now, kept);
        let settings = self.connection.settings.to_string();
        let call = self.runnable.connector.streams(prepared.call, &settings);
        // Abandoned before anything was known: there is nothing to run.
        let Some(outcome) = self.unless_stopped(call).await else { return Ok(Ok(Vec::new())) };
        trail.add(outcome.usage, outcome.log, entries(prepared.session.as_deref()));
        Ok(outcome.result.map_err(|error| stream::failure(error, prepared.session.as_deref())))
    }

    async fn finish(&self, ending: &Ending, trail: &Trail) -> Result<(), StoreError> {
        let error = ending.error();
        let finish = Finish {
            state: ending.state,
            usage: trail.usage,
            error: error.as_deref(),
            log: &trail.log,
            egress: &trail.egress,
            at: Instant::now(),
        };
        self.write("finish a run", async |tx| runs::finish(tx, self.id, &finish).await).await
    }

    /// A long run keeps its lease, asking for more once half of it has gone. One that lost it stops here; one that
    /// lost it a moment later is stopped by its fence, when it writes.
    pub(super) async fn keep_lease(&self, now: Instant) -> Result<(), StoreError> {
        if now.after(LEASE / 2).as_micros() < self.leased_until.load(Ordering::Relaxed) {
            return Ok(());
        }
        let until = now.after(LEASE);
        self.host.store.system("extend a lease", async |tx| leases::extend(tx, self.lease, until).await).await?;
        self.leased_until.store(until.as_micros(), Ordering::Relaxed);
        Ok(())
    }

    /// Keep the lease while a call takes its time, and end when it is lost.
    async fn heartbeat(&self) -> StoreError {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            match self.keep_lease(Instant::now()).await {
                Err(lost @ StoreError::StaleFence { .. }) => return lost,
                // The fence keeps the records whole, whatever becomes of the lease.
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "sync.lease.not_extended"),
                Ok(()) => {}
            }
        }
    }

    /// The outcome of a call. Where the host is asked to stop and the call does not end soon, it is dropped: none.
    pub(super) async fn unless_stopped<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        let patience = async {
            self.stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            outcome = call => Some(outcome),
            () = patience => None,
        }
    }

    pub(super) fn progress(&self, stream: &str, pages: u32, records: u64) {
        (self.progress)(stream, pages, records);
    }

    pub(super) async fn read<T>(
        &self,
        purpose: &'static str,
        read: impl AsyncFnOnce(&mut WorkspaceRead) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.host.store.workspace_read(self.connection.workspace, purpose, read).await
    }

    pub(super) async fn write<T>(
        &self,
        purpose: &'static str,
        write: impl AsyncFnOnce(&mut WorkspaceTx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.host.store.workspace(self.connection.workspace, purpose, write).await
    }
}

/// The requests of a call, as they are kept.
pub(super) fn entries(session: Option<&Gateway>) -> Vec<Value> {
    let entries = session.map(Gateway::log).unwrap_or_default();
    let shown = entries.into_iter().map(|entry| {
        json!({
            "host": entry.host,
            "method": entry.method,
            "path": entry.path,
            "status": entry.status,
            "error": entry.error,
            "bytes_in": entry.bytes_in,
            "bytes_out": entry.bytes_out,
            "millis": entry.millis,
        })
    });
    shown.collect()
}

async fn release(host: &Host, connection: &Connection, lease: &Lease, ending: &Ending) -> Result<(), CommandError> {
    let interval = Duration::from_secs(connection.interval_seconds.into());
    let now = Instant::now();
    // Nothing depends on this number but how far retries are spread.
    let random = u64::try_from(now.as_micros()).unwrap_or_default().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let (outcome, wait) = ending.verdict(interval, lease.failures, random);
    host.store
        .system("release a lease", async |tx| leases::release(tx, lease, now.after(wait), &outcome).await)
        .await?;
    Ok(())
}
