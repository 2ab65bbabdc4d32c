//! One stream: pages until it is caught up, fails, or the host is asked to stop. Each page commits with its cursor.

use domain::budget::limits::Limits;
use domain::{Failure, FailureKind, Instant, Next, StreamInfo};
use sandbox::{CallError, PullArgs};
use store::pages::PageCommit;
use store::streams::Stream;
use store::{pages, state, streams};

use super::call::Gateway;
use super::course::Course;
use super::crash;
use super::ending::StreamEnding;
use super::interruption::Interruption;
use super::run::Run;
use super::trail::Trail;
use crate::error::{CommandError, in_words};

/// Run a stream, and keep in `ending` how far it has come. What goes wrong with it alone is part of its ending.
pub(super) async fn run(
    run: &Run<'_>,
    declared: &StreamInfo,
    trail: &mut Trail,
    ending: &mut StreamEnding,
) -> Result<(), Interruption> {
    let (id, plugin) = (run.connection.id, &run.runnable.plugin);
    let mut stream = run
        .read("find where a stream stands", async |tx| streams::position(tx, id, declared, plugin.sequence).await)
        .await?;
    if stream.is_set_aside_from(plugin.digest) {
        (ending.failure, ending.faults) = (stream.failure.map(|(failure, _)| failure), stream.faults);
        return Ok(());
    }
    trail.begin_stream(&declared.name, stream.cursor.as_deref());
    let mut course = Course::from(stream.cursor.as_deref());
    while run.turn.goes_on() {
        match page(run, declared, &stream, ending.pages + 1, &mut course, trail).await? {
            Turned::Stopped => break,
            Turned::Failed(failure) => {
                ending.faults = crash::note(run, Some(declared), &failure).await?;
                ending.failure = Some(failure);
                break;
            }
            Turned::On { stream: next, records, done } => {
                ending.pages += 1;
                ending.records += records;
                run.progress(&declared.name, ending.pages, ending.records);
                if done {
                    break;
                }
                stream = next;
            }
        }
    }
    Ok(())
}

/// What became of a page.
enum Turned {
    /// It is committed, and the stream stands here.
    On { stream: Stream, records: u64, done: bool },
    /// The connector, or its source, could not.
    Failed(Failure),
    /// The host was asked to stop, and the page is abandoned.
    Stopped,
}

/// Pull one page and commit it.
async fn page(
    run: &Run<'_>,
    declared: &StreamInfo,
    stream: &Stream,
    number: u32,
    course: &mut Course,
    trail: &mut Trail,
) -> Result<Turned, Interruption> {
    let now = Instant::now();
    run.permission().check().await?;
    run.keeper.keep(now).await?;
    let sequence = run.runnable.plugin.sequence;
    let kept =
        run.read("read a connection's state", async |tx| state::get(tx, run.connection.id, sequence).await).await?;
    let step = trail.step(Some((&declared.name, number)), run.limits().await?);
    let prepared = run.calls.make(run.machinery, now, kept, &step.limits);
    let args = PullArgs {
        settings: run.calls.settings().to_owned(),
        stream: declared.name.clone(),
        cursor: stream.cursor.clone(),
    };
    let outcome = run.unless_stopped(run.runnable.connector.pull(prepared.call, args)).await;
    trail.add_requests(prepared.session.as_deref());
    let Some(mut outcome) = outcome? else { return Ok(Turned::Stopped) };
    trail.add(&step, prepared.session.as_deref(), &mut outcome);
    let page = match outcome.result {
        Ok(page) => page,
        Err(error) => {
            run.calls.authorized().await?;
            return failure(error, prepared.session.as_deref(), &step.limits).map(Turned::Failed);
        }
    };
    if let Err(lost) = course.go(&page) {
        return Ok(Turned::Failed(failure_of(FailureKind::GuestFault, lost.to_string())));
    }
    let commit = PageCommit {
        connection: run.connection.id,
        stream: &declared.name,
        mode: declared.mode,
        run: run.id,
        fence: run.keeper.lease.fence,
        sequence,
        generation: stream.generation,
        page: &page,
        state: outcome.state.as_ref(),
        now,
    };
    let committed = run.write("commit a page", async |tx| pages::commit(tx, commit).await).await?;
    let done = matches!(page.next, Next::Done(_));
    trail.add_page(&declared.name, &committed.records, committed.stream.cursor.as_deref(), done);
    Ok(Turned::On { stream: committed.stream, records: committed.records.values().sum(), done })
}

/// What the plugin did wrong is data of the run, like what it says itself; what the host could not do is not. How long the
/// source asked to wait is known here even where the plugin could not tell.
pub(super) fn failure(error: CallError, session: Option<&Gateway>, limits: &Limits) -> Result<Failure, Interruption> {
    match error {
        CallError::Failure(failure) if failure.kind == FailureKind::RateLimited => {
            let asked = session.and_then(Gateway::pause);
            Ok(Failure { retry_after_seconds: failure.retry_after_seconds.max(asked), ..failure })
        }
        CallError::Failure(failure) => Ok(failure),
        CallError::Fault(fault) => {
            let kind = if fault.is_of_the_source() { FailureKind::InvalidData } else { FailureKind::GuestFault };
            Ok(failure_of(
                kind,
                match fault.budget() {
                    Some((budget, _)) => format!("{} ({})", in_words(&fault), limits.describe(budget)),
                    None => in_words(&fault),
                },
            ))
        }
        CallError::Host(error) => Err(Interruption::Host(CommandError::because(&error))),
    }
}

fn failure_of(kind: FailureKind, message: String) -> Failure {
    Failure { kind, message, retry_after_seconds: None }
}
