//! What a guest did wrong. A fault is data of the run, told to its author; it is never an error of the host's.

use std::fmt;

use domain::{Failure, PluginId, RecordKind};
use wasmtime::{Trap, WasmBacktrace};

use crate::call::CallState;
use crate::capability::http::{HandlesSpent, NoHttp};
use crate::limits::HANDLES;
use crate::meter::CpuSpent;

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
    #[error("the call took longer than its {limit_ms} ms: the source is slow, or the plugin asks it for too much at once")]
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
    /// It handed over too much at once.
    #[error("it handed over more than {limit} bytes at once: bring smaller pages")]
    HostData {
        /// The budget in bytes.
        limit: usize,
    },
    /// It holds too many handles.
    #[error("it holds more than {limit} handles: drop answers that were read")]
    Handles {
        /// How many it may hold.
        limit: usize,
    },
    /// It returned what cannot be accepted.
    #[error(transparent)]
    Output(#[from] OutputFault),
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
    #[error("stream {stream}: a name has 1 to 256 bytes and no control characters")]
    StreamName { stream: usize },
    /// A stream is to bring a kind that the manifest does not have.
    #[error("stream `{stream}`: the manifest does not declare the kind `{kind}`")]
    StreamKind { stream: String, kind: RecordKind },
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

/// What was being called when it went wrong.
pub(crate) struct Scene<'a> {
    pub(crate) plugin: &'a PluginId,
    pub(crate) export: &'static str,
    pub(crate) cpu_ms: u32,
    pub(crate) memory_bytes: u32,
    pub(crate) host_data: usize,
}

impl Scene<'_> {
    /// Tell what an error of the engine means.
    pub(crate) fn judge(&self, error: &wasmtime::Error, state: &CallState) -> CallError {
        if error.is::<CpuSpent>() {
            return GuestFault::Cpu { limit_ms: self.cpu_ms }.into();
        }
        if error.is::<NoHttp>() {
            return HostError::NoHttp.into();
        }
        let trap = error.downcast_ref::<Trap>().copied();
        let starved = matches!(trap, None | Some(Trap::UnreachableCodeReached | Trap::MemoryOutOfBounds));
        if let Some(denied) = state.limits.denied().filter(|_| starved) {
            return GuestFault::Memory { asked: denied.asked, limit: self.memory_bytes }.into();
        }
        // The engine has no types for these two; `the_engines_words_are_known` fails when it changes its words.
        let reason = error.root_cause().to_string();
        if reason.contains("fuel allocated for hostcalls has been exhausted") {
            return GuestFault::HostData { limit: self.host_data }.into();
        }
        if error.is::<HandlesSpent>() || reason.contains("store handle limit exceeded") {
            return GuestFault::Handles { limit: HANDLES }.into();
        }
        self.trap(error, trap.map_or(reason, |trap| trap.to_string())).into()
    }

    fn trap(&self, error: &wasmtime::Error, reason: String) -> GuestFault {
        let frames = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
        GuestFault::Trap { plugin: self.plugin.clone(), export: self.export, reason, frames }
    }
}

/// The frames of a trap. The engine demangles names only where it prints them, so its print is taken apart.
fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    const FRAMES: usize = 32;
    const LENGTH: usize = 256;
    let shorten = |line: &str| line[..line.floor_char_boundary(LENGTH)].replace(char::is_control, " ");
    let print = backtrace.to_string();
    print.lines().filter_map(|line| line.split_once(" - ")).take(FRAMES).map(|(_, frame)| shorten(frame)).collect()
}
