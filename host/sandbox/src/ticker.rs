//! The thread that advances the epoch.
//!
//! One thread for the process. It sleeps for good while no call is live, so an idle host does not wake the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use crate::meter::TICK;

/// Runs the thread; dropping it ends the thread.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    live: AtomicUsize,
    stop: AtomicBool,
}

/// While it lives, the epoch advances.
#[derive(Debug)]
pub(crate) struct Live<'a>(&'a Shared);

impl Ticker {
    /// Start the thread, asleep.
    pub(crate) fn start(engine: wasmtime::Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let inside = Arc::clone(&shared);
        let thread = thread::Builder::new().name("epoch".to_owned()).spawn(move || inside.run(&engine))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// A call begins.
    pub(crate) fn live(&self) -> Live<'_> {
        if self.shared.live.fetch_add(1, Ordering::AcqRel) == 0 {
            self.wake();
        }
        Live(&self.shared)
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Shared {
    fn run(&self, engine: &wasmtime::Engine) {
        while !self.stop.load(Ordering::Acquire) {
            if self.live.load(Ordering::Acquire) == 0 {
                thread::park();
            } else {
                thread::sleep(TICK);
                engine.increment_epoch();
            }
        }
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic, and nothing could be done about it here.
            let _ = thread.join();
        }
    }
}
