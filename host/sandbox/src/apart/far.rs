//! Calls that run in the process apart: what a call is given goes over, its questions are answered here, and its answer
//! comes back to be checked.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::Budget;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Mutex;

use super::process::{Heard, Keeper, Process, Underway};
use super::wire::{Answer, Ask, Done, Export, FromFiles, Given, Look, Seen, ToGuests};
use crate::bindings::exports::weighbridge::connector::source::{Page, PullArgs, StreamInfo};
use crate::bindings::weighbridge::connector::files::FileError;
use crate::call::{Answered, Call};
use crate::capability::Interfaces;
use crate::capability::files::Below;
use crate::capability::http::{Http, lift_error};
use crate::engine::PrepareError;
use crate::fault::Cause;

/// What a call may take beyond its wall clock before its process is ended: the other side ends it first.
const GRACE: Duration = Duration::from_secs(2);
/// The questions of one call that are under way: more than the SDK has, and no flood.
const QUESTIONS: usize = 64;

/// A component that is loaded in the process apart.
pub(crate) struct Far {
    keeper: Arc<Keeper>,
    interfaces: Interfaces,
    artefact: Vec<u8>,
    loaded: Mutex<Option<Loaded>>,
}

/// Where it is loaded, and under which number.
struct Loaded {
    process: Weak<Process>,
    number: u64,
    component: u32,
}

impl Far {
    /// Load a component, to be called with these interfaces and no other.
    ///
    /// # Errors
    /// When it imports more, is not a connector, does not fit a place in the pool, or there is no process for it.
    pub(crate) async fn load(
        keeper: Arc<Keeper>,
        artefact: Vec<u8>,
        interfaces: Interfaces,
    ) -> Result<Self, PrepareError> {
        let far = Self { keeper, interfaces, artefact, loaded: Mutex::default() };
        far.loaded().await?;
        Ok(far)
    }

    /// Call the export `streams`.
    pub(crate) async fn streams(&self, call: Call, settings: &str) -> Answered<Vec<StreamInfo>> {
        let export = Export::Streams { settings: settings.to_owned(), now: call.now.to_string() };
        match self.call(call, export).await {
            Ok(Done::Streams(answered)) => answered,
            Ok(Done::Pull(_)) => Answered::ended_by(Cause::Gone("it answered what was not asked".to_owned())),
            Err(gone) => Answered::ended_by(Cause::Gone(gone)),
        }
    }

    /// Call the export `pull`.
    pub(crate) async fn pull(&self, call: Call, args: &PullArgs) -> Answered<Page> {
        match self.call(call, Export::Pull(args.clone())).await {
            Ok(Done::Pull(answered)) => answered,
            Ok(Done::Streams(_)) => Answered::ended_by(Cause::Gone("it answered what was not asked".to_owned())),
            Err(gone) => Answered::ended_by(Cause::Gone(gone)),
        }
    }

    /// The process, and the number that this component has in it: loaded again where the process is another by now.
    async fn loaded(&self) -> Result<(Arc<Process>, u32), PrepareError> {
        let process = self.keeper.process().map_err(PrepareError::Process)?;
        let mut loaded = self.loaded.lock().await;
        if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.number == process.number) {
            return Ok((process, loaded.component));
        }
        let (interfaces, artefact) = (self.interfaces, self.artefact.clone());
        let component = process
            .load(|component| ToGuests::Load { component, interfaces, artefact })
            .await
            .map_err(|gone| PrepareError::Process(io::Error::other(gone)))??;
        *loaded = Some(Loaded { process: Arc::downgrade(&process), number: process.number, component });
        Ok((process, component))
    }

    async fn call(&self, call: Call, export: Export) -> Result<Done, String> {
        let (process, component) = self.loaded().await.map_err(|error| error.to_string())?;
        let Call { workspace, budget, now: _, http, files, state } = call;
        let weight = self.keeper.weights.of(workspace);
        let given = Given { workspace, weight, budget, http: http.is_some(), files: files.is_some(), state };
        let mut underway = process.begin();
        process.say(&ToGuests::Call { call: underway.call, component, given, export });
        let desk = Answering { process: &process, http, files: Below::new(files, budget.file_bytes) };
        let most = wall(&budget);
        match tokio::time::timeout(most, desk.until_done(&mut underway)).await {
            Ok(done) => done.ok_or_else(|| process.ending()),
            Err(_) => {
                process.end();
                Err("it does not let go of a call".to_owned())
            }
        }
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let Some(Loaded { process, component, .. }) = self.loaded.get_mut().take() else { return };
        if let Some(process) = process.upgrade() {
            process.say(&ToGuests::Unload { component });
        }
    }
}

fn wall(budget: &Budget) -> Duration {
    budget.wall() + GRACE
}

/// Answers the questions of one call.
struct Answering<'a> {
    process: &'a Process,
    http: Option<Arc<dyn Http>>,
    files: Below,
}

impl Answering<'_> {
    /// What the call ended with; none when the process ended before.
    async fn until_done(mut self, underway: &mut Underway<'_>) -> Option<Done> {
        let call = underway.call;
        let http = self.http.take();
        let mut requests: FuturesUnordered<BoxFuture<'_, (u32, Answer)>> = FuturesUnordered::new();
        loop {
            let (question, answer) = tokio::select! {
                heard = underway.hear() => match heard? {
                    Heard::Done(done) => return Some(*done),
                    Heard::Question { .. } if requests.len() >= QUESTIONS => {
                        self.process.end();
                        return None;
                    }
                    Heard::Question { question, ask: Ask::Http(request) } => {
                        // The guest's interface is not linked where there is nothing to answer it.
                        let http = http.as_deref()?;
                        requests.push(Box::pin(async move {
                            (question, Answer::Http(http.send(request).await.map_err(lift_error)))
                        }));
                        continue;
                    }
                    Heard::Question { question, ask: Ask::Files(look) } => {
                        (question, Answer::Files(seen(&mut self.files, look).await))
                    }
                },
                Some(answered) = requests.next() => answered,
            };
            self.process.say(&ToGuests::Answer { call, question, answer });
        }
    }
}

async fn seen(files: &mut Below, look: Look) -> Seen {
    fn found<T>(files: &mut Below, answer: Result<T, FileError>) -> FromFiles<T> {
        FromFiles { answer, worked: files.take_worked(), used: files.used() }
    }
    match look {
        Look::Stat(path) => {
            let answer = files.stat(&path).await;
            Seen::Stat(found(files, answer))
        }
        Look::List(path) => {
            let answer = files.list(&path).await;
            Seen::List(found(files, answer))
        }
        Look::Read { path, offset, length } => {
            let answer = files.read(path, offset, length).await;
            Seen::Read(found(files, answer))
        }
    }
}
