//! Generated types into domain types: nothing that a guest says is believed before it has been here.
//!
//! The rule: every field passes a check of [`check::Check`], which knows the record's number and kind and names the field
//! that was wrong; one wrong field refuses the page. Text is moved, never copied.
//!
//! To add a kind: implement [`Lower`] for its generated type in the module of its sort, by destructuring it whole, and
//! give it its arm in [`record`] and [`kind_of`].

mod check;
mod code;
mod delivery;
mod people;
mod work;

use std::collections::HashSet;

use domain::{Failure, FailureKind, Instant, Next, Page, Record, RecordKind, StreamInfo, StreamMode};

use crate::bindings::exports::weighbridge::connector::source;
use crate::bindings::weighbridge::connector::records as wit;
use crate::bindings::weighbridge::connector::types;
use crate::escape::{escaped, is_deceptive};
use crate::fault::{OutputFault, Problem};
use check::Check;

/// The longest cursor, in bytes.
const CURSOR: usize = 4 * 1024;
/// The longest name of a stream, in bytes.
const STREAM: usize = 256;
/// Streams of one connection.
const STREAMS: usize = 10_000;
/// The longest message of a failure, in bytes.
const MESSAGE: usize = 1024;
/// The longest wait that a failure can ask for, in seconds.
const DAY: u32 = 24 * 60 * 60;

/// What a page is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds<'a> {
    /// The kinds that the manifest declares.
    pub(crate) kinds: &'a [RecordKind],
    /// The instant of the call.
    pub(crate) now: Instant,
    /// Records.
    pub(crate) records: u32,
    /// Bytes of text.
    pub(crate) bytes: u32,
}

/// A generated type that becomes a checked one.
trait Lower {
    type Into;

    fn lower(self, check: &mut Check) -> Result<Self::Into, Wrong>;
}

