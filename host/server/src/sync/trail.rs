//! What the calls of a run leave behind: usage, lines, requests, budgets, records by kind, how far the streams came, and
//! faults; bounded whatever a plugin does.

mod peaks;
mod traffic;

use std::collections::BTreeMap;

use domain::RecordKind;
use domain::budget::limits::Limits;
use domain::inspection::{CallName, FaultNote, Inspection, Signer, StreamProgress};
use domain::run::{LogLevel, LogLine, Usage};
use sandbox::{CallError, GuestFault, Outcome, escaped};
use store::plugins::Plugin;

use self::peaks::Peaks;
use self::traffic::Sorted;
use super::call::Gateway;

/// Bytes of log lines that a run remembers.
const MOST_LOG_BYTES: usize = 256 * 1024;
/// Streams that a run remembers the progress of.
const MOST_STREAMS: usize = 500;
/// Bytes of a cursor that a run remembers.
const CURSOR: usize = 120;
/// Faults that a run remembers.
const MOST_FAULTS: usize = 16;
/// Bytes of what is said of a fault.
const FAULT: usize = 1024;

/// What the calls of a run left behind.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) usage: Usage,
    pub(super) log: Vec<LogLine>,
    log_bytes: usize,
    calls: u32,
    peaks: Peaks,
    traffic: Sorted,
    kinds: BTreeMap<RecordKind, u64>,
    streams: Vec<StreamProgress>,
    faults: Vec<FaultNote>,
}

/// One call, under its name and its limits.
#[derive(Debug)]
pub(super) struct Step {
    name: CallName,
    pub(super) limits: Limits,
}

impl Trail {
    /// A call begins: of `streams`, or of `pull` for this page of this stream, counted from 1.
    pub(super) fn step(&mut self, pulled: Option<(&str, u32)>, limits: Limits) -> Step {
        self.calls += 1;
        let export = if pulled.is_some() { "pull" } else { "streams" };
        let (stream, page) = pulled.map(|(stream, page)| (stream.to_owned(), page)).unzip();
        Step { name: CallName { number: self.calls, export: export.to_owned(), stream, page }, limits }
    }

    /// Add what a call used and wrote. Its traffic is what egress counted, address and headers included.
    pub(super) fn add<T>(&mut self, step: &Step, session: Option<&Gateway>, outcome: &mut Outcome<T>) {
        let sandboxed = Usage { requests: 0, bytes_in: 0, bytes_out: 0, ..outcome.usage };
        let sent = session.map(Gateway::usage).unwrap_or_default();
        let fault = match &outcome.result {
            Err(CallError::Fault(fault)) => Some(fault),
            _ => None,
        };
        self.usage = self.usage.plus(sandboxed);
        self.peaks.add(&step.name, &step.limits, &sandboxed.plus(sent), fault, &outcome.met);
        if let Some(fault) = fault.filter(|_| self.faults.len() < MOST_FAULTS) {
            self.faults.push(note(step, fault, &outcome.frames));
        }
        for line in std::mem::take(&mut outcome.log) {
            self.log_bytes += line.message.len();
            if self.log_bytes > MOST_LOG_BYTES {
                return;
            }
            self.log.push(line);
        }
    }

    /// Add a word of the host itself.
    pub(super) fn warn(&mut self, message: &str) {
        self.log.push(LogLine { level: LogLevel::Warn, message: format!("host: {message}") });
    }

    /// Add the requests of a call, ended or abandoned.
    pub(super) fn add_requests(&mut self, session: Option<&Gateway>) {
        self.usage = self.usage.plus(session.map(Gateway::usage).unwrap_or_default());
        for entry in session.map(Gateway::log).unwrap_or_default() {
            self.traffic.add(entry);
        }
    }

    /// A stream is tried, from this cursor.
    pub(super) fn begin_stream(&mut self, stream: &str, cursor: Option<&str>) {
        if self.streams.len() < MOST_STREAMS {
            self.streams.push(StreamProgress {
                stream: stream.to_owned(),
                pages: 0,
                records: 0,
                cursor_before: cursor.map(shown),
                cursor_after: cursor.map(shown),
                caught_up: false,
            });
        }
    }

    /// A page of the stream that was begun last is committed.
    pub(super) fn add_page(
        &mut self,
        stream: &str,
        kinds: &BTreeMap<RecordKind, u64>,
        cursor: Option<&str>,
        caught_up: bool,
    ) {
        for (kind, count) in kinds {
            *self.kinds.entry(*kind).or_default() += count;
        }
        if let Some(progress) = self.streams.last_mut().filter(|progress| progress.stream == stream) {
            progress.pages += 1;
            progress.records += kinds.values().sum::<u64>();
            progress.cursor_after = cursor.map(shown);
            progress.caught_up = caught_up;
        }
    }

    /// What the run's record keeps beyond its sums.
    pub(super) fn inspection(&self, plugin: &Plugin, publisher: &str) -> Inspection {
        Inspection {
            signer: Some(Signer { key: plugin.signer.clone(), publisher: publisher.to_owned() }),
            granted: plugin.granted.clone(),
            budgets: self.peaks.told(&self.usage),
            kinds: self.kinds.clone(),
            streams: self.streams.clone(),
            traffic: self.traffic.told(),
            faults: self.faults.clone(),
        }
    }
}

/// The frames stand by themselves, not in the sentence too.
fn note(step: &Step, fault: &GuestFault, frames: &[String]) -> FaultNote {
    let (kind, text) = (fault.budget().map(|(kind, _)| kind), fault.to_string());
    let sentence = text.lines().next().unwrap_or_default();
    let message = match kind {
        Some(kind) => format!("{sentence} ({})", step.limits.describe(kind)),
        None => sentence.to_owned(),
    };
    FaultNote { call: step.name.clone(), message: escaped(&message, FAULT), budget: kind, frames: frames.to_vec() }
}

fn shown(cursor: &str) -> String {
    let mut text = escaped(cursor, CURSOR);
    if text.len() + 12 > CURSOR {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
