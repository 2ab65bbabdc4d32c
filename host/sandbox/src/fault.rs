//! What a guest did wrong. A fault is data of the run, told to its author; it is never an error of the host's.

use std::fmt::{self, Write};

use domain::{Budget, BudgetKind, Failure, PluginId, RecordKind};
use serde::{Deserialize, Serialize};
use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use crate::call::CallState;
use crate::capability::http::{HandlesSpent, NoHttp};
use crate::escape::{Line, escaped};
use crate::meter::{CpuSpent, HostCallsSpent};
use crate::package::MAX_NAME;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The connector says so.
    #[error(transparent)]
    Failure(Failure),
    /// The connector broke its contract or spent its budget.
    #[error(transparent)]
    Fault(#[from] GuestFault),
    /// The host could not do its part.
    #[error(transparent)]
    Host(#[from] HostError),
}

/// What a guest did wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GuestFault {
    /// It trapped.
    #[error("{plugin} trapped in `{export}`: {reason}{}", Frames(.frames))]
    Trap {
        /// Which plugin.
        plugin: PluginId,
        /// The export that was called.
        export: &'static str,
        /// What the engine says of it.
        reason: String,
        /// Where, innermost first, names demangled.
        frames: Vec<String>,
    },
    /// It computed for too long.
    #[error("the CPU budget of {limit_ms} ms is spent: bring smaller pages")]
    Cpu {
        /// The budget in milliseconds.
        limit_ms: u32,
    },
    /// It took too long.
    #[error(
        "the call took longer than its {limit_ms} ms: the source is slow, or the plugin asks it for too much at once"
    )]
    Wall {
        /// The budget in milliseconds.
        limit_ms: u32,
    },
    /// It asked for too much memory and could not go on without.
    #[error("out of memory: it asked for {asked} bytes in all and may have {limit}")]
    Memory {
        /// The sum that it would have had, in bytes.
        asked: u64,
        /// The budget in bytes.
        limit: u32,
    },
    /// It asked for too large a table and could not go on without.
    #[error("its tables would have {asked} elements in all and may have {limit}")]
    Table {
        /// The sum that they would have had.
        asked: u64,
        /// The budget.
        limit: u32,
    },
    /// It handed over too much at once.
    #[error("it handed over more than {limit} bytes at once: bring smaller pages")]
    HostData {
        /// The budget in bytes.
        limit: u32,
    },
    /// It holds too many handles.
    #[error("it holds more than {limit} handles: drop answers that were read")]
    Handles {
        /// How many it may hold.
        limit: u32,
    },
    /// It called the host too often.
    #[error("it called the host more than {limit} times: bring smaller pages, and read or send more at once")]
    HostCalls {
        /// How often it may.
        limit: u32,
    },
    /// It returned what cannot be accepted.
    #[error(transparent)]
    Output(#[from] OutputFault),
}

impl GuestFault {
    /// Whether the source may as well be at fault: a field is handed over as the source wrote it, and a call that only
    /// waits is as slow as the source is. Nobody is to be stopped for good on that account.
    #[must_use]
    pub const fn is_of_the_source(&self) -> bool {
        matches!(self, Self::Wall { .. } | Self::Output(OutputFault::Field { .. }))
    }
}

