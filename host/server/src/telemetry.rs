//! The log: lines for people or one object a line, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Log, LogFormat};

/// Start writing the log. The filter has been checked with the configuration's other values by [`check`].
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::NONE).with_writer(std::io::stderr);
    // A second start in one process, as tests do, keeps the first.
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    drop(started);
}

/// Why the filter cannot be used.
pub fn check(log: &Log) -> Result<(), String> {
    EnvFilter::try_new(&log.filter).map(drop).map_err(|error| error.to_string())
}
