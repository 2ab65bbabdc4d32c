//! `log`: lines for the run record. Bounded, escaped, and never a format string.

use domain::run::{LogLevel, LogLine};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::weighbridge::connector::log as wit;
use crate::call::CallState;
use crate::escape::escaped;

/// What a line costs beside its text, so that empty lines are not free.
const LINE: usize = 16;

/// The lines of a call.
#[derive(Debug)]
pub(crate) struct Log {
    budget: usize,
    used: usize,
    longest: usize,
    cut: bool,
    lines: Vec<LogLine>,
}

impl Log {
    pub(crate) fn new(budget: u32) -> Self {
        Self { budget: budget as usize, used: 0, longest: 0, cut: false, lines: Vec::new() }
    }

    /// The lines, and what they cost in bytes.
    pub(crate) fn into_parts(self) -> (Vec<LogLine>, u64) {
        (self.lines, self.used as u64)
    }

    /// Whether it was cut off.
    pub(crate) fn met(&self) -> bool {
        self.cut
    }

    /// The longest message that was handed over, in bytes.
    pub(crate) fn longest(&self) -> u64 {
        self.longest as u64
    }

    /// Write a line, as far as the budget goes.
    pub(crate) fn write(&mut self, level: LogLevel, message: &str) {
        if self.cut {
            return;
        }
        let left = self.budget.saturating_sub(self.used);
        // One byte more than fits, by which a line that is cut is known. What was handed over is never kept itself: it may
        // have room for megabytes.
        let mut message = escaped(message, left.saturating_add(1));
        if message.len() + LINE > left {
            self.cut = true;
            message.truncate(message.floor_char_boundary(left.saturating_sub(LINE)));
            message.push_str("… [the log of this call is cut off here]");
            message.shrink_to_fit();
        }
        self.used = (self.used + message.len() + LINE).min(self.budget);
        self.lines.push(LogLine { level, message });
    }
}

impl wit::Host for Log {
    fn log(&mut self, level: wit::Level, message: String) {
        self.longest = self.longest.max(message.len());
        let level = match level {
            wit::Level::Debug => LogLevel::Debug,
            wit::Level::Info => LogLevel::Info,
            wit::Level::Warn => LogLevel::Warn,
            wit::Level::Error => LogLevel::Error,
        };
        self.write(level, &message);
    }
}

/// Make the interface exist.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, HasSelf<Log>>(linker, |call| {
        call.meter.host_call();
        &mut call.log
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_lines_is_cut_off_with_a_mark() {
        let mut log = Log::new(1024);
        for _ in 0..1_000_000 {
            log.write(LogLevel::Info, &"x".repeat(100));
        }
        let (lines, used) = log.into_parts();
        assert!(lines.iter().map(|line| line.message.len()).sum::<usize>() < 1024 + 64);
        assert_eq!(used, 1024);
        assert!(lines.last().expect("a line").message.ends_with("is cut off here]"));
    }

    #[test]
    fn empty_lines_end_too() {
        let mut log = Log::new(1024);
        (0..10_000).for_each(|_| log.write(LogLevel::Info, ""));
        assert!(log.into_parts().0.len() <= 1024 / LINE + 1);
    }

    #[test]
    fn terminals_and_readers_cannot_be_deceived() {
        let mut log = Log::new(1024);
        log.write(LogLevel::Warn, "a\r\nb\u{1b}[2Jc\u{202e}d é");
        assert_eq!(log.into_parts().0[0].message, "a\\r\\nb\\u{1b}[2Jc\\u{202e}d é");
    }
    #[test]
    fn a_line_holds_no_more_memory_than_its_text() {
        let mut log = Log::new(1024);
        // Room for ten megabytes under a few words, and ten megabytes that are cut.
        let mut roomy = String::with_capacity(10_000_000);
        roomy.push_str("a few words");
        wit::Host::log(&mut log, wit::Level::Info, roomy);
        wit::Host::log(&mut log, wit::Level::Info, "\u{1b}".repeat(10_000_000));
        let (lines, _) = log.into_parts();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.message.capacity() < 2 * 1024), "{lines:?}");
    }
}