/// Why a page, or a list of streams, is refused whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are named in the messages; numbers of records count from 0")]
pub enum OutputFault {
    /// A field of a record.
    #[error("record {record} ({kind}): `{field}` {problem}")]
    Field { record: usize, kind: RecordKind, field: &'static str, problem: Problem },
    /// A kind that the manifest does not have.
    #[error("record {record}: the manifest does not declare the kind `{kind}`")]
    KindNotDeclared { record: usize, kind: RecordKind },
    /// More records than the budget has.
    #[error("the page has {found} records and may have {limit}")]
    TooManyRecords { found: usize, limit: u32 },
    /// More text than the budget has.
    #[error("the page has more than {limit} bytes of text")]
    PageTooLarge { limit: u32 },
    /// The cursor is too long, or holds a NUL.
    #[error("the cursor has {found} bytes; it may have {limit}, and no NUL")]
    Cursor { found: usize, limit: usize },
    /// More streams than a connection has.
    #[error("there are {found} streams and may be {limit}")]
    TooManyStreams { found: usize, limit: usize },
    /// A stream's name.
    #[error("stream {stream}: a name has 1 to 256 bytes, and no character that controls or cannot be seen")]
    StreamName { stream: usize },
    /// A stream is to bring a kind that the manifest does not have.
    #[error("stream `{stream}`: the manifest does not declare the kind `{kind}`")]
    StreamKind { stream: String, kind: RecordKind },
    /// More kinds than there are.
    #[error("stream `{stream}` lists {found} kinds and may list {limit}")]
    TooManyKinds { stream: String, found: usize, limit: usize },
    /// Two streams have one name.
    #[error("two streams are named `{stream}`")]
    StreamTwice { stream: String },
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are named in the messages; lengths are in bytes")]
pub enum Problem {
    /// An id without a character.
    #[error("is empty")]
    Empty,
    /// Over its cap.
    #[error("has {found} bytes and may have {limit}")]
    TooLong { found: usize, limit: usize },
    /// A list over its cap.
    #[error("has {found} entries and may have {limit}")]
    TooMany { found: usize, limit: usize },
    /// A control character that has no place in it.
    #[error("holds a control character")]
    Control,
    /// Not RFC 3339.
    #[error("is not an RFC 3339 instant such as `2026-03-01T09:30:00Z`")]
    Instant,
    /// Before 1970, or more than a year after the call.
    #[error("is before 1970 or more than a year ahead")]
    InstantRange,
    /// Not the name of an object.
    #[error("is not a hexadecimal object id")]
    Hexadecimal,
    /// Not a web address.
    #[error("is not an http or https URL")]
    Link,
    /// An infinity or not a number.
    #[error("is not a finite number")]
    NotFinite,
    /// This host has no table for it.
    #[error("is one that this host does not store")]
    NotStored,
}

/// What the host could not do.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A capability was granted and the call came without it.
    #[error("the call was given nothing that answers http requests")]
    NoHttp,
    /// The engine failed in a way that the guest cannot have caused.
    #[error("the engine could not run the call")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The process that runs guests apart ended during the call, or could not be had.
    #[error("the process that runs guests has ended: {0}")]
    Gone(String),
    /// The process is on its way out.
    #[error("the host is stopping")]
    Stopping,
}

struct Frames<'a>(&'a [String]);

impl fmt::Display for Frames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|frame| write!(f, "\n  at {frame}"))
    }
}

/// The longest of the engine's reasons that is shown, in bytes.
const REASON: usize = 1024;
/// The frames that are shown.
const FRAMES: usize = 32;
/// The longest frame, in bytes.
const FRAME: usize = 256;

/// What ended a call, as the place where it ran tells it. The variants are those of [`GuestFault`] and [`HostError`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cause {
    Trap { reason: String, frames: Vec<String> },
    Cpu,
    Wall,
    Memory { asked: u64 },
    Table { asked: u64 },
    HostData,
    Handles,
    HostCalls,
    NoHttp,
    Gone(String),
}

impl Cause {
    /// What an error of the engine means.
    pub(crate) fn of(error: &wasmtime::Error, state: &CallState) -> Self {
        if error.is::<CpuSpent>() {
            return Self::Cpu;
        }
        if error.is::<HostCallsSpent>() {
            return Self::HostCalls;
        }
        if error.is::<NoHttp>() {
            return Self::NoHttp;
        }
        let trap = error.downcast_ref::<Trap>().copied();
        let starved = matches!(trap, None | Some(Trap::UnreachableCodeReached | Trap::MemoryOutOfBounds));
        if let Some(denied) = state.limits.denied().filter(|_| starved) {
            return Self::Memory { asked: denied.asked };
        }
        if let Some(denied) = state.limits.denied_table().filter(|_| starved) {
            return Self::Table { asked: denied.asked };
        }
        // The engine has no types for these two; `the_engines_words_are_known` fails when it changes its words.
        let reason = error.root_cause().to_string();
        if reason.contains("fuel allocated for hostcalls has been exhausted") {
            return Self::HostData;
        }
        if error.is::<HandlesSpent>() || reason.contains("store handle limit exceeded") {
            return Self::Handles;
        }
        Self::Trap { reason: trap.map_or(reason, |trap| trap.to_string()), frames: frames_of(error) }
    }
}

/// What was being called when it went wrong.
pub(crate) struct Scene<'a> {
    pub(crate) plugin: &'a PluginId,
    pub(crate) export: &'static str,
    pub(crate) budget: &'a Budget,
}

impl GuestFault {
    /// The budget that it met, and how much of it the call would have taken, as far as that is known.
    #[must_use]
    pub fn budget(&self) -> Option<(BudgetKind, u64)> {
        Some(match self {
            Self::Cpu { limit_ms } => (BudgetKind::CpuMs, u64::from(*limit_ms)),
            Self::Wall { limit_ms } => (BudgetKind::WallMs, u64::from(*limit_ms)),
            Self::Memory { asked, limit: _ } => (BudgetKind::MemoryBytes, *asked),
            Self::Table { asked, limit: _ } => (BudgetKind::TableElements, *asked),
            Self::HostData { limit } => (BudgetKind::HandedBytes, u64::from(*limit)),
            Self::Handles { limit } => (BudgetKind::Handles, u64::from(*limit)),
            Self::HostCalls { limit } => (BudgetKind::HostCalls, u64::from(*limit)),
            Self::Output(OutputFault::TooManyRecords { found, limit: _ }) => (BudgetKind::Records, *found as u64),
            Self::Output(OutputFault::PageTooLarge { limit }) => (BudgetKind::PageBytes, u64::from(*limit)),
            Self::Trap { .. } | Self::Output(_) => return None,
        })
    }
}

