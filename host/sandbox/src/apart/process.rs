//! The host's side of the process: started when it is first needed, and again when it has ended.

use std::collections::HashMap;
use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use turns::Weights;

use super::GuestProcess;
use super::wire::{self, Ask, Done, TO_HOST, ToGuests, ToHost, Unfit};
use crate::escape::escaped;

/// What is kept of what the process says on standard error, in bytes of its whole life, and of one line.
const COMPLAINTS: u64 = 64 * 1024;
const COMPLAINT: usize = 1024;

/// Keeps a process for guests.
pub(crate) struct Keeper {
    how: GuestProcess,
    /// Told with each call, since processors are shared out over there.
    pub(super) weights: Weights,
    current: Mutex<Option<Arc<Process>>>,
    started: AtomicU64,
}

impl Keeper {
    pub(crate) fn new(how: GuestProcess, weights: Weights) -> Self {
        Self { how, weights, current: Mutex::default(), started: AtomicU64::new(0) }
    }

    /// End the process that there is.
    #[cfg(test)]
    pub(crate) fn end(&self) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().expect("a process").end();
    }

    /// The process, started if there is none.
    pub(super) fn process(&self) -> io::Result<Arc<Process>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = current.as_ref().filter(|process| process.desk().ended.is_none()) {
            return Ok(Arc::clone(process));
        }
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let process = Arc::new(Process::start(&self.how, number)?);
        *current = Some(Arc::clone(&process));
        Ok(process)
    }
}

/// A process that runs guests. It ends when this is dropped.
pub(super) struct Process {
    /// Which one of this host, counted from 0.
    pub(super) number: u64,
    out: mpsc::UnboundedSender<Vec<u8>>,
    desk: Arc<Mutex<Desk>>,
    kill: Arc<Notify>,
    next_call: AtomicU64,
    next_component: AtomicU32,
}

/// Who waits for what.
#[derive(Default)]
struct Desk {
    calls: HashMap<u64, mpsc::UnboundedSender<Heard>>,
    loads: HashMap<u32, oneshot::Sender<Result<(), Unfit>>>,
    /// How it ended.
    ended: Option<String>,
}

/// What a call hears of the process.
pub(super) enum Heard {
    Question { question: u32, ask: Ask },
    Done(Box<Done>),
}

/// A call that is under way, cancelled when this is dropped.
pub(super) struct Underway<'a> {
    process: &'a Process,
    pub(super) call: u64,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Process {
    fn start(how: &GuestProcess, number: u64) -> io::Result<Self> {
        let mut child = Command::new(&how.program)
            .args(&how.args)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C is for the host alone, which lets its calls end; the pipe tells this one when it is over.
            .process_group(0)
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("the pipes to the process are missing"));
        };
        let (out, frames) = mpsc::unbounded_channel();
        let (desk, kill) = (Arc::default(), Arc::new(Notify::new()));
        tokio::spawn(write(stdin, frames));
        tokio::spawn(complain(stderr));
        tokio::spawn(hear(child, stdout, Arc::clone(&desk), Arc::clone(&kill)));
        Ok(Self { number, out, desk, kill, next_call: AtomicU64::new(0), next_component: AtomicU32::new(0) })
    }

    /// Make a component ready. The number that it is called by, or why it cannot be.
    pub(super) async fn load(&self, load: impl FnOnce(u32) -> ToGuests) -> Result<Result<u32, Unfit>, String> {
        let component = self.next_component.fetch_add(1, Ordering::Relaxed);
        let (sender, loaded) = oneshot::channel();
        self.desk().loads.insert(component, sender);
        self.say(&load(component));
        match loaded.await {
            Ok(result) => Ok(result.map(|()| component)),
            Err(_) => Err(self.ending()),
        }
    }

    /// Begin a call.
    pub(super) fn begin(&self) -> Underway<'_> {
        let call = self.next_call.fetch_add(1, Ordering::Relaxed);
        let (sender, heard) = mpsc::unbounded_channel();
        let mut desk = self.desk();
        // One that has ended answers nobody: the sender is dropped, and the call hears the end.
        if desk.ended.is_none() {
            desk.calls.insert(call, sender);
        }
        Underway { process: self, call, heard }
    }

    /// Say something. Where the process has ended, whoever waits for the answer hears that.
    pub(super) fn say(&self, message: &impl Serialize) {
        match wire::frame(message) {
            Ok(frame) => drop(self.out.send(frame)),
            Err(error) => {
                tracing::error!(error = %error, "a message to the guests' process cannot be written");
                self.end();
            }
        }
    }

    /// End it: it broke the protocol, or does not let go of a call.
    pub(super) fn end(&self) {
        self.kill.notify_one();
    }

    /// How it ended, in words.
    pub(super) fn ending(&self) -> String {
        self.desk().ended.clone().unwrap_or_else(|| "it does not answer".to_owned())
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Underway<'_> {
    /// What the process says next about this call; none when it has ended.
    pub(super) async fn hear(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        // One that was told how the call ended is not in the list any more.
        let waited = self.process.desk().calls.remove(&self.call);
        if waited.is_some() {
            self.process.say(&ToGuests::Cancel { call: self.call });
        }
    }
}

async fn write(mut pipe: ChildStdin, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if pipe.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Its panics, for whoever runs the host. They may be a guest's words, should one have broken out.
async fn complain(pipe: ChildStderr) {
    let mut lines = BufReader::new(pipe.take(COMPLAINTS)).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = escaped(&String::from_utf8_lossy(&line), COMPLAINT);
        tracing::warn!(line, "the process that runs guests complains");
    }
}

/// Hand out what it says, until it ends or breaks the protocol.
async fn hear(mut child: Child, mut pipe: ChildStdout, desk: Arc<Mutex<Desk>>, kill: Arc<Notify>) {
    let lock = || desk.lock().unwrap_or_else(PoisonError::into_inner);
    let broken = loop {
        let message = tokio::select! {
            message = wire::receive(&mut pipe, TO_HOST) => message,
            () = kill.notified() => break Some("it was stopped".to_owned()),
        };
        match message {
            Ok(Some(ToHost::Loaded { component, result })) => {
                if let Some(load) = lock().loads.remove(&component) {
                    drop(load.send(result));
                }
            }
            Ok(Some(ToHost::Question { call, question, ask })) => {
                if let Some(heard) = lock().calls.get(&call) {
                    // A call that nobody waits for has no questions either.
                    drop(heard.send(Heard::Question { question, ask }));
                }
            }
            Ok(Some(ToHost::Done { call, done })) => {
                if let Some(heard) = lock().calls.remove(&call) {
                    drop(heard.send(Heard::Done(done)));
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(format!("it said what cannot be understood: {error}")),
        }
    };
    // It may have closed its pipe and live on.
    let killed = broken.is_some() || !matches!(child.try_wait(), Ok(Some(_)));
    if killed {
        let _ = child.start_kill();
    }
    let status = child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
    let mut desk = lock();
    let ended = broken.unwrap_or(status);
    tracing::warn!(reason = ended, "the process that runs guests has ended; the next call starts another");
    // Whoever waits hears it by the end of what they wait on.
    *desk = Desk { ended: Some(ended), ..Desk::default() };
}
