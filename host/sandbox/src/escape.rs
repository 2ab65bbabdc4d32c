//! How a guest's words are shown: on one line, in reading order, and no longer than they may be.
//!
//! The one rule for log lines, failures, frames and names: what moves a cursor, breaks a line, turns the reading direction
//! or cannot be seen stands there as its escape.

use std::fmt::{self, Write};

/// The text with what deceives escaped, cut at so many bytes. It holds no more memory than its own.
#[must_use]
pub fn escaped(text: &str, most: usize) -> String {
    let mut line = Line::new(most);
    // Writing fails at the cut, and what is before it is what is wanted.
    let _ = line.write_str(text);
    line.into_text()
}

/// Whether a reader could be deceived by this character.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Takes text as [`escaped`] does, and fails at the cut, so that whoever writes without end stops there.
pub(crate) struct Line {
    text: String,
    most: usize,
}

impl Line {
    pub(crate) fn new(most: usize) -> Self {
        Self { text: String::new(), most }
    }

    pub(crate) fn into_text(mut self) -> String {
        self.text.shrink_to_fit();
        self.text
    }

    fn push(&mut self, c: char) -> fmt::Result {
        if self.text.len() + c.len_utf8() > self.most {
            return Err(fmt::Error);
        }
        self.text.push(c);
        Ok(())
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if is_deceptive(c) {
                c.escape_default().try_for_each(|c| self.push(c))?;
            } else {
                self.push(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_is_escaped_and_other_languages_are_not() {
        let text = "a\r\nb\u{1b}[2Jc\u{202e}d\u{200b}\u{2060} é 漢";
        assert_eq!(escaped(text, 1024), "a\\r\\nb\\u{1b}[2Jc\\u{202e}d\\u{200b}\\u{2060} é 漢");
    }

    #[test]
    fn a_cut_keeps_whole_characters_and_no_memory_beyond() {
        let cut = escaped(&"é".repeat(1_000_000), 5);
        assert_eq!((cut.as_str(), cut.capacity()), ("éé", 4));
    }
}
