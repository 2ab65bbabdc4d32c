//! One stream: pages until it is caught up, fails, or the host is asked to stop. Each page commits with its cursor.

use domain::run::{LogLine, Usage};
use domain::{Failure, FailureKind, Instant, Next, StreamInfo};
use sandbox::{CallError, PullArgs};
use serde_json::Value;
use store::pages::PageCommit;
use store::streams::Stream;
use store::{StoreError, pages, state, streams};

use super::call::Gateway;
use super::ending::StreamEnding;
use super::run::Run;
use crate::command::{CommandError, in_words};

/// Pages of one stream in one run. A source that never ends is stopped here, and goes on in the next run.
const MOST_PAGES: u32 = 100_000;
/// Log lines and requests that a run remembers; the store bounds their bytes.
const MOST_LINES: usize = 4_096;

/// What the calls of a run left behind.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) usage: Usage,
    pub(super) log: Vec<LogLine>,
    pub(super) egress: Vec<Value>,
}

impl Trail {
    pub(super) fn add(&mut self, usage: Usage, log: Vec<LogLine>, egress: Vec<Value>) {
        self.usage = self.usage.plus(usage);
        let room = MOST_LINES.saturating_sub(self.log.len());
        self.log.extend(log.into_iter().take(room));
        let room = MOST_LINES.saturating_sub(self.egress.len());
        self.egress.extend(egress.into_iter().take(room));
    }
}

/// Run a stream. What goes wrong with it is its ending; an `Err` ends the run.
pub(super) async fn run(run: &Run<'_>, declared: &StreamInfo, trail: &mut Trail) -> Result<StreamEnding, CommandError> {
    let mut ending = StreamEnding { stream: declared.name.clone(), pages: 0, records: 0, failure: None };
    let mut stream = run
        .read("find where a stream stands", async |tx| streams::position(tx, run.connection.id, declared).await)
        .await?;
    while ending.pages < MOST_PAGES && !run.stop.is_cancelled() {
        match page(run, declared, &stream, trail).await? {
            Ok(None) => break,
            Ok(Some(step)) => {
                ending.pages += 1;
                ending.records += step.records;
                run.progress(&declared.name, ending.pages, ending.records);
                if step.done {
                    break;
                }
                stream = step.stream;
            }
            Err(failure) => {
                fail(run, declared, &failure).await?;
                ending.failure = Some(failure);
                break;
            }
        }
    }
    Ok(ending)
}

/// What a page did.
struct Step {
    stream: Stream,
    records: u64,
    done: bool,
}

/// Pull one page and commit it; none where the host was asked to stop, and the page is abandoned.
async fn page(
    run: &Run<'_>,
    declared: &StreamInfo,
    stream: &Stream,
    trail: &mut Trail,
) -> Result<Result<Option<Step>, Failure>, CommandError> {
    let now = Instant::now();
    if let Err(refusal) = run.runnable.permitted(run.host, now).await {
        return Ok(Err(Failure {
            kind: FailureKind::Settings,
            message: in_words(&refusal),
            retry_after_seconds: None,
        }));
    }
    run.keep_lease(now).await?;
    let kept = run.read("read a connection's state", async |tx| state::get(tx, run.connection.id).await).await?;
    let prepared = run.calls.make(run.machinery, now, kept);
    let args = PullArgs {
        settings: run.connection.settings.to_string(),
        stream: declared.name.clone(),
        cursor: stream.cursor.clone(),
    };
    let call = run.runnable.connector.pull(prepared.call, args);
    let Some(outcome) = run.unless_stopped(call).await else { return Ok(Ok(None)) };
    trail.add(outcome.usage, outcome.log, super::run::entries(prepared.session.as_deref()));
    let page = match outcome.result {
        Ok(page) => page,
        Err(error) => return Ok(Err(failure(error, prepared.session.as_deref()))),
    };
    if matches!(&page.next, Next::More(cursor) if Some(cursor.as_str()) == stream.cursor.as_deref()) {
        let message = "the page says that there is more, at the cursor where it began: the stream would never end";
        return Ok(Err(Failure {
            kind: FailureKind::InvalidData,
            message: message.to_owned(),
            retry_after_seconds: None,
        }));
    }
    let commit = PageCommit {
        connection: run.connection.id,
        stream: &declared.name,
        mode: declared.mode,
        run: run.id,
        fence: run.lease.fence,
        generation: stream.generation,
        page: &page,
        state: outcome.state.as_ref(),
        now,
    };
    let committed = run.write("commit a page", async |tx| pages::commit(tx, commit).await).await?;
    let done = matches!(page.next, Next::Done(_));
    Ok(Ok(Some(Step { stream: committed.stream, records: committed.records.values().sum(), done })))
}

async fn fail(run: &Run<'_>, declared: &StreamInfo, failure: &Failure) -> Result<(), StoreError> {
    let now = Instant::now();
    run.write("note that a stream failed", async |tx| {
        streams::fail(tx, run.connection.id, run.lease.fence, declared, failure, now).await
    })
    .await
}

/// What the plugin did wrong is data of the run, like what it says itself. How long the source asked to wait is known here
/// even where the plugin could not tell.
pub(super) fn failure(error: CallError, session: Option<&Gateway>) -> Failure {
    let message = in_words(&error);
    match error {
        CallError::Failure(failure) if failure.kind == FailureKind::RateLimited => {
            let asked = session.and_then(Gateway::pause);
            Failure { retry_after_seconds: failure.retry_after_seconds.max(asked), ..failure }
        }
        CallError::Failure(failure) => failure,
        CallError::Fault(_) => Failure { kind: FailureKind::InvalidData, message, retry_after_seconds: None },
        CallError::Host(_) => Failure { kind: FailureKind::Upstream, message, retry_after_seconds: None },
    }
}
