//! The strict reading of a plugin's URL.
//!
//! The rule: a URL is accepted only if every parser in the world reads the same host and path out of it. So the grammar
//! below is narrower than RFC 3986, nothing is normalised, and the text must survive the `url` crate unchanged. What is
//! odd is refused, never repaired.

mod path;

use domain::capability::Scheme;

/// The longest URL, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// Why a text is not a URL that may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("the URL is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the URL holds a character that must be percent-encoded, or that no URL has")]
    Character,
    #[error("the URL must start with `https://`")]
    Scheme,
    #[error("the URL holds a user name or a password: name an auth slot instead")]
    UserInfo,
    #[error("the URL holds a fragment")]
    Fragment,
    #[error("the URL's host must be a name in lower case, as the manifest spells it, without a trailing dot")]
    Host,
    #[error("the URL's host is an address: only names can be granted")]
    Address,
    #[error("the URL's port must be a number from 1 to 65535 without leading zeros")]
    Port,
    #[error("the URL's path holds a dot segment, or an encoded dot, slash or control character")]
    Path,
    #[error("the URL holds a percent sign that is not followed by two hexadecimal digits")]
    Percent,
    #[error("the URL can be read in more than one way")]
    Ambiguous,
}

/// A URL of which every part was checked. Only [`Target::parse`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    text: String,
}

impl Target {
    /// Reads a plugin's URL.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > MAX_BYTES {
            return Err(UrlError::TooLong);
        }
        let (scheme, rest) = split_scheme(text)?;
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        if !rest.bytes().all(path::is_url_byte) {
            return Err(UrlError::Character);
        }
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = split_authority(authority, scheme)?;
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        path::check(path)?;
        query.map_or(Ok(()), path::check_percent)?;
        let target = Self {
            scheme,
            host: host.to_owned(),
            port,
            path: path.to_owned(),
            query: query.map(str::to_owned),
            text: text.to_owned(),
        };
        target.reads_alike_elsewhere().then_some(target).ok_or(UrlError::Ambiguous)
    }

    /// The URL to ask for.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Path and query, as they go on the wire.
    pub(crate) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The value of the header `host`.
    pub(crate) fn authority(&self) -> String {
        if self.port == default_port(self.scheme) { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Whether the parser that the HTTP client uses sees the very same parts.
    fn reads_alike_elsewhere(&self) -> bool {
        ::url::Url::parse(&self.text).is_ok_and(|other| {
            other.host_str() == Some(&self.host)
                && other.port_or_known_default() == Some(self.port)
                && other.path() == self.path
                && other.query() == self.query.as_deref()
                && other.username().is_empty()
                && other.password().is_none()
                && other.fragment().is_none()
        })
    }
}

const fn default_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Https => 443,
        Scheme::Http => 80,
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), UrlError> {
    match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => Ok((Scheme::Https, rest)),
        (_, Some(rest)) => Ok((Scheme::Http, rest)),
        _ => Err(UrlError::Scheme),
    }
}

fn split_authority(authority: &str, scheme: Scheme) -> Result<(&str, u16), UrlError> {
    if authority.contains('@') {
        return Err(UrlError::UserInfo);
    }
    if authority.starts_with('[') {
        return Err(UrlError::Address);
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, parse_port(port)?),
        None => (authority, default_port(scheme)),
    };
    check_host(host)?;
    Ok((host, port))
}

fn parse_port(text: &str) -> Result<u16, UrlError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain).ok_or(UrlError::Port)
}

/// A host name of RFC 1123 in lower case. What resolvers would read as an address (its last label is a number, decimal
/// or hexadecimal) is none.
fn check_host(host: &str) -> Result<(), UrlError> {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(fits) {
        return Err(UrlError::Host);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) { Err(UrlError::Address) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_url_keeps_its_parts() {
        let target = Target::parse("https://api.example.test:8443/a/b%20c?x=1&y=%2F").expect("a URL");
        assert_eq!((target.host.as_str(), target.port), ("api.example.test", 8443));
        assert_eq!(target.path_and_query(), "/a/b%20c?x=1&y=%2F");
        assert_eq!(target.as_str(), "https://api.example.test:8443/a/b%20c?x=1&y=%2F");
        assert_eq!(target.authority(), "api.example.test:8443");
        let bare = Target::parse("https://api.example.test").expect("a URL");
        assert_eq!((bare.path.as_str(), bare.authority().as_str()), ("/", "api.example.test"));
        assert_eq!(Target::parse("https://api.example.test?q=1").expect("a URL").path_and_query(), "/?q=1");
    }

    #[test]
    fn names_that_look_like_addresses_are_addresses() {
        for host in ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "api.0x7f", "a.1"] {
            assert_eq!(Target::parse(&format!("https://{host}/")), Err(UrlError::Address), "{host}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_accepted_means_the_same_to_the_client(text in "https://[a-z.@:%/\\\\?#\\[\\]0-9-]{1,40}") {
            if let Ok(target) = Target::parse(&text) {
                let other = ::url::Url::parse(&text).expect("accepted by both");
                proptest::prop_assert_eq!(other.host_str(), Some(target.host.as_str()));
                proptest::prop_assert_eq!(other.path(), target.path.as_str());
            }
        }
    }

    #[test]
    fn what_is_odd_is_refused_by_its_part() {
        let long =
            |host: usize| format!("https://{}/", format!("{}.", "a".repeat(62)).repeat(4) + &"b".repeat(host - 252));
        assert!(Target::parse(&long(253)).is_ok(), "a name may have 253 bytes");
        let label = |bytes: usize| format!("https://{}.test/", "a".repeat(bytes));
        assert!(Target::parse(&label(63)).is_ok() && Target::parse("https://a-1.b2-c.test/").is_ok());
        let path = |bytes: usize| format!("https://a.test/{}", "x".repeat(bytes - "https://a.test/".len()));
        assert!(Target::parse(&path(8_192)).is_ok(), "a URL may have 8 KiB");
        for (text, part) in [
            (path(8_193), UrlError::TooLong),
            (long(254), UrlError::Host),
            (label(64), UrlError::Host),
            ("https://A.test/".to_owned(), UrlError::Host),
            ("https://-a.test/".to_owned(), UrlError::Host),
            ("https://a-.test/".to_owned(), UrlError::Host),
            ("https://a..test/".to_owned(), UrlError::Host),
            ("https://a.test./".to_owned(), UrlError::Host),
            ("https://a_b.test/".to_owned(), UrlError::Host),
            ("https://a.test:+443/".to_owned(), UrlError::Port),
            ("https://a.test:0443/".to_owned(), UrlError::Port),
            ("https://a.test:65536/".to_owned(), UrlError::Port),
            ("https://a.test/a b".to_owned(), UrlError::Character),
            ("https://a.test/a\\b".to_owned(), UrlError::Character),
            ("https://a.test/\u{e9}".to_owned(), UrlError::Character),
            ("https://a.test/?a%2".to_owned(), UrlError::Percent),
        ] {
            assert_eq!(Target::parse(&text), Err(part), "{text}");
        }
    }

    #[test]
    fn what_the_clients_parser_would_read_or_write_otherwise_is_refused() {
        // It escapes the one, and takes the other for a broken name of another script.
        for text in ["https://a.test/?q='", "https://xn--a.test/"] {
            assert_eq!(Target::parse(text), Err(UrlError::Ambiguous), "{text}");
        }
    }
}
