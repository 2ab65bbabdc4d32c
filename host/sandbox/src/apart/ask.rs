//! The guests' side of what a guest asks for: every question goes over to the host, and its answer comes back.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use domain::exchange::{ExchangeError, Request, Response};
use tokio::sync::oneshot;

use super::wire::{Answer, Ask, FromFiles, Look, Seen, ToHost, frame, lower_error};
use crate::bindings::weighbridge::connector::files::{Entry, FileError};
use crate::capability::http::Http;

/// What one call asks with.
#[derive(Clone)]
pub(super) struct Asker {
    call: u64,
    out: mpsc::Sender<Vec<u8>>,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    next: AtomicU32,
    waiting: Mutex<HashMap<u32, oneshot::Sender<Answer>>>,
}

impl Asker {
    pub(super) fn new(call: u64, out: mpsc::Sender<Vec<u8>>) -> Self {
        Self { call, out, asked: Arc::default() }
    }

    /// An answer has come.
    pub(super) fn answer(&self, question: u32, answer: Answer) {
        let waiting = self.asked.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
        if let Some(waiting) = waiting {
            // Whoever asked may be gone by now.
            drop(waiting.send(answer));
        }
    }

    /// The answer; none when the host is gone, and this process with it.
    async fn ask(&self, ask: Ask) -> Option<Answer> {
        let question = self.asked.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.asked.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(question, sender);
        let frame = frame(&ToHost::Question { call: self.call, question, ask }).ok()?;
        self.out.send(frame).ok()?;
        answer.await.ok()
    }
}

impl Http for Asker {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async move {
            match self.ask(Ask::Http(request)).await {
                Some(Answer::Http(answer)) => answer.map_err(lower_error),
                _ => Err(ExchangeError::Connection("the host is stopping".to_owned())),
            }
        })
    }
}

/// The directory of a call, read on the other side, where its budget is kept.
pub(crate) struct FarFiles {
    asker: Asker,
    used: u64,
    met: bool,
    worked: Duration,
}

type Found<T> = Result<T, FileError>;

impl FarFiles {
    pub(super) fn new(asker: Asker) -> Self {
        Self { asker, used: 0, met: false, worked: Duration::ZERO }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    pub(crate) fn met(&self) -> bool {
        self.met
    }

    pub(crate) fn take_worked(&mut self) -> Duration {
        std::mem::take(&mut self.worked)
    }

    pub(crate) async fn stat(&mut self, path: &str) -> Found<Entry> {
        match self.look(Look::Stat(path.to_owned())).await {
            Some(Seen::Stat(found)) => self.take(found),
            _ => stopping(),
        }
    }

    pub(crate) async fn list(&mut self, path: &str) -> Found<Vec<Entry>> {
        match self.look(Look::List(path.to_owned())).await {
            Some(Seen::List(found)) => self.take(found),
            _ => stopping(),
        }
    }

    pub(crate) async fn read(&mut self, path: String, offset: u64, length: u32) -> Found<Vec<u8>> {
        match self.look(Look::Read { path, offset, length }).await {
            Some(Seen::Read(found)) => self.take(found),
            _ => stopping(),
        }
    }

    async fn look(&self, look: Look) -> Option<Seen> {
        match self.asker.ask(Ask::Files(look)).await {
            Some(Answer::Files(seen)) => Some(seen),
            _ => None,
        }
    }

    fn take<T>(&mut self, found: FromFiles<T>) -> Found<T> {
        let FromFiles { answer, worked, used } = found;
        self.worked += worked;
        self.used = used;
        self.met |= matches!(answer, Err(FileError::Budget));
        answer
    }
}

impl std::fmt::Debug for FarFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FarFiles").field("used", &self.used).finish_non_exhaustive()
    }
}

fn stopping<T>() -> Found<T> {
    Err(FileError::Io("the host is stopping".to_owned()))
}
