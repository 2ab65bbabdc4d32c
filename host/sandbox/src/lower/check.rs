//! The checks that fields pass. Each takes the field's name and value, and gives the value back or says what is wrong.
//!
//! Lengths are those of `wit/records.wit`, in bytes.

use std::time::Duration;

use domain::Instant;
use domain::record::Extra;

use super::Wrong;
use crate::fault::Problem;

type Checked<T> = Result<T, Wrong>;

/// The longest text of a field that names no other.
pub(super) const TEXT: usize = 1024;
/// The longest commit message.
pub(super) const MESSAGE: usize = 16 * 1024;
/// The longest path.
pub(super) const PATH: usize = 4 * 1024;
const ID: usize = 512;
const EXTRA: usize = 16;
const YEAR: Duration = Duration::from_hours(366 * 24);

/// Checks the fields of a page and counts its bytes.
#[derive(Debug)]
pub(super) struct Check {
    latest: Instant,
    bytes: usize,
}

impl Check {
    pub(super) fn new(now: Instant) -> Self {
        Self { latest: now.after(YEAR), bytes: 0 }
    }

    /// Bytes of text so far.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// An identifier: 1 to 512 bytes without control characters.
    pub(super) fn id(&mut self, field: &'static str, id: String) -> Checked<String> {
        self.line(field, id, ID).and_then(|id| if id.is_empty() { Err((field, Problem::Empty)) } else { Ok(id) })
    }

    /// One line of at most 1 KiB.
    pub(super) fn text(&mut self, field: &'static str, text: String) -> Checked<String> {
        self.line(field, text, TEXT)
    }

    /// One line of at most so many bytes.
    pub(super) fn line(&mut self, field: &'static str, text: String, limit: usize) -> Checked<String> {
        self.measured(field, &text, limit)?;
        if has_control(&text, &[]) { Err((field, Problem::Control)) } else { Ok(text) }
    }

    /// Lines of at most so many bytes together.
    pub(super) fn lines(&mut self, field: &'static str, text: String, limit: usize) -> Checked<String> {
        self.measured(field, &text, limit)?;
        if has_control(&text, b"\n\t") { Err((field, Problem::Control)) } else { Ok(text) }
    }

    /// An instant between 1970 and a year from now.
    #[expect(clippy::needless_pass_by_value, reason = "checks take what they are given, so that they read alike")]
    pub(super) fn instant(&mut self, field: &'static str, text: String) -> Checked<Instant> {
        self.measured(field, &text, 64)?;
        let instant: Instant = text.parse().map_err(|_| (field, Problem::Instant))?;
        if instant.as_micros() < 0 || instant > self.latest {
            return Err((field, Problem::InstantRange));
        }
        Ok(instant)
    }

    /// The hexadecimal name of a git object.
    pub(super) fn object(&mut self, field: &'static str, text: String) -> Checked<String> {
        self.measured(field, &text, 128)?;
        let fits = text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(text) } else { Err((field, Problem::Hexadecimal)) }
    }

    /// A link that a browser may be sent to.
    pub(super) fn link(&mut self, field: &'static str, url: Option<String>) -> Checked<Option<String>> {
        let Some(url) = url else { return Ok(None) };
        let starts = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if !(starts("https://") || starts("http://")) || url.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return Err((field, Problem::Link));
        }
        self.text(field, url).map(Some)
    }

    /// A finite number.
    pub(super) fn number(field: &'static str, number: Option<f64>) -> Checked<Option<f64>> {
        match number {
            Some(number) if !number.is_finite() => Err((field, Problem::NotFinite)),
            number => Ok(number),
        }
    }

    /// The check, if there is a value.
    pub(super) fn optional<T, U>(
        &mut self,
        field: &'static str,
        value: Option<T>,
        check: fn(&mut Self, &'static str, T) -> Checked<U>,
    ) -> Checked<Option<U>> {
        value.map(|value| check(self, field, value)).transpose()
    }

    /// The check for each of at most so many.
    pub(super) fn each<T, U>(
        &mut self,
        field: &'static str,
        values: Vec<T>,
        limit: usize,
        check: fn(&mut Self, &'static str, T) -> Checked<U>,
    ) -> Checked<Vec<U>> {
        if values.len() > limit {
            return Err((field, Problem::TooMany { found: values.len(), limit }));
        }
        values.into_iter().map(|value| check(self, field, value)).collect()
    }

    /// What is not modelled: at most 16 pairs.
    pub(super) fn extra(&mut self, extra: Vec<(String, String)>) -> Checked<Extra> {
        let pair = |check: &mut Self, field, (name, value): (String, String)| {
            if name.len() + value.len() > TEXT {
                return Err((field, Problem::TooLong { found: name.len() + value.len(), limit: TEXT }));
            }
            Ok((check.id(field, name)?, check.lines(field, value, TEXT)?))
        };
        self.each("extra", extra, EXTRA, pair)
    }

    fn measured(&mut self, field: &'static str, text: &str, limit: usize) -> Checked<()> {
        self.bytes += text.len();
        if text.len() > limit { Err((field, Problem::TooLong { found: text.len(), limit })) } else { Ok(()) }
    }
}

/// Whether there is a control character but these. Most text has no byte that needs a second look.
fn has_control(text: &str, allowed: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < 0x20 || byte == 0x7f) && !allowed.contains(&byte);
    // U+0080 to U+009F are the two-byte sequences that start with C2 and go on below A0.
    let has_late_control = || text.as_bytes().windows(2).any(|pair| pair[0] == 0xc2 && pair[1] < 0xa0);
    text.bytes().any(is_control) || (!text.is_ascii() && has_late_control())
}
