//! The crash policy: what follows when a plugin faults again and again.
//!
//! Faults are counted by stream (`store::faults`). A stream at the limit is set aside and the others go on; a connection
//! that has nothing else left is quarantined; a release that has several connections in quarantine is quarantined itself.
//! Before all that, a release that faults where the one before it did not is taken back. What a source or the host could
//! not do has no part in any of this.

use domain::{Failure, FailureKind, Instant, StreamInfo};
use store::connections::{Connection, Outcome};
use store::faults::{self, Fault, Faults};
use store::{fences, streams};

use super::ending::Ending;
use super::interruption::Interruption;
use super::run::Run;
use crate::error::{CommandError, in_words};
use crate::host::Host;
use crate::upgrade;

/// Note what a stream could not do, or without a stream what its connector could not; faults are counted.
pub(super) async fn note(
    run: &Run<'_>,
    stream: Option<&StreamInfo>,
    failure: &Failure,
) -> Result<Option<Faults>, Interruption> {
    let (connection, fence, now) = (run.connection.id, run.keeper.lease.fence, Instant::now());
    if failure.kind == FailureKind::GuestFault {
        let fault = Fault {
            connection,
            fence,
            package: run.runnable.plugin.digest,
            sequence: run.runnable.plugin.sequence,
            stream,
            failure,
            limit: run.host.config.faults.quarantine_after,
            now,
        };
        return Ok(Some(run.write("count a fault", async |tx| faults::note(tx, &fault).await).await?));
    }
    if let Some(stream) = stream {
        run.write("note that a stream failed", async |tx| {
            streams::fail(tx, connection, fence, stream, failure, now).await
        })
        .await?;
    }
    Ok(None)
}

/// The connector has said its streams: what it did wrong there before is over.
pub(super) async fn recovered(run: &Run<'_>) -> Result<(), Interruption> {
    let (id, fence) = (run.connection.id, run.keeper.lease.fence);
    let found = run.read("find faults", async |tx| streams::find(tx, id, faults::NO_STREAM).await).await?;
    if found.is_some() {
        run.write("forget faults", async |tx| {
            fences::check(tx, id, fence).await?;
            faults::forget_of_no_stream(tx, id).await
        })
        .await?;
    }
    Ok(())
}

/// What follows from a run for the release that ran. That it cannot follow is the operator's to know, and no error of the
/// run's.
pub(super) async fn follow(host: &Host, connection: &Connection, ending: &Ending, outcome: &Outcome) {
    if let Err(error) = judge(host, connection, ending, outcome).await {
        tracing::error!(connection.id = %connection.id, error = in_words(&error), "sync.crash.failed");
    }
}

async fn judge(host: &Host, connection: &Connection, ending: &Ending, outcome: &Outcome) -> Result<(), CommandError> {
    let plugin = &connection.plugin;
    let enough = |faults: &Faults| faults.regressed && faults.count >= host.config.faults.rollback_after;
    if let Some((faults, failure)) = ending.faults().find(|(faults, _)| enough(faults)) {
        let reason = format!(
            "{} faults in a row where the release before it did not fault, the last: {}",
            faults.count,
            first_line(&failure.message)
        );
        if upgrade::retreat(host, plugin, faults.package, &reason).await? {
            return Ok(());
        }
    }
    if let Outcome::Quarantined { reason, package } = outcome {
        upgrade::note_quarantine(host, connection, *package, reason).await?;
    }
    Ok(())
}

/// A message without the frames of a trap.
pub(super) fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}
