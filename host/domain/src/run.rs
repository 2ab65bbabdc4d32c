//! What a run did: the record that every run leaves, whether it succeeded or not.

use serde::{Deserialize, Serialize};

/// What one call, or all calls of a run together, used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls into the plugin.
    pub calls: u32,
    /// CPU time in the guest, in epoch ticks.
    pub cpu_ticks: u64,
    /// Time from start to end, in milliseconds.
    pub wall_ms: u64,
    /// The most linear memory that one call had, in bytes.
    pub peak_memory_bytes: u64,
    /// HTTP requests that were sent.
    pub requests: u32,
    /// Bytes of answers, as they came in or inflated: whichever are more.
    pub bytes_in: u64,
    /// Bytes of HTTP requests: address, headers and body.
    pub bytes_out: u64,
    /// Bytes read from files.
    pub file_bytes: u64,
    /// Records in accepted pages.
    pub records: u64,
    /// Bytes of log lines.
    pub log_bytes: u64,
}

impl Usage {
    /// Both together: sums, and the larger of the peaks.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        // Destructured whole, so that a part that is forgotten does not compile.
        let Self {
            calls,
            cpu_ticks,
            wall_ms,
            peak_memory_bytes,
            requests,
            bytes_in,
            bytes_out,
            file_bytes,
            records,
            log_bytes,
        } = other;
        Self {
            calls: self.calls + calls,
            cpu_ticks: self.cpu_ticks + cpu_ticks,
            wall_ms: self.wall_ms + wall_ms,
            peak_memory_bytes: self.peak_memory_bytes.max(peak_memory_bytes),
            requests: self.requests + requests,
            bytes_in: self.bytes_in + bytes_in,
            bytes_out: self.bytes_out + bytes_out,
            file_bytes: self.file_bytes + file_bytes,
            records: self.records + records,
            log_bytes: self.log_bytes + log_bytes,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Still going.
    Running,
    /// Every stream is caught up.
    Succeeded,
    /// Some streams are, others failed.
    Partial,
    /// None is.
    Failed,
    /// The host was asked to stop; the cursors stand at the last committed pages.
    Abandoned,
}

/// A line that a plugin wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// `debug`, `info`, `warn` or `error`.
    pub level: LogLevel,
    /// The text, with control characters escaped.
    pub message: String,
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For the author.
    Debug,
    /// Good to know.
    Info,
    /// Needs a look.
    Warn,
    /// Went wrong.
    Error,
}
