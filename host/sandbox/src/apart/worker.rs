//! The `main` of the process that runs guests.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use turns::Weights;

use super::ask::{Asker, FarFiles};
use super::wire::{Done, Export, Given, TO_GUESTS, ToGuests, ToHost, Unfit, frame, read};
use crate::artefact::deserialize;
use crate::call::{Answered, CallState};
use crate::capability::files::Files;
use crate::confine::{self, confine};
use crate::engine::pooled;
use crate::fault::Cause;
use crate::inside::Inside;
use crate::runtime::Runtime;
use crate::turn::Processor;

/// Run guests for the host at the other end of the standard streams, so many at a time, until it hangs up.
///
/// To be called first thing, before any secret is read and with nothing but the three standard streams open.
#[must_use]
pub fn guest_worker(places: u32) -> ExitCode {
    match limit().and_then(|()| engine(places)).and_then(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // There is nobody else to tell if the pipe is gone.
            let _ = writeln!(io::stderr(), "{}", reason.replace(char::is_control, " "));
            ExitCode::FAILURE
        }
    }
}

fn limit() -> Result<(), String> {
    // Where memory runs out, this process goes before the host does. Systems without the file have no such order.
    let _ = std::fs::write("/proc/self/oom_score_adj", "900");
    [(Resource::Core, 0), (Resource::Nofile, 64)].into_iter().try_for_each(|(resource, most)| {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
            .map_err(|error| format!("{resource:?} cannot be limited: {error}"))
    })
}

/// The engine opens what it needs of `/proc` when it is made, so it is made first; everything that is handed over by the
/// host comes after the walls.
fn engine(places: u32) -> Result<Runtime, String> {
    let wasmtime = wasmtime::Engine::new(&pooled(places)).map_err(|error| format!("{error:#}"))?;
    confine(confine::GUESTS)?;
    Runtime::of(wasmtime, Weights::default()).map_err(|error| error.to_string())
}

fn serve(runtime: Runtime) -> Result<(), String> {
    let tasks = tokio::runtime::Builder::new_multi_thread().enable_time().event_interval(4).build();
    let tasks = tasks.map_err(|error| error.to_string())?;
    let (out, frames) = mpsc::channel::<Vec<u8>>();
    let writer = thread::spawn(move || {
        let mut pipe = io::stdout().lock();
        // A host that hangs up is how this ends.
        frames.iter().try_for_each(|frame| pipe.write_all(&frame).and_then(|()| pipe.flush()))
    });
    let mut desk = Desk { runtime: Arc::new(runtime), components: HashMap::new(), calls: Arc::default(), out };
    let mut pipe = io::stdin().lock();
    while let Some(message) = read(&mut pipe, TO_GUESTS).map_err(|error| error.to_string())? {
        desk.take(message, tasks.handle());
    }
    tasks.shutdown_background();
    drop(desk);
    drop(writer);
    Ok(())
}

/// The calls that are under way, and how each is ended.
type Underway = HashMap<u64, (Asker, Option<AbortHandle>)>;

/// What is loaded and what is under way.
struct Desk {
    runtime: Arc<Runtime>,
    components: HashMap<u32, Arc<Inside>>,
    calls: Arc<Mutex<Underway>>,
    out: mpsc::Sender<Vec<u8>>,
}

impl Desk {
    fn take(&mut self, message: ToGuests, tasks: &Handle) {
        match message {
            ToGuests::Load { component, interfaces, artefact } => {
                let linked = deserialize(self.runtime.wasmtime(), &artefact)
                    .and_then(|compiled| self.runtime.link(&compiled, interfaces));
                let result = linked.map(|inside| drop(self.components.insert(component, Arc::new(inside))));
                say(&self.out, &ToHost::Loaded { component, result: result.map_err(Unfit::from) });
            }
            ToGuests::Unload { component } => drop(self.components.remove(&component)),
            ToGuests::Call { call, component, given, export } => self.call(call, component, given, export, tasks),
            ToGuests::Answer { call, question, answer } => {
                let asker = self.calls().get(&call).map(|(asker, _)| asker.clone());
                if let Some(asker) = asker {
                    asker.answer(question, answer);
                }
            }
            ToGuests::Cancel { call } => {
                if let Some((_, Some(task))) = self.calls().remove(&call) {
                    task.abort();
                }
            }
        }
    }

    fn call(&self, call: u64, component: u32, given: Given, export: Export, tasks: &Handle) {
        let Some(inside) = self.components.get(&component).cloned() else {
            return say(&self.out, &ToHost::Done { call, done: Box::new(not_loaded(&export)) });
        };
        let asker = Asker::new(call, self.out.clone());
        self.calls().insert(call, (asker.clone(), None));
        let (calls, out) = (Arc::clone(&self.calls), self.out.clone());
        let task = tasks.spawn(async move {
            let done = run(&inside, given, export, asker).await;
            calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&call);
            say(&out, &ToHost::Done { call, done: Box::new(done) });
        });
        // It may have ended by now.
        self.calls().entry(call).and_modify(|(_, handle)| *handle = Some(task.abort_handle()));
    }

    fn calls(&self) -> MutexGuard<'_, Underway> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(inside: &Inside, given: Given, export: Export, asker: Asker) -> Done {
    let Given { workspace, weight, budget, http, files, state } = given;
    inside.weights().set(workspace, weight);
    let files = if files { Files::Apart(FarFiles::new(asker.clone())) } else { Files::none() };
    let http = http.then(|| Arc::new(asker) as Arc<dyn crate::Http>);
    let state = CallState::of(&budget, Processor::new(inside.processors().clone(), workspace), http, files, state);
    match export {
        Export::Streams { settings, now } => Done::Streams(inside.streams(state, &budget, &settings, now).await),
        Export::Pull(args) => Done::Pull(inside.pull(state, &budget, &args).await),
    }
}

fn not_loaded(export: &Export) -> Done {
    let cause = || Cause::Gone("the component is not loaded".to_owned());
    match export {
        Export::Streams { .. } => Done::Streams(Answered::ended_by(cause())),
        Export::Pull(_) => Done::Pull(Answered::ended_by(cause())),
    }
}

fn say(out: &mpsc::Sender<Vec<u8>>, message: &ToHost) {
    match frame(message) {
        // Nobody hears it once the host has hung up.
        Ok(frame) => drop(out.send(frame)),
        Err(error) => drop(writeln!(io::stderr(), "a message cannot be written: {error}")),
    }
}
