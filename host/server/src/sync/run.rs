//! One run of one connection, from its lease to its release.

use std::time::Duration;

use domain::budget::limits::Limits;
use domain::{FailureKind, Instant, RunId, StreamInfo};
use serde_json::json;
use store::audit::{self, Entry};
use store::connections::{self, Connection, Lease, leases};
use store::plugins::{self, Plugin};
use store::runs::{self, Finish, NewRun};
use store::{StoreError, WorkspaceRead, WorkspaceTx, fences, state, trust};
use tokio_util::sync::CancellationToken;

use super::call::Calls;
use super::crash;
use super::ending::{Ending, StreamEnding};
use super::interruption::{Interrupted, Interruption, InterruptionKind};
use super::keeper::Keeper;
use super::permission::{Permission, Yes};
use super::stream;
use super::trail::Trail;
use crate::error::{CommandError, in_words};
use crate::host::{Host, Machinery, Runnable, Standing};
use crate::upgrade;

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
    pub(super) keeper: &'a Keeper<'a>,
    pub(super) calls: Calls,
    pub(super) id: RunId,
    pub(super) turn: &'a Turn<'a>,
    yes: Yes,
}

/// How long a run may go on, and who is told of it.
pub struct Turn<'a> {
    /// Ends it within seconds.
    pub stop: &'a CancellationToken,
    /// Whether others are to have their turn: asked before each page, and true for good once it is. What is left is the
    /// next run's.
    pub is_over: &'a (dyn Fn() -> bool + Send + Sync),
    /// Told of each committed page.
    pub progress: Progress<'a>,
}

impl Turn<'_> {
    /// Whether another page may begin.
    pub(super) fn goes_on(&self) -> bool {
        !self.stop.is_cancelled() && !(self.is_over)()
    }
}

/// Run a leased connection and release it. However it ends, that is the ending.
///
/// # Errors
/// When the lease was lost, or the store cannot even be told how it ended.
pub async fn run(host: &Host, machinery: &Machinery, lease: &Lease, turn: &Turn<'_>) -> Result<Ending, CommandError> {
    let connection = host
        .store
        .system_read("find a leased connection", async |tx| {
            connections::get(tx, lease.workspace, lease.connection).await
        })
        .await?;
    let keeper = Keeper::new(host, lease);
    let mut ending = Ending::begin();
    // From here on: preparing the plugin may take longer than a lease lasts.
    let interruption = tokio::select! {
        ended = Box::pin(attempt(host, machinery, &connection, &keeper, turn, &mut ending)) => ended.err(),
        lost = keeper.beat() => Some(lost.into()),
    };
    if let Some(Interruption::Lost(error)) = interruption {
        return Err(error.into());
    }
    if let Some(interruption) = interruption {
        ending.interrupt(tell(host, &connection, &interruption).await);
    }
    release(host, &connection, lease, &ending).await?;
    Ok(ending)
}

/// Prepare the plugin, and run it. The run's record is finished even where it is broken off.
async fn attempt(
    host: &Host,
    machinery: &Machinery,
    connection: &Connection,
    keeper: &Keeper<'_>,
    turn: &Turn<'_>,
    ending: &mut Ending,
) -> Result<(), Interruption> {
    let plugin = running(host, connection).await?;
    let runnable = machinery.runnable(host, plugin).await?;
    let calls = Calls::prepare(host, connection, &runnable).await?;
    let id = RunId::generate();
    let run = Run { host, machinery, runnable: &runnable, connection, keeper, calls, id, turn, yes: Yes::never() };
    run.write("begin a run", async |tx| {
        fences::raise(tx, connection.id, keeper.lease.fence).await?;
        runs::begin(tx, &run.record()).await
    })
    .await?;
    ending.run = Some(id);
    let mut trail = Trail::default();
    if let Standing::Ageing(because) = host.trust_in(&host.trust_policy().await?, &runnable.plugin) {
        trail.warn(&because);
    }
    let ended = run.streams(&mut trail, ending).await;
    ending.unfinished = (turn.is_over)();
    ending.usage = trail.usage;
    ending.judge(turn.stop.is_cancelled());
    let mut told = ending.clone();
    if let Err(interruption) = &ended {
        told.interrupt(interruption.told());
    }
    let finished = run.finish(&told, &trail).await;
    // What broke the run off comes first: that its end cannot be written down either is of the same cause, or of less.
    ended.and(finished.map_err(Interruption::from))
}

