//! Paths that cannot be walked out of.
//!
//! A granted prefix is worth nothing if a server further on decodes `%2e%2e`, `%252e` or `%25%32%65`, cuts `..;x` at the
//! semicolon, trims `..%20` or folds a full-width dot. So the path is decoded as a whole, layer by layer, until nothing
//! is left to decode, and no layer may hold such a thing: it does not matter how often a server decodes.

use std::str;

use super::UrlError;

/// How deep a path may be encoded. One layer is usual, two happen (a URL within a path); more are meant to deceive.
const MAX_LAYERS: usize = 8;

/// What servers were seen to fold to `.`, `/` or `\`: full-width and small forms, leaders, division slashes.
const LOOK_ALIKES: [char; 12] = ['．', '／', '＼', '․', '‥', '…', '∕', '⁄', '∖', '。', '｡', '﹒'];

/// Where some server ends a segment: parameters, a query or a fragment that were encoded.
const CUTS: [char; 3] = [';', '?', '#'];

/// What may stand in a URL unencoded: RFC 3986 without `#`.
pub(super) const fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b':' | b'/' | b'?' | b'[' | b']' | b'@')
        || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// Checks that a path stays where it says, at every depth of encoding.
pub(super) fn check(path: &str) -> Result<(), UrlError> {
    check_percent(path)?;
    if path.contains(['[', ']']) {
        return Err(UrlError::Path);
    }
    let structure = structure(path.as_bytes());
    let mut layer = path.as_bytes().to_vec();
    for _ in 0..=MAX_LAYERS {
        // Decoding takes nothing of the structure away, so the same count is the same structure.
        if self::structure(&layer) != structure || !stays(&layer) {
            return Err(UrlError::Path);
        }
        let decoded = decode(&layer);
        if decoded == layer {
            return Ok(());
        }
        layer = decoded;
    }
    Err(UrlError::Path)
}

/// Checks that every percent sign starts an escape.
pub(super) fn check_percent(text: &str) -> Result<(), UrlError> {
    let bytes = text.as_bytes();
    let broken = |at: usize| bytes[at] == b'%' && escape(&bytes[at..]).is_none();
    if (0..bytes.len()).any(broken) { Err(UrlError::Percent) } else { Ok(()) }
}

/// How many bytes of a layer give a path its structure: dots and separators, which an escape must not hide.
fn structure(layer: &[u8]) -> usize {
    layer.iter().filter(|byte| matches!(byte, b'.' | b'/' | b'\\')).count()
}

/// Whether one layer is text without control characters, look-alikes and dot segments.
fn stays(layer: &[u8]) -> bool {
    str::from_utf8(layer).is_ok_and(|text| {
        !text.contains(char::is_control) && !text.contains(LOOK_ALIKES) && !text.split('/').any(is_dots)
    })
}

/// Whether some server reads a segment as `.` or `..`: it is nothing but dots, once it is cut and trimmed. A plus sign is
/// a space to those that decode paths like forms.
fn is_dots(segment: &str) -> bool {
    let cut = segment.split(CUTS).next().unwrap_or_default();
    let trimmed = cut.trim_matches(|edge: char| edge.is_whitespace() || edge == '+');
    !trimmed.is_empty() && trimmed.bytes().all(|byte| byte == b'.')
}

/// The next layer: every escape is decoded, and what is none is kept.
fn decode(mut layer: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(layer.len());
    while let [first, rest @ ..] = layer {
        let (byte, rest) = match escape(layer) {
            Some(byte) => (byte, &layer[3..]),
            None => (*first, rest),
        };
        decoded.push(byte);
        layer = rest;
    }
    decoded
}

/// The byte of the escape that a text starts with.
fn escape(text: &[u8]) -> Option<u8> {
    let &[b'%', high, low, ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "/",
            "/a/b",
            "/a//b",
            "/a%20b",
            "/50%25off",
            "/a..b/.c",
            "/%D0%B0",
            "/a;v=1/x:y@z",
            "/%2520",
            "/why%3f",
            "/a%20%23b",
            "/v1.2;x",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn no_path_walks_out() {
        for path in [
            "/..",
            "/a/../b",
            "/./a",
            "/a/.",
            "/%2e%2e/a",
            "/.%2E/a",
            "/a%2fb",
            "/a%5Cb",
            "/%252e",
            "/%25252E",
            "/..;/a",
            "/..;x=1/a",
            "/a%00",
            "/a%0d%0aX",
            "/%c0%ae/a",
            "/%ff",
            "/%EF%BC%8E%EF%BC%8E/a",
            "/%E2%80%A5/a",
            "/a%",
            "/a%2",
            "/a%zz",
            "/[a]",
            // Cut or trimmed by a server that decodes first.
            "/r/..%3b/admin",
            "/r/..%3B%20x/admin",
            "/r/..%3fx",
            "/r/..%23",
            "/r/..%20/x",
            "/r/%20../x",
            "/r/..+/x",
            "/r/..%09/x",
            "/r/..%C2%A0/x",
            "/r/..%25%33%62/admin",
            "/r/..%252520",
            // Escapes of which a layer hides the pieces.
            "/r/%25%32%65%25%32%65/admin",
            "/r/%252%65%252%65/x",
            "/r/%25%32%66x",
            "/r/%25%35%63",
            "/r/%2525%32%35%32%65",
            "/r/a%250a",
            "/r/%25%30%61",
            "/r/%25ef%25bc%258f",
            "/r/%25c0%25ae",
            "/r/...",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_is_not_encoded_without_end() {
        let nested = |layers| format!("/%{}20", "25".repeat(layers));
        assert_eq!(check(&nested(MAX_LAYERS - 1)), Ok(()));
        assert_eq!(check(&nested(MAX_LAYERS)), Err(UrlError::Path));
    }

    proptest::proptest! {
        /// However a harmful segment is written: each byte plain or as an escape, again and again.
        #[test]
        fn no_mixture_of_layers_hides_a_walk(
            harm in proptest::sample::select(vec!["..", "../x", "..\\x", "..;x", "..?x", "..#", ".. ", "a\nb"]),
            choices in proptest::collection::vec(proptest::collection::vec(proptest::bool::ANY, 64), 1..4),
        ) {
            let mut text = harm.as_bytes().to_vec();
            for layer in choices {
                let mut choice = layer.into_iter().cycle();
                let encode = |byte: &u8| if choice.next() == Some(true) || !is_url_byte(*byte) {
                    format!("%{byte:02x}").into_bytes()
                } else {
                    vec![*byte]
                };
                text = text.iter().flat_map(encode).collect();
            }
            // A server or the parser of the URL itself ends the path at a plain question mark; dots before it still walk.
            let path = format!("/r/{}", String::from_utf8(text).expect("ASCII"));
            proptest::prop_assert!(check(&path).is_err(), "{}", path);
        }
    }
}
