//! What a plugin may say in headers, and what it hears.
//!
//! The rule: the plugin writes only headers that are known to neither frame the message, route it, authenticate it nor
//! change what was checked; and never reads one that belongs to the connection or keeps a session.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Caps;
use domain::exchange::ExchangeError;

/// The most headers of one request, and their bytes.
const MAX_COUNT: usize = 64;
const MAX_BYTES: usize = 16 * 1024;

/// How much of a name a message repeats, in bytes.
const MAX_SHOWN: usize = 64;

/// What a plugin may write, beside names of its own that start with `x-`. *To add one*: it must neither frame the message,
/// route it, authenticate it nor change what was checked, for any server further on.
const ALLOWED: [&str; 11] = [
    "accept",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "range",
    "user-agent",
    "x-github-api-version",
];

/// Parts of `x-` names that hint at a credential, at whom a request comes from, or at another method, host or path than
/// those that were checked. Found anywhere in the name: an innocent name that is refused costs less than the reverse.
const MEANINGFUL: [&str; 38] = [
    // Who asks.
    "auth",
    "token",
    "key",
    "secret",
    "cookie",
    "session",
    "credential",
    "passw",
    "sign",
    "jwt",
    "bearer",
    "cert",
    "csrf",
    "xsrf",
    "user",
    "sudo",
    "impersonat",
    "delegat",
    // From where.
    "forward",
    "client",
    "remote",
    "real",
    "proxy",
    "-ip",
    // For what.
    "method",
    "override",
    "original",
    "rewrite",
    "redirect",
    "host",
    "url",
    "uri",
    "path",
    "scheme",
    "proto",
    "port",
    "server",
    "middleware",
];

/// Headers of the connection, which not even a slot can name.
const RESERVED: [&str; 20] = [
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
    "x-real-ip",
];

/// How the names of others of them start: proxies, browsers, and what lets a server override the method, path or origin.
const RESERVED_PREFIXES: [&str; 7] =
    ["proxy-", "sec-", "x-forwarded-", "x-http-method", "x-method-", "x-original-", "x-rewrite-"];

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
    #[error("header `{0}` is none that a plugin may write: if it carries a credential, name an auth slot instead")]
    Refused(String),
    #[error("a header's name is not a token")]
    Name,
    #[error("the value of header `{0}` holds a control character or starts or ends with a space")]
    Value(String),
    #[error("header `{0}` is given twice")]
    Twice(String),
    #[error("more than {MAX_COUNT} headers or {MAX_BYTES} bytes of them")]
    TooMany,
}

/// Whether this header belongs to the connection, so that no slot may be written into it. Servers of the CGI kind read
/// an underscore as a hyphen.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.replace('_', "-");
    RESERVED.contains(&name.as_str()) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a plugin may write this header, if it carries no credential of a slot.
fn is_allowed(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let meant = || MEANINGFUL.iter().any(|part| name.contains(part));
    ALLOWED.contains(&name) || name.starts_with("x-") && name.bytes().all(plain) && !meant()
}

