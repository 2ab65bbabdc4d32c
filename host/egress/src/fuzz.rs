//! Fuzz targets: what plugins ask for and servers answer. Each panics where something does not hold.
//!
//! They exist in tests and under `cargo fuzz` alone. To add one: a function here, a line in the tests below, a file in
//! `tests/fuzz/fuzz_targets` and at least one input in `tests/fuzz/corpus`.

mod answer;

pub use answer::answer;

use domain::capability::{HttpRule, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::config::Caps;
use crate::url::Target;
use crate::{headers, rate, rule};

/// A plugin's URL: what is accepted has one host and a path that stays below itself, however often it is decoded.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(target) = Target::parse(&text) else { return };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    assert!(target.host.bytes().all(plain) && !target.host.is_empty(), "{text}");
    assert!(target.host.parse::<std::net::IpAddr>().is_err(), "{text}");
    let rest = text.strip_prefix("https://").or(text.strip_prefix("http://")).expect("a scheme");
    assert!(rest.starts_with(&target.host) && target.port > 0, "{text}");
    let mut path = target.path.clone().into_bytes();
    for _ in 0..12 {
        let shown = String::from_utf8_lossy(&path).into_owned();
        assert!(!shown.contains(char::is_control) && !shown.split(['/', '\\']).any(|part| part == ".."), "{text}");
        path = decoded(&path);
    }
}

/// One layer of percent-encoding less, by the plainest reading.
fn decoded(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = path.get(at) {
        let digits = path.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        // The standard library reads `+a` as a number, too.
        let digits = digits.filter(|digits| *byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                out.push(escaped);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// A granted host, a granted path and a URL, in three lines: what is admitted is on that host and below that path, as the
/// parser of the HTTP client reads it.
pub fn pattern(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.lines();
    let (Some(host), Some(path), Some(url)) = (lines.next(), lines.next(), lines.next()) else { return };
    let (host, path) = (host.to_owned(), path.to_owned());
    let rule = HttpRule { scheme: Scheme::Https, host, port: 443, methods: vec!["GET".to_owned()], path };
    let Ok(target) = Target::parse(url) else { return };
    let admitted = rule::admit(std::slice::from_ref(&rule), "GET", &target).is_ok();
    assert!(rule::admit(std::slice::from_ref(&rule), "POST", &target).is_err());
    if admitted {
        let read = ::url::Url::parse(url).expect("it was admitted");
        assert_eq!((read.scheme(), read.host_str(), read.port()), ("https", Some(rule.host.as_str()), None), "{url}");
        let below = rule.path.strip_suffix('/').unwrap_or(&rule.path);
        assert!(read.path() == rule.path || read.path().starts_with(&format!("{below}/")), "{url}");
    }
}

/// Headers, a line each: what a plugin may write and read is bounded, and so is every pause.
pub fn header(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let pairs: Vec<(String, String)> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim_start().to_owned()))
        .collect();
    if let Ok(admitted) = headers::admit(&pairs, &[]) {
        assert!(admitted.keys().all(|name| !headers::is_reserved(name.as_str())), "{text}");
        assert!(headers::size(&admitted) <= 16 * 1024);
    }
    let mut answered = HeaderMap::new();
    for (name, value) in &pairs {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            answered.append(name, value);
        }
    }
    if let Ok(seen) = headers::reveal(&answered, &Caps::default()) {
        assert!(seen.iter().all(|(name, _)| name != "set-cookie" && name != "connection"), "{text}");
    }
    let now = "2026-03-01T00:00:00Z".parse().expect("an instant");
    for status in [StatusCode::OK, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS] {
        let pause = rate::pause(status, &answered, now);
        assert!(pause.is_none_or(|pause| (1..=rate::MAX_PAUSE).contains(&pause)), "{text}");
    }
}

#[cfg(test)]
mod tests {
    use corpus::check;

    #[test]
    fn urls_and_patterns_by_chance_mean_one_place() {
        check("url", 30_000, super::url);
        check("pattern", 30_000, super::pattern);
    }

    #[test]
    fn headers_by_chance_are_bounded() {
        check("header", 10_000, super::header);
    }

    #[test]
    fn answers_by_chance_end_within_their_caps() {
        check("answer", 300, super::answer);
    }
}