/// A field, and what is wrong with it.
type Wrong = (&'static str, Problem);

/// Check a page, and count the bytes of its text.
pub(crate) fn page(page: source::Page, bounds: &Bounds<'_>) -> Result<(Page, u64), OutputFault> {
    let source::Page { records, next } = page;
    if records.len() > bounds.records as usize {
        return Err(OutputFault::TooManyRecords { found: records.len(), limit: bounds.records });
    }
    let next = lower_next(next)?;
    let mut check = Check::new(bounds.now);
    let mut lowered = Vec::with_capacity(records.len());
    for (index, raw) in records.into_iter().enumerate() {
        let kind = kind_of(&raw);
        if !bounds.kinds.contains(&kind) {
            return Err(OutputFault::KindNotDeclared { record: index, kind });
        }
        let checked = record(raw, &mut check).map_err(|(field, problem)| OutputFault::Field {
            record: index,
            kind,
            field,
            problem,
        })?;
        if check.bytes() > bounds.bytes as usize {
            return Err(OutputFault::PageTooLarge { limit: bounds.bytes });
        }
        lowered.push(checked);
    }
    Ok((Page { records: lowered, next }, check.bytes() as u64))
}

fn lower_next(next: source::Next) -> Result<Next, OutputFault> {
    let fits = |cursor: String| {
        if cursor.len() > CURSOR || cursor.contains('\0') {
            return Err(OutputFault::Cursor { found: cursor.len(), limit: CURSOR });
        }
        Ok(cursor)
    };
    Ok(match next {
        source::Next::More(cursor) => Next::More(fits(cursor)?),
        source::Next::Done(cursor) => Next::Done(fits(cursor)?),
    })
}

/// Check the streams.
pub(crate) fn streams(found: Vec<source::StreamInfo>, kinds: &[RecordKind]) -> Result<Vec<StreamInfo>, OutputFault> {
    if found.len() > STREAMS {
        return Err(OutputFault::TooManyStreams { found: found.len(), limit: STREAMS });
    }
    let mut lowered = Vec::with_capacity(found.len());
    for (index, stream) in found.into_iter().enumerate() {
        let source::StreamInfo { name, mode, kinds: brought } = stream;
        // A name comes back to the guest, so it is refused where a line that is only shown would be escaped.
        if name.is_empty() || name.len() > STREAM || name.chars().any(is_deceptive) {
            return Err(OutputFault::StreamName { stream: index });
        }
        if brought.len() > RecordKind::ALL.len() {
            let (found, limit) = (brought.len(), RecordKind::ALL.len());
            return Err(OutputFault::TooManyKinds { stream: name, found, limit });
        }
        let mode = match mode {
            source::StreamMode::Incremental => StreamMode::Incremental,
            source::StreamMode::Sweep => StreamMode::Sweep,
        };
        let brought: Vec<RecordKind> = brought.into_iter().map(lower_kind).collect();
        if let Some(&kind) = brought.iter().find(|kind| !kinds.contains(kind)) {
            return Err(OutputFault::StreamKind { stream: name, kind });
        }
        lowered.push(StreamInfo { name, mode, kinds: brought });
    }
    let mut seen = HashSet::with_capacity(lowered.len());
    if let Some(twice) = lowered.iter().find(|stream| !seen.insert(stream.name.as_str())) {
        return Err(OutputFault::StreamTwice { stream: twice.name.clone() });
    }
    Ok(lowered)
}

/// What the connector says went wrong. Never refused: a failure that is badly worded is still a failure.
pub(crate) fn failure(failure: types::Failure) -> Failure {
    let types::Failure { kind, message, retry_after_seconds } = failure;
    let kind = match kind {
        types::FailureKind::Settings => FailureKind::Settings,
        types::FailureKind::Unauthorized => FailureKind::Unauthorized,
        types::FailureKind::Forbidden => FailureKind::Forbidden,
        types::FailureKind::NotFound => FailureKind::NotFound,
        types::FailureKind::RateLimited => FailureKind::RateLimited,
        types::FailureKind::Upstream => FailureKind::Upstream,
        types::FailureKind::InvalidData => FailureKind::InvalidData,
    };
    let message = escaped(&message, MESSAGE);
    Failure { kind, message, retry_after_seconds: retry_after_seconds.map(|seconds| seconds.min(DAY)) }
}

fn record(raw: wit::Record, check: &mut Check) -> Result<Record, Wrong> {
    Ok(match raw {
        wit::Record::Person(raw) => Record::Person(raw.lower(check)?),
        wit::Record::Team(raw) => Record::Team(raw.lower(check)?),
        wit::Record::Membership(raw) => Record::Membership(raw.lower(check)?),
        wit::Record::Repository(raw) => Record::Repository(raw.lower(check)?),
        wit::Record::Commit(raw) => Record::Commit(raw.lower(check)?),
        wit::Record::PullRequest(raw) => Record::PullRequest(raw.lower(check)?),
        wit::Record::Review(raw) => Record::Review(raw.lower(check)?),
        wit::Record::Comment(raw) => Record::Comment(raw.lower(check)?),
        wit::Record::WorkItem(raw) => Record::WorkItem(raw.lower(check)?),
        wit::Record::Transition(raw) => Record::Transition(raw.lower(check)?),
        wit::Record::Deployment(raw) => Record::Deployment(raw.lower(check)?),
        wit::Record::Workflow(raw) => Record::Workflow(raw.lower(check)?),
        wit::Record::WorkflowRun(raw) => Record::WorkflowRun(raw.lower(check)?),
        wit::Record::Tombstone(raw) => Record::Tombstone(raw.lower(check)?),
        wit::Record::Service(_)
        | wit::Record::Incident(_)
        | wit::Record::IncidentEvent(_)
        | wit::Record::OnCallShift(_)
        | wit::Record::ConfigSnapshot(_)
        | wit::Record::Scan(_)
        | wit::Record::Finding(_)
        | wit::Record::FindingChange(_)
        | wit::Record::Asset(_)
        | wit::Record::TelemetrySample(_) => return Err(("kind", Problem::NotStored)),
    })
}

fn kind_of(raw: &wit::Record) -> RecordKind {
    match raw {
        wit::Record::Person(_) => RecordKind::Person,
        wit::Record::Team(_) => RecordKind::Team,
        wit::Record::Membership(_) => RecordKind::Membership,
        wit::Record::Repository(_) => RecordKind::Repository,
        wit::Record::Commit(_) => RecordKind::Commit,
        wit::Record::PullRequest(_) => RecordKind::PullRequest,
        wit::Record::Review(_) => RecordKind::Review,
        wit::Record::Comment(_) => RecordKind::Comment,
        wit::Record::WorkItem(_) => RecordKind::WorkItem,
        wit::Record::Transition(_) => RecordKind::Transition,
        wit::Record::Deployment(_) => RecordKind::Deployment,
        wit::Record::Service(_) => RecordKind::Service,
        wit::Record::Incident(_) => RecordKind::Incident,
        wit::Record::IncidentEvent(_) => RecordKind::IncidentEvent,
        wit::Record::OnCallShift(_) => RecordKind::OnCallShift,
        wit::Record::Workflow(_) => RecordKind::Workflow,
        wit::Record::WorkflowRun(_) => RecordKind::WorkflowRun,
        wit::Record::ConfigSnapshot(_) => RecordKind::ConfigSnapshot,
        wit::Record::Scan(_) => RecordKind::Scan,
        wit::Record::Finding(_) => RecordKind::Finding,
        wit::Record::FindingChange(_) => RecordKind::FindingChange,
        wit::Record::Asset(_) => RecordKind::Asset,
        wit::Record::TelemetrySample(_) => RecordKind::TelemetrySample,
        wit::Record::Tombstone(tombstone) => lower_kind(tombstone.kind),
    }
}

fn lower_kind(kind: wit::RecordKind) -> RecordKind {
    match kind {
        wit::RecordKind::Person => RecordKind::Person,
        wit::RecordKind::Team => RecordKind::Team,
        wit::RecordKind::Membership => RecordKind::Membership,
        wit::RecordKind::Repository => RecordKind::Repository,
        wit::RecordKind::Commit => RecordKind::Commit,
        wit::RecordKind::PullRequest => RecordKind::PullRequest,
        wit::RecordKind::Review => RecordKind::Review,
        wit::RecordKind::Comment => RecordKind::Comment,
        wit::RecordKind::WorkItem => RecordKind::WorkItem,
        wit::RecordKind::Transition => RecordKind::Transition,
        wit::RecordKind::Deployment => RecordKind::Deployment,
        wit::RecordKind::Service => RecordKind::Service,
        wit::RecordKind::Incident => RecordKind::Incident,
        wit::RecordKind::IncidentEvent => RecordKind::IncidentEvent,
        wit::RecordKind::OnCallShift => RecordKind::OnCallShift,
        wit::RecordKind::Workflow => RecordKind::Workflow,
        wit::RecordKind::WorkflowRun => RecordKind::WorkflowRun,
        wit::RecordKind::ConfigSnapshot => RecordKind::ConfigSnapshot,
        wit::RecordKind::Scan => RecordKind::Scan,
        wit::RecordKind::Finding => RecordKind::Finding,
        wit::RecordKind::FindingChange => RecordKind::FindingChange,
        wit::RecordKind::Asset => RecordKind::Asset,
        wit::RecordKind::TelemetrySample => RecordKind::TelemetrySample,
    }
}

#[cfg(test)]
mod tests;
