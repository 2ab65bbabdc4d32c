//! Paths that cannot be walked out of.
//!
//! A granted prefix is worth nothing if a server further on decodes `%2e%2e` or `%252e`, cuts `..;x` at the semicolon
//! or folds a full-width dot. So a path has no such thing at any depth of encoding.

use super::UrlError;

/// What servers were seen to fold to `.`, `/` or `\`: full-width and small forms, leaders, division slashes.
const LOOK_ALIKES: [char; 12] = ['．', '／', '＼', '․', '‥', '…', '∕', '⁄', '∖', '。', '｡', '﹒'];

/// What may stand in a URL unencoded: RFC 3986 without `#`.
pub(super) const fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b':' | b'/' | b'?' | b'[' | b']' | b'@')
        || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// Checks that a path stays where it says.
pub(super) fn check(path: &str) -> Result<(), UrlError> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' { unescape(&mut bytes)? } else { byte });
    }
    let decoded = String::from_utf8(decoded).map_err(|_| UrlError::Path)?;
    let walks = path.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")));
    if walks || path.contains(['[', ']']) || decoded.contains(LOOK_ALIKES) { Err(UrlError::Path) } else { Ok(()) }
}

/// Checks that every percent sign starts an escape.
pub(super) fn check_percent(text: &str) -> Result<(), UrlError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            hex_pair(&mut bytes)?;
        }
    }
    Ok(())
}

/// The byte of an escape whose percent sign was just read, looked at through any number of layers (`%25252e`).
fn unescape(bytes: &mut std::str::Bytes<'_>) -> Result<u8, UrlError> {
    let byte = hex_pair(bytes)?;
    let mut inner = byte;
    let mut ahead = bytes.clone();
    while inner == b'%' {
        let Ok(next) = hex_pair(&mut ahead) else { break };
        inner = next;
    }
    let hidden = [byte, inner].into_iter().any(|byte| byte.is_ascii_control() || matches!(byte, b'.' | b'/' | b'\\'));
    if hidden { Err(UrlError::Path) } else { Ok(byte) }
}

fn hex_pair(bytes: &mut std::str::Bytes<'_>) -> Result<u8, UrlError> {
    let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or(UrlError::Percent);
    let value = digit()? * 16 + digit()?;
    u8::try_from(value).map_err(|_| UrlError::Percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in ["/", "/a/b", "/a//b", "/a%20b", "/50%25off", "/a..b/.c", "/%D0%B0", "/a;v=1/x:y@z", "/%2520"] {
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
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
