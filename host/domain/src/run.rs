//! What a run did: the record that every run leaves, whether it succeeded or not.

use serde::{Deserialize, Serialize};

use crate::budget::BudgetKind;

/// What one call, or all calls of a run together, used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Calls into the plugin.
    pub calls: u32,
    /// CPU time in the guest, in epoch ticks.
    pub cpu_ticks: u64,
    /// The same in milliseconds.
    pub cpu_ms: u64,
    /// Time from start to end, in milliseconds.
    pub wall_ms: u64,
    /// The most linear memory that one call had, in bytes.
    pub peak_memory_bytes: u64,
    /// The most elements that the tables of one call had.
    pub table_elements: u64,
    /// The most answers that one call held at a time.
    pub handles: u64,
    /// Calls of the host.
    pub host_calls: u64,
    /// The most bytes that one call handed over at once, as the host has to hold them.
    pub handed_bytes: u64,
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
    /// Bytes of their text.
    pub page_bytes: u64,
    /// Bytes of log lines.
    pub log_bytes: u64,
    /// The most bytes that the state had after a call.
    pub state_bytes: u64,
}

impl Usage {
    /// Both together: sums, and the larger of the peaks.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        // Destructured whole, so that a part that is forgotten does not compile.
        let Self {
            calls,
            cpu_ticks,
            cpu_ms,
            wall_ms,
            peak_memory_bytes,
            table_elements,
            handles,
            host_calls,
            handed_bytes,
            requests,
            bytes_in,
            bytes_out,
            file_bytes,
            records,
            page_bytes,
            log_bytes,
            state_bytes,
        } = other;
        Self {
            calls: self.calls.saturating_add(calls),
            cpu_ticks: self.cpu_ticks.saturating_add(cpu_ticks),
            cpu_ms: self.cpu_ms.saturating_add(cpu_ms),
            wall_ms: self.wall_ms.saturating_add(wall_ms),
            peak_memory_bytes: self.peak_memory_bytes.max(peak_memory_bytes),
            table_elements: self.table_elements.max(table_elements),
            handles: self.handles.max(handles),
            host_calls: self.host_calls.saturating_add(host_calls),
            handed_bytes: self.handed_bytes.max(handed_bytes),
            requests: self.requests.saturating_add(requests),
            bytes_in: self.bytes_in.saturating_add(bytes_in),
            bytes_out: self.bytes_out.saturating_add(bytes_out),
            file_bytes: self.file_bytes.saturating_add(file_bytes),
            records: self.records.saturating_add(records),
            page_bytes: self.page_bytes.saturating_add(page_bytes),
            log_bytes: self.log_bytes.saturating_add(log_bytes),
            state_bytes: self.state_bytes.max(state_bytes),
        }
    }

    /// What was used of a budget.
    #[must_use]
    pub const fn of(&self, kind: BudgetKind) -> u64 {
        match kind {
            BudgetKind::CpuMs => self.cpu_ms,
            BudgetKind::WallMs => self.wall_ms,
            BudgetKind::MemoryBytes => self.peak_memory_bytes,
            BudgetKind::TableElements => self.table_elements,
            BudgetKind::Handles => self.handles,
            BudgetKind::HostCalls => self.host_calls,
            BudgetKind::HandedBytes => self.handed_bytes,
            BudgetKind::Requests => self.requests as u64,
            BudgetKind::BytesIn => self.bytes_in,
            BudgetKind::BytesOut => self.bytes_out,
            BudgetKind::FileBytes => self.file_bytes,
            BudgetKind::Records => self.records,
            BudgetKind::PageBytes => self.page_bytes,
            BudgetKind::LogBytes => self.log_bytes,
            BudgetKind::StateBytes => self.state_bytes,
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
