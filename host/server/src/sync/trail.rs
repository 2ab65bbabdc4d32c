//! What the calls of a run leave behind: usage, lines and requests, bounded whatever a plugin writes.

use domain::run::{LogLine, Usage};
use egress::EgressEntry;
use serde_json::{Value, json};

use super::call::Gateway;

/// Requests that a run remembers.
const MOST_REQUESTS: usize = 4_096;
/// Bytes of log lines that a run remembers.
const MOST_LOG_BYTES: usize = 256 * 1024;

/// What the calls of a run left behind.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) usage: Usage,
    pub(super) log: Vec<LogLine>,
    pub(super) requests: Vec<Value>,
    log_bytes: usize,
}

impl Trail {
    /// Add what a call used and wrote, but for its traffic: egress counts that, address and headers included.
    pub(super) fn add(&mut self, usage: Usage, log: Vec<LogLine>) {
        self.usage = self.usage.plus(Usage { requests: 0, bytes_in: 0, bytes_out: 0, ..usage });
        for line in log {
            self.log_bytes += line.message.len();
            if self.log_bytes > MOST_LOG_BYTES {
                return;
            }
            self.log.push(line);
        }
    }

    /// Add the requests of a call, ended or abandoned.
    pub(super) fn add_requests(&mut self, session: Option<&Gateway>) {
        self.usage = self.usage.plus(session.map(Gateway::usage).unwrap_or_default());
        let room = MOST_REQUESTS.saturating_sub(self.requests.len());
        let entries = session.map(Gateway::log).unwrap_or_default();
        self.requests.extend(entries.into_iter().take(room).map(|entry| shown(&entry)));
    }
}

fn shown(entry: &EgressEntry) -> Value {
    // Destructured whole, so that a part that is forgotten does not compile.
    let EgressEntry { host, method, path, status, error, bytes_in, bytes_out, millis } = entry;
    json!({
        "host": host,
        "method": method,
        "path": path,
        "status": status,
        "error": error,
        "bytes_in": bytes_in,
        "bytes_out": bytes_out,
        "millis": millis,
    })
}

#[cfg(test)]
mod tests {
    use domain::run::LogLevel;

    use super::*;

    #[test]
    fn a_run_of_many_loud_calls_remembers_a_bounded_log() {
        let mut trail = Trail::default();
        for _ in 0..100 {
            let line = LogLine { level: LogLevel::Info, message: "x".repeat(64 * 1024) };
            trail.add(Usage { calls: 1, ..Usage::default() }, vec![line; 4]);
        }
        let bytes: usize = trail.log.iter().map(|line| line.message.len()).sum();
        assert_eq!((bytes, trail.usage.calls), (MOST_LOG_BYTES, 100));
    }
}