impl Scene<'_> {
    /// Tell a cause in words, with the limits that were set.
    pub(crate) fn tell(&self, cause: Cause) -> CallError {
        let Self { plugin, export, budget } = *self;
        let fault = match cause {
            Cause::Trap { reason, frames } => GuestFault::Trap {
                plugin: plugin.clone(),
                export,
                reason: escaped(&reason, REASON),
                frames: believed(&frames),
            },
            Cause::Cpu => GuestFault::Cpu { limit_ms: budget.cpu_ms },
            Cause::Wall => GuestFault::Wall { limit_ms: budget.wall_ms },
            Cause::Memory { asked } => GuestFault::Memory { asked, limit: budget.memory_bytes },
            Cause::Table { asked } => GuestFault::Table { asked, limit: budget.table_elements },
            Cause::HostData => GuestFault::HostData { limit: budget.handed_bytes },
            Cause::Handles => GuestFault::Handles { limit: budget.handles },
            Cause::HostCalls => GuestFault::HostCalls { limit: budget.host_calls },
            Cause::NoHttp => return HostError::NoHttp.into(),
            Cause::Gone(reason) => return HostError::Gone(reason).into(),
        };
        fault.into()
    }
}

/// Where the guest stood, if the engine can tell.
pub(crate) fn frames_of(error: &wasmtime::Error) -> Vec<String> {
    error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default()
}

/// Frames as they are shown, whoever tells of them.
pub(crate) fn believed(frames: &[String]) -> Vec<String> {
    frames.iter().take(FRAMES).map(|frame| escaped(frame, FRAME)).collect()
}

/// The frames of a backtrace: the names of functions, which are the guest's own words.
fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let name = |frame: &FrameInfo| frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), shown);
    backtrace.frames().iter().take(FRAMES).map(name).collect()
}

/// The name of a function as its author wrote it, if a Rust compiler mangled it. A short name can stand for one without
/// end, so the demangler is stopped where the name would be cut; what other languages mangle stays as it is.
pub(crate) fn shown(name: &str) -> String {
    let mut line = Line::new(FRAME);
    match rustc_demangle::try_demangle(&name[..name.floor_char_boundary(MAX_NAME)]) {
        // Writing fails at the cut, and what is before it is what is wanted.
        Ok(demangled) => drop(write!(line, "{demangled:#}")),
        Err(_) => drop(line.write_str(name)),
    }
    line.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_demangled_cut_and_escaped() {
        assert_eq!(shown("_ZN5guest4dive17h0123456789abcdefE"), "guest::dive");
        assert_eq!(shown("_RNvC5guest4dive"), "guest::dive");
        assert_eq!(shown("\u{1b}[2Jdive\u{202e}"), "\\u{1b}[2Jdive\\u{202e}");
        assert_eq!(shown(&"d".repeat(10_000)).len(), 256);
    }

    #[test]
    fn a_short_name_that_stands_for_a_huge_one_costs_nothing() {
        // Each tuple holds the one before it twice, by its place in the name: 2^30 leaves.
        let mut rust = "_RIC0p".to_owned();
        let mut last = 3;
        for _ in 0..30 {
            let begin = rust.len() - 2;
            rust.push_str(&format!("TB{0}_B{0}_E", base_62(last - 1)));
            last = begin;
        }
        rust.push('E');
        assert!(rustc_demangle::try_demangle(&rust).is_ok(), "{rust}");
        let cpp = format!("_Z1fSt4pairI{}", "S_IS0_S0_E".repeat(30));
        for name in [&rust, &cpp] {
            let begun = std::time::Instant::now();
            assert!(shown(name).len() <= 256);
            assert!(begun.elapsed() < std::time::Duration::from_millis(100), "{name}");
        }
    }

    fn base_62(mut number: usize) -> String {
        let digits: Vec<char> = ('0'..='9').chain('a'..='z').chain('A'..='Z').collect();
        let mut text = vec![digits[number % 62]];
        while number >= 62 {
            number /= 62;
            text.push(digits[number % 62]);
        }
        text.into_iter().rev().collect()
    }
}