/// The bytes of a request's headers.
pub(crate) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// As much of a name as a message repeats. Names are ASCII.
fn shown(name: &HeaderName) -> String {
    name.as_str().chars().take(MAX_SHOWN).collect()
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
        if !is_allowed(name.as_str()) || taken.contains(&name) {
            return Err(HeaderError::Refused(shown(&name)));
        }
        let value = HeaderValue::from_str(value)
            .ok()
            .filter(|_| value.trim_ascii().len() == value.len())
            .ok_or_else(|| HeaderError::Value(shown(&name)))?;
        if admitted.insert(name.clone(), value).is_some() {
            return Err(HeaderError::Twice(shown(&name)));
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
        admit(&[(name.to_owned(), value.to_owned())], &[HeaderName::from_static("x-page")])
    }

    #[test]
    fn a_plugin_writes_what_is_known_to_be_harmless() {
        let own = ["x-request-id", "X-Ms-Version", "x-restli-version", "x-accept-features"];
        for name in ALLOWED.iter().chain(&["Accept", "If-None-Match"]).chain(&own) {
            assert!(one(name, "x").is_ok(), "{name}");
        }
    }

    #[test]
    fn a_plugin_writes_no_credential_origin_or_other_target() {
        let others = [
            // What authenticates, with one vendor or another.
            "Authorization",
            "authorization_",
            "COOKIE",
            "Proxy-Authorization",
            "private-token",
            "job-token",
            "deploy-token",
            "circle-token",
            "api-key",
            "apikey",
            "dd-api-key",
            "x-api-key",
            "x-apikey",
            "x-auth-token",
            "x-vault-token",
            "x-amz-security-token",
            "x-goog-iam-authorization-token",
            "x-goog-api-key",
            "x-access-token",
            "x-csrf-token",
            "x-ms-authorization-auxiliary",
            "x-amz-signature",
            "x-session-id",
            "x-forwarded-access-token",
            "ocp-apim-subscription-key",
            "sudo",
            // What says where a request comes from or goes, as it is or as CGI folds it.
            "x-forwarded-for",
            "x_forwarded_for",
            "x-forwarded_for",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-remote-user",
            "x-http-method-override",
            "x_http_method_override",
            "x-http-method",
            "x-method-override",
            "x-original-uri",
            "x-original-url",
            "x-original-host",
            "x-rewrite-url",
            "x-host",
            "x-envoy-original-path",
            "x-middleware-subrequest",
            "x_request_id",
            "x-request.id",
            // What nobody thought of.
            "metadata-flavor",
            "anything",
            // What a slot of this permit carries.
            "X-Page",
        ];
        for name in RESERVED.iter().chain(&others) {
            assert!(matches!(one(name, "x"), Err(HeaderError::Refused(_))), "{name}");
        }
    }

    #[test]
    fn a_message_repeats_a_names_beginning_only() {
        let refused = one(&"n".repeat(MAX_BYTES - 1), "x");
        assert_eq!(refused, Err(HeaderError::Refused("n".repeat(MAX_SHOWN))));
        let broken = one(&format!("x-{}", "n".repeat(999)), " x");
        assert!(broken.is_err_and(|error| error.to_string().len() < 200));
    }

    #[test]
    fn a_slot_is_never_written_into_a_header_of_the_connection() {
        for name in ["host", "transfer-encoding", "transfer_encoding", "x_forwarded_for", "x-http-method-override"] {
            assert!(is_reserved(name), "{name}");
        }
        assert!(!is_reserved("x-api-key") && !is_reserved("private-token"));
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

    #[test]
    fn a_request_has_so_many_headers_and_so_many_bytes_of_them() {
        let many = |count: usize| (0..count).map(|at| (format!("x-{at}"), String::new())).collect::<Vec<_>>();
        assert!(admit(&many(64), &[]).is_ok());
        assert_eq!(admit(&many(65), &[]), Err(HeaderError::TooMany));
        let long = |bytes: usize| {
            let rest = bytes - "accept".len() - "prefer".len() - 8_000;
            [("accept".to_owned(), "x".repeat(8_000)), ("prefer".to_owned(), "x".repeat(rest))]
        };
        assert_eq!(size(&admit(&long(16_384), &[]).expect("just short enough")), 16_384);
        assert_eq!(admit(&long(16_385), &[]), Err(HeaderError::TooMany));
    }

    #[test]
    fn an_answer_has_so_many_headers_and_so_many_bytes_of_them() {
        let mut headers = HeaderMap::new();
        headers.insert("etag", HeaderValue::from_static("123"));
        headers.insert("age", HeaderValue::from_static("7"));
        let within = |header_count, header_bytes| {
            reveal(&headers, &Caps { header_count, header_bytes, ..Caps::default() }).is_ok()
        };
        // Each line has a colon, a space and its end, too.
        assert!(within(2, 19) && !within(1, 19) && !within(2, 18));
    }
}
