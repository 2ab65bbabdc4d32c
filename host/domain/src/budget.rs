//! What one call of a plugin may cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The budget of one call. A manifest may ask for more than the default, up to [`Budget::CEILING`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// CPU time in the guest, in milliseconds.
    pub cpu_ms: u32,
    /// Time from start to end of the call, in milliseconds.
    pub wall_ms: u32,
    /// Linear memory in all, in bytes.
    pub memory_bytes: u32,
    /// HTTP requests.
    pub requests: u32,
    /// Bytes of HTTP answers, as they come in or inflated: whichever are more.
    pub bytes_in: u32,
    /// Bytes of HTTP requests: address, headers and body.
    pub bytes_out: u32,
    /// Bytes read from files.
    pub file_bytes: u32,
    /// Records of one page.
    pub records: u32,
    /// Bytes of one page.
    pub page_bytes: u32,
    /// Bytes of log lines.
    pub log_bytes: u32,
    /// Bytes of the connection's state.
    pub state_bytes: u32,
}

const MIB: u32 = 1024 * 1024;

impl Budget {
    /// What no manifest can ask beyond.
    pub const CEILING: Self = Self {
        cpu_ms: 30_000,
        wall_ms: 300_000,
        memory_bytes: 512 * MIB,
        requests: 500,
        bytes_in: 256 * MIB,
        bytes_out: 16 * MIB,
        file_bytes: 1024 * MIB,
        records: 10_000,
        page_bytes: 32 * MIB,
        log_bytes: 256 * 1024,
        state_bytes: 4 * MIB,
    };

    /// The smaller of the two in every part.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        // Destructured whole, so that a part that is forgotten does not compile.
        let Self {
            cpu_ms,
            wall_ms,
            memory_bytes,
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
            cpu_ms: self.cpu_ms.min(cpu_ms),
            wall_ms: self.wall_ms.min(wall_ms),
            memory_bytes: self.memory_bytes.min(memory_bytes),
            requests: self.requests.min(requests),
            bytes_in: self.bytes_in.min(bytes_in),
            bytes_out: self.bytes_out.min(bytes_out),
            file_bytes: self.file_bytes.min(file_bytes),
            records: self.records.min(records),
            page_bytes: self.page_bytes.min(page_bytes),
            log_bytes: self.log_bytes.min(log_bytes),
            state_bytes: self.state_bytes.min(state_bytes),
        }
    }

    /// Time from start to end of the call.
    #[must_use]
    pub const fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_ms as u64)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            cpu_ms: 2_000,
            wall_ms: 60_000,
            memory_bytes: 64 * MIB,
            requests: 50,
            bytes_in: 32 * MIB,
            bytes_out: 4 * MIB,
            file_bytes: 256 * MIB,
            records: 5_000,
            page_bytes: 8 * MIB,
            log_bytes: 64 * 1024,
            state_bytes: 256 * 1024,
        }
    }
}
