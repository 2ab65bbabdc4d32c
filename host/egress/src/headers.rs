//! What a plugin may say in headers, and what it hears.
//!
//! The rule: the plugin never writes a header that frames the message, routes it, authenticates it or changes what was
//! checked; and never reads one that belongs to the connection or keeps a session.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Caps;
use domain::exchange::ExchangeError;

/// The most headers of one request, and their bytes.
const MAX_COUNT: usize = 64;
const MAX_BYTES: usize = 16 * 1024;

/// Headers that only the host writes, beside those whose name starts with one of [`RESERVED_PREFIXES`].
const RESERVED: [&str; 27] = [
    // Who asks.
    "authorization",
    "cookie",
    "cookie2",
    "host",
    "origin",
    "referer",
    // How the message is framed and travels: hop-by-hop of RFC 9110 and its ancestors.
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "content-length",
    "upgrade",
    "expect",
    "http2-settings",
    "accept-encoding",
    "max-forwards",
    "via",
    "forwarded",
    "alt-used",
    // What some servers let override the method, the path or the origin that were checked.
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-real-ip",
    "x-original-host",
];

const RESERVED_PREFIXES: [&str; 3] = ["proxy-", "sec-", "x-forwarded-"];

/// Headers of an answer that stay with the host: hop-by-hop, cookies, and the length and encoding that inflating undid.
const WITHHELD: [&str; 12] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "content-encoding",
    "set-cookie",
    "set-cookie2",
];

/// Why a header is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("header `{0}` is written by the host alone")]
    Reserved(HeaderName),
    #[error("a header's name is not a token")]
    Name,
    #[error("the value of header `{0}` holds a control character or starts or ends with a space")]
    Value(HeaderName),
    #[error("header `{0}` is given twice")]
    Twice(HeaderName),
    #[error("more than {MAX_COUNT} headers or {MAX_BYTES} bytes of them")]
    TooMany,
}

/// Whether only the host writes this header.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The headers of a plugin's request, if all are its to write. `taken` are those that carry credentials.
pub(crate) fn admit(headers: &[(String, String)], taken: &[HeaderName]) -> Result<HeaderMap, HeaderError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MAX_COUNT || bytes > MAX_BYTES {
        return Err(HeaderError::TooMany);
    }
    let mut admitted = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name)?;
        if is_reserved(name.as_str()) || taken.contains(&name) {
            return Err(HeaderError::Reserved(name));
        }
        let value = HeaderValue::from_str(value)
            .ok()
            .filter(|_| value.trim_ascii().len() == value.len())
            .ok_or_else(|| HeaderError::Value(name.clone()))?;
        if admitted.insert(name.clone(), value).is_some() {
            return Err(HeaderError::Twice(name));
        }
    }
    Ok(admitted)
}

/// The headers of an answer that the plugin may read, within the caps.
pub(crate) fn reveal(headers: &HeaderMap, caps: &Caps) -> Result<Vec<(String, String)>, ExchangeError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > caps.header_count || bytes > caps.header_bytes {
        return Err(ExchangeError::Malformed("more headers than an answer may have".to_owned()));
    }
    // What `connection` names belongs to this hop too (RFC 9110, section 7.6.1).
    let named: Vec<String> = headers
        .get_all(http::header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    Ok(headers
        .iter()
        .filter(|(name, _)| !WITHHELD.contains(&name.as_str()) && !named.iter().any(|hop| hop == name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<HeaderMap, HeaderError> {
        admit(&[(name.to_owned(), value.to_owned())], &[HeaderName::from_static("x-api-key")])
    }

    #[test]
    fn a_plugin_writes_its_own_headers_only() {
        assert!(one("Accept", "application/json").is_ok() && one("if-none-match", "\"x\"").is_ok());
        for name in
            RESERVED.iter().chain(&["Authorization", "COOKIE", "Proxy-Authorization", "x-forwarded-for", "X-Api-Key"])
        {
            assert!(matches!(one(name, "x"), Err(HeaderError::Reserved(_))), "{name}");
        }
    }

    #[test]
    fn nothing_can_be_smuggled_in_a_header() {
        for name in ["", "a b", "a:b", "a\r\nb", "a\0", "é", ":path", "host "] {
            assert_eq!(one(name, "x"), Err(HeaderError::Name), "{name:?}");
        }
        for value in ["a\r\nHost: evil", "a\nb", "a\rb", "a\0b", "\u{7f}", " a", "a\t", "\u{1}"] {
            assert!(matches!(one("accept", value), Err(HeaderError::Value(_))), "{value:?}");
        }
        let twice = [("accept".to_owned(), "a".to_owned()), ("Accept".to_owned(), "b".to_owned())];
        assert!(matches!(admit(&twice, &[]), Err(HeaderError::Twice(_))));
        assert_eq!(one("accept", &"x".repeat(MAX_BYTES)), Err(HeaderError::TooMany));
    }

    #[test]
    fn cookies_and_hop_by_hop_headers_stay_with_the_host() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("set-cookie", "a=b"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("etag", "\"1\""),
            ("upgrade", "h2c"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let seen = reveal(&headers, &Caps::default()).expect("within caps");
        assert_eq!(seen, [("etag".to_owned(), "\"1\"".to_owned())]);
    }
}