impl Run<'_> {
    fn record(&self) -> NewRun {
        NewRun {
            id: self.id,
            connection: self.connection.id,
            plugin: self.connection.plugin.clone(),
            version: self.runnable.plugin.version.clone(),
            digest: self.runnable.plugin.digest,
            fence: self.keeper.lease.fence,
            started_at: Instant::now(),
        }
    }

    /// All streams, one after another. A source that asks for patience, or refuses the credential, is not asked again.
    async fn streams(&self, trail: &mut Trail, ending: &mut Ending) -> Result<(), Interruption> {
        for declared in &self.declared(trail, ending).await? {
            if !self.turn.goes_on() {
                break;
            }
            let mut of_stream = StreamEnding::of(&declared.name);
            let ended = stream::run(self, declared, trail, &mut of_stream).await;
            let kind = of_stream.failure.as_ref().map(|failure| failure.kind);
            ending.streams.push(of_stream);
            ended?;
            if matches!(kind, Some(FailureKind::RateLimited | FailureKind::Unauthorized | FailureKind::Settings)) {
                break;
            }
        }
        Ok(())
    }

    /// The streams that the connector declares: none where it fails, or is abandoned before it has answered.
    async fn declared(&self, trail: &mut Trail, ending: &mut Ending) -> Result<Vec<StreamInfo>, Interruption> {
        let now = Instant::now();
        self.permission().check().await?;
        let (id, sequence) = (self.connection.id, self.runnable.plugin.sequence);
        let kept = self.read("read a connection's state", async |tx| state::get(tx, id, sequence).await).await?;
        let step = trail.step(None, self.limits().await?);
        let prepared = self.calls.make(self.machinery, now, kept, &step.limits);
        let asked = self.runnable.connector.streams(prepared.call, self.calls.settings());
        let outcome = self.unless_stopped(asked).await;
        trail.add_requests(prepared.session.as_deref());
        let Some(mut outcome) = outcome? else { return Ok(Vec::new()) };
        trail.add(&step, prepared.session.as_deref(), &mut outcome);
        match outcome.result {
            Ok(streams) => {
                crash::recovered(self).await?;
                Ok(streams)
            }
            Err(error) => {
                self.calls.authorized().await?;
                let failure = stream::failure(error, prepared.session.as_deref(), &step.limits)?;
                ending.faults = crash::note(self, None, &failure).await?;
                ending.failure = Some(failure);
                Ok(Vec::new())
            }
        }
    }

    /// What is asked before each call, and during it.
    pub(super) const fn permission(&self) -> Permission<'_> {
        Permission { host: self.host, connection: self.connection, plugin: &self.runnable.plugin, yes: &self.yes }
    }

    /// What the next call may cost.
    pub(super) async fn limits(&self) -> Result<Limits, StoreError> {
        let Runnable { plugin, manifest, .. } = self.runnable;
        let workspace = self.connection.workspace;
        let (limits, places) = self.host.limits(&plugin.id, workspace, manifest.budget).await?;
        self.machinery.allow(&plugin.id, workspace, places);
        Ok(limits)
    }

    /// The plugin ids that the signer may sign, by which a publisher is known.
    async fn publisher(&self) -> Result<String, StoreError> {
        let keys = self.host.store.system_read("find the signer", async |tx| trust::list_keys(tx).await).await?;
        let signer = keys.into_iter().find(|key| key.id == self.runnable.plugin.signer);
        Ok(signer.map(|key| key.patterns.join(", ")).unwrap_or_default())
    }

    /// Write down how it ended; what is to be said of a run whose lease went on, its successor has said.
    async fn finish(&self, ending: &Ending, trail: &Trail) -> Result<(), StoreError> {
        let error = ending.errors_as_json();
        let inspection = trail.inspection(&self.runnable.plugin, &self.publisher().await?);
        let finish = Finish {
            state: ending.state,
            usage: trail.usage,
            error: error.as_deref(),
            log: &trail.log,
            inspection: &inspection,
            at: Instant::now(),
        };
        let (connection, fence) = (self.connection.id, self.keeper.lease.fence);
        self.write("finish a run", async |tx| {
            fences::check(tx, connection, fence).await?;
            runs::finish(tx, self.id, &finish).await
        })
        .await
    }

    /// The outcome of a call. It is dropped where the host is asked to stop and it does not end soon: none; and where the
    /// run may not go on: the reason.
    pub(super) async fn unless_stopped<T>(&self, call: impl Future<Output = T>) -> Result<Option<T>, Interruption> {
        let patience = async {
            self.turn.stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            outcome = call => Ok(Some(outcome)),
            () = patience => Ok(None),
            interruption = self.permission().taken_back() => Err(interruption),
        }
    }

    pub(super) fn progress(&self, stream: &str, pages: u32, records: u64) {
        (self.turn.progress)(stream, pages, records);
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

/// The release that runs for a connection now, within what its workspace consents to.
pub(super) async fn running(host: &Host, connection: &Connection) -> Result<Plugin, Interruption> {
    let (id, plugin) = (connection.id, &connection.plugin);
    let (running, held) = host
        .store
        .system_read("find the package that runs", async |tx| {
            Ok((plugins::find_running(tx, id).await?, plugins::find_held(tx, plugin).await?))
        })
        .await?;
    match (running, held) {
        (Some(running), _) => match upgrade::lacking_consent(connection, &running)? {
            None => Ok(running),
            Some(lacking) => Err(Interruption::Refused(lacking)),
        },
        (None, Some(held)) => Err(Interruption::Held(upgrade::held_in_words(&held))),
        (None, None) if connection.package.is_some() => Err(Interruption::Refused(format!(
            "the release of {plugin} that this connection stays on does not run any more; \
             `weighbridge connection consent {}` lets it run the live one",
            connection.name
        ))),
        (None, None) => Err(Interruption::Refused(format!("{plugin} is not installed any more"))),
    }
}

/// Tell those whom it concerns of an interruption: the operator of the host's failures, the audit of refusals.
async fn tell(host: &Host, connection: &Connection, interruption: &Interruption) -> Interrupted {
    let told = interruption.told();
    if let Interruption::Host(error) = interruption {
        tracing::error!(connection.id = %connection.id, error = in_words(error), "sync.host.failed");
    }
    if told.kind == InterruptionKind::Refused {
        let entry = Entry {
            at: Instant::now(),
            actor: "host".to_owned(),
            action: "run.refused".to_owned(),
            subject: connection.id.to_string(),
            workspace: Some(connection.workspace),
            detail: json!({ "plugin": connection.plugin, "reason": told.message }),
        };
        let written = host.store.system("note a refusal", async |tx| audit::append(tx, &entry).await).await;
        if let Err(error) = written {
            tracing::error!(connection.id = %connection.id, error = in_words(&error), "audit.append.failed");
        }
    }
    told
}

async fn release(host: &Host, connection: &Connection, lease: &Lease, ending: &Ending) -> Result<(), CommandError> {
    let interval = Duration::from_secs(connection.interval_seconds.into());
    let now = Instant::now();
    // Nothing depends on this number but how far retries are spread.
    let random = u64::try_from(now.as_micros()).unwrap_or_default().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let (outcome, wait) = ending.verdict(interval, lease.failures, random);
    host.store
        .leases("release a lease", async |tx| leases::release(tx, lease, now.after(wait), &outcome).await)
        .await?;
    crash::follow(host, connection, ending, &outcome).await;
    Ok(())
}
