//! Blanking a credential that a source echoes.
//!
//! The rule: a plugin never reads the credential, in any form that a server is likely to echo it in (`scrub/forms`):
//! every byte of it becomes `*`, so lengths and structure stay. It runs over the whole body, so chunks cannot split it,
//! and over every answer of a session, with all secrets of its permit: what one request stored, another can read.
//!
//! The search skips ahead (Wu and Manber's algorithm with blocks of two bytes): in a body without the credential it looks
//! at about one place for every thirty bytes, so that a megabyte costs a tenth of a millisecond.

mod forms;

use std::fmt;

use secrecy::zeroize::Zeroizing;

/// Slots of the shift table; two bytes are folded into one index.
const SLOTS: usize = 1 << 14;
const FILL: u8 = b'*';

/// Finds and blanks every form of some secrets. `Debug` shows none of them.
pub(crate) struct Scrubber {
    needles: Vec<Zeroizing<Vec<u8>>>,
    /// The length of the shortest needle: what the search window holds.
    window: usize,
    /// How far the window may move when its last two bytes are these.
    shifts: Vec<u8>,
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrubber").field("forms", &self.needles.len()).finish_non_exhaustive()
    }
}

impl Scrubber {
    /// The shortest secret that can be told from data.
    pub(crate) const MIN_BYTES: usize = 4;

    /// A scrubber for these secrets; nothing if one is too short to be told from data.
    pub(crate) fn new(secrets: &[&str]) -> Option<Self> {
        if secrets.is_empty() || secrets.iter().any(|secret| secret.len() < Self::MIN_BYTES) {
            return None;
        }
        let mut needles: Vec<_> = secrets.iter().flat_map(|secret| forms::of(secret)).collect();
        // The longest first, so that a form is blanked whole before a shorter one that it holds.
        needles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        needles.dedup();
        let window = needles.last()?.len().min(usize::from(u8::MAX));
        let shifts = shift_table(&needles, window);
        Some(Self { needles, window, shifts })
    }

    /// Blanks every form in `text`; whether there was one.
    pub(crate) fn blank(&self, text: &mut [u8]) -> bool {
        let mut found = false;
        let mut at = 0;
        while let Some(window) = text.get(at..at + self.window) {
            let shift = self.shifts[slot(window[self.window - 2], window[self.window - 1])];
            if shift > 0 {
                at += usize::from(shift);
                continue;
            }
            at += match self.needles.iter().find(|needle| text[at..].starts_with(needle)) {
                Some(needle) => {
                    text[at..at + needle.len()].fill(FILL);
                    found = true;
                    needle.len()
                }
                None => 1,
            };
        }
        found
    }

    /// Blanks every form in the headers of an answer. A header whose *name* is one is dropped.
    pub(crate) fn blank_headers(&self, headers: &mut Vec<(String, String)>) -> bool {
        let before = headers.len();
        headers.retain(|(name, _)| !self.blank(&mut name.clone().into_bytes()));
        let dropped = headers.len() < before;
        headers.iter_mut().fold(dropped, |found, (_, value)| {
            let mut bytes = std::mem::take(value).into_bytes();
            let blanked = self.blank(&mut bytes);
            // Needles are ASCII but for secrets that are not; blanking a whole character leaves the text valid.
            *value = String::from_utf8_lossy(&bytes).into_owned();
            found | blanked
        })
    }
}

/// Blanks every form that any of these knows, in headers and body of an answer; whether there was one.
pub(crate) fn blank<'s>(
    scrubbers: impl Iterator<Item = &'s Scrubber>,
    headers: &mut Vec<(String, String)>,
    body: &mut [u8],
) -> bool {
    scrubbers.fold(false, |found, scrubber| found | scrubber.blank_headers(headers) | scrubber.blank(body))
}

fn slot(first: u8, second: u8) -> usize {
    (usize::from(first) << 6 ^ usize::from(second)) % SLOTS
}

