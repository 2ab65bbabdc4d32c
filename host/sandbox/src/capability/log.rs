//! `log`: lines for the run record. Bounded, escaped, and never a format string.

use std::fmt::Write;

use domain::run::{LogLevel, LogLine};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::weighbridge::connector::log as wit;
use crate::call::CallState;

/// What a line costs beside its text, so that empty lines are not free.
const LINE: usize = 16;

/// The lines of a call.
#[derive(Debug)]
pub(crate) struct Log {
    budget: usize,
    used: usize,
    cut: bool,
    lines: Vec<LogLine>,
}

impl Log {
    pub(crate) fn new(budget: u32) -> Self {
        Self { budget: budget as usize, used: 0, cut: false, lines: Vec::new() }
    }

    /// The lines, and what they cost in bytes.
    pub(crate) fn into_parts(self) -> (Vec<LogLine>, u64) {
        (self.lines, self.used as u64)
    }

    fn write(&mut self, level: LogLevel, message: String) {
        if self.cut {
            return;
        }
        let left = self.budget.saturating_sub(self.used);
        let mut message = escape(message, left);
        if message.len() + LINE > left {
            self.cut = true;
            message.truncate(message.floor_char_boundary(left.saturating_sub(LINE)));
            message.push_str("… [the log of this call is cut off here]");
        }
        self.used = (self.used + message.len() + LINE).min(self.budget);
        self.lines.push(LogLine { level, message });
    }
}

/// Write what would move a cursor, break a line or turn the reading direction as an escape. Looks at no more than the
/// first `enough` bytes, since the rest would be cut off.
fn escape(mut message: String, enough: usize) -> String {
    message.truncate(message.floor_char_boundary(enough));
    if !message.chars().any(is_deceptive) {
        return message;
    }
    message.chars().fold(String::with_capacity(message.len() + 16), |mut escaped, c| {
        if is_deceptive(c) {
            // Writing into a string cannot fail.
            let _ = write!(escaped, "{}", c.escape_default());
        } else {
            escaped.push(c);
        }
        escaped
    })
}

fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl wit::Host for Log {
    fn log(&mut self, level: wit::Level, message: String) {
        let level = match level {
            wit::Level::Debug => LogLevel::Debug,
            wit::Level::Info => LogLevel::Info,
            wit::Level::Warn => LogLevel::Warn,
            wit::Level::Error => LogLevel::Error,
        };
        self.write(level, message);
    }
}

/// Make the interface exist.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, HasSelf<Log>>(linker, |call| &mut call.log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_lines_is_cut_off_with_a_mark() {
        let mut log = Log::new(1024);
        for _ in 0..1_000_000 {
            log.write(LogLevel::Info, "x".repeat(100));
        }
        let (lines, used) = log.into_parts();
        assert!(lines.iter().map(|line| line.message.len()).sum::<usize>() < 1024 + 64);
        assert_eq!(used, 1024);
        assert!(lines.last().expect("a line").message.ends_with("is cut off here]"));
    }

    #[test]
    fn empty_lines_end_too() {
        let mut log = Log::new(1024);
        (0..10_000).for_each(|_| log.write(LogLevel::Info, String::new()));
        assert!(log.into_parts().0.len() <= 1024 / LINE + 1);
    }

    #[test]
    fn terminals_and_readers_cannot_be_deceived() {
        let mut log = Log::new(1024);
        log.write(LogLevel::Warn, "a\r\nb\u{1b}[2Jc\u{202e}d é".to_owned());
        assert_eq!(log.into_parts().0[0].message, "a\\r\\nb\\u{1b}[2Jc\\u{202e}d é");
    }
}
