//! What answers the capabilities on this thread, while a call of the connector runs.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Files;
use super::upstream::{Asked, Fault, Reply, Upstream};
use crate::http::{HttpError, Wire};
use crate::log::Level;

/// The capabilities of one call.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    pub(super) upstream: Rc<Upstream>,
    pub(super) files: Rc<Files>,
    pub(super) state: BTreeMap<String, String>,
    pub(super) log: Vec<String>,
    pub(super) asked: Vec<Asked>,
    /// Which request, counted from 0 over the calls, meets which fault.
    pub(super) fault: Option<(usize, Fault)>,
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Ask the stage that is set on this thread.
pub(crate) fn stage<T>(ask: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(|stage| {
        ask(stage.as_mut().expect("capabilities answer only within a call: use weighbridge_sdk::testing::Kit"))
    })
}

impl Stage {
    /// Let a call of a connector run on this stage.
    pub(super) fn play<T>(self, call: impl FnOnce() -> T) -> (T, Self) {
        STAGE.set(Some(self));
        let answer = call();
        let stage = STAGE.take().expect("a call leaves its stage");
        (answer, stage)
    }

    pub(crate) fn log(&mut self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        self.log.push(format!("{level}: {message}"));
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    pub(crate) fn state(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.state
    }

    pub(crate) fn send(&mut self, request: &Wire) -> Result<Answer, HttpError> {
        let asked = Asked::from_wire(request);
        let number = self.asked.len();
        let reply = self.upstream.answer(&asked);
        self.asked.push(asked);
        let reply = match self.fault {
            Some((at, fault)) if at == number => fault.strike(reply)?,
            _ => reply,
        };
        Ok(Answer { reply, taken: Cell::new(false) })
    }
}

/// An answer whose body can be taken once, as in the host.
#[derive(Debug)]
pub(crate) struct Answer {
    reply: Reply,
    taken: Cell<bool>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.reply.status
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.reply.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    pub(crate) fn text(&self) -> Result<String, HttpError> {
        String::from_utf8(self.bytes()?).map_err(|_| HttpError::Body("not UTF-8".to_owned()))
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, HttpError> {
        if self.taken.replace(true) {
            return Err(HttpError::Body("taken before".to_owned()));
        }
        Ok(self.reply.body.clone())
    }
}