fn shift_table(needles: &[Zeroizing<Vec<u8>>], window: usize) -> Vec<u8> {
    let clamp = |shift: usize| u8::try_from(shift).unwrap_or(u8::MAX);
    let mut shifts = vec![clamp(window - 1); SLOTS];
    for needle in needles {
        for (index, block) in needle[..window].windows(2).enumerate() {
            let shift = &mut shifts[slot(block[0], block[1])];
            *shift = (*shift).min(clamp(window - 2 - index));
        }
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ghp_16C7e42F292c/6912+E7710c";

    fn scrub(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        Scrubber::new(&[SECRET]).expect("long enough").blank(&mut bytes);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_secret_is_blanked_wherever_it_stands() {
        for (before, after) in [("", ""), ("{\"token\":\"", "\"}"), ("ghp_16", "c"), ("x", "ghp_")] {
            let blank = "*".repeat(SECRET.len());
            assert_eq!(scrub(&format!("{before}{SECRET}{after}")), format!("{before}{blank}{after}"));
        }
        assert!(!scrub(&format!("{SECRET}{SECRET} and {SECRET}")).contains("ghp_16"));
    }

    #[test]
    fn text_without_the_secret_is_untouched() {
        let text = "ghp_16C7e42F292c/6912+E7710 ".repeat(50);
        assert_eq!(scrub(&text), text);
    }

    #[test]
    fn a_header_named_like_the_secret_is_dropped() {
        let mut headers = vec![
            (format!("x-{}", "abcdefgh"), "1".to_owned()),
            ("www-authenticate".to_owned(), "Bearer ABCDEFGH".to_owned()),
        ];
        assert!(Scrubber::new(&["ABCDEFGH"]).expect("long enough").blank_headers(&mut headers));
        assert_eq!(headers, [("www-authenticate".to_owned(), "Bearer ********".to_owned())]);
    }

    proptest::proptest! {
        #[test]
        fn the_search_finds_what_a_naive_one_finds(
            secret in "[ab]{4,9}", text in "[ab]{0,80}", other in "[ab]{4,300}",
        ) {
            let scrubber = Scrubber::new(&[&secret, &other]).expect("long enough");
            let mut blanked = text.clone().into_bytes();
            let found = scrubber.blank(&mut blanked);
            let naive = scrubber.needles.iter().any(|n| text.as_bytes().windows(n.len()).any(|w| w == &n[..]));
            proptest::prop_assert_eq!(found, naive);
            for needle in &scrubber.needles {
                proptest::prop_assert!(!blanked.windows(needle.len()).any(|window| window == &needle[..]));
            }
        }
    }

    #[test]
    fn headers_are_touched_only_where_the_secret_stands() {
        let blank = |name: &str, value: &str| {
            let mut headers = vec![(name.to_owned(), value.to_owned())];
            (Scrubber::new(&["ABCDEFGH"]).expect("long enough").blank_headers(&mut headers), headers.len())
        };
        assert_eq!(blank("x-abcdefgh", "1"), (true, 0), "the name alone");
        assert_eq!(blank("etag", "ABCDEFGH"), (true, 1), "the value alone");
        assert_eq!(blank("etag", "ABCDEFG"), (false, 1), "neither");
    }

    #[test]
    fn an_echo_is_told_wherever_it_stood_and_whoever_knew_it() {
        let scrubbers =
            [Scrubber::new(&["ABCDEFGH"]), Scrubber::new(&["12345678"])].map(|one| one.expect("long enough"));
        for (header, body, found) in [
            ("-", "-", false),
            ("ABCDEFGH", "-", true),
            ("-", "ABCDEFGH", true),
            ("12345678", "-", true),
            ("-", "12345678", true),
            ("ABCDEFGH", "ABCDEFGH", true),
            ("ABCDEFGH", "12345678", true),
            ("12345678", "ABCDEFGH 12345678", true),
            ("ABCDEFGH 12345678", "-", true),
        ] {
            let mut headers = vec![("etag".to_owned(), header.to_owned())];
            let mut bytes = body.as_bytes().to_vec();
            assert_eq!(blank(scrubbers.iter(), &mut headers, &mut bytes), found, "{header} {body}");
            let left = [headers[0].1.as_bytes(), &bytes].concat();
            assert!(!left.iter().any(u8::is_ascii_alphanumeric), "{header} {body}: nothing is left");
        }
    }

    #[test]
    fn what_cannot_be_the_secret_is_skipped() {
        let scrubber = Scrubber::new(&[SECRET]).expect("long enough");
        let furthest = u8::try_from(scrubber.window - 1).expect("short");
        let blocks = (0..=u8::MAX).flat_map(|first| (0..=u8::MAX).map(move |second| slot(first, second)));
        let skipped = blocks.filter(|slot| scrubber.shifts[*slot] == furthest).count();
        assert!(skipped > (1 << 16) * 9 / 10, "the window moves on by {furthest} for {skipped} blocks of two bytes");
    }
}
