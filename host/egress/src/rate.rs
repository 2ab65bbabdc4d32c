//! How long a source asks to wait, read from the headers of its answer.
//!
//! Three dialects: `Retry-After` (RFC 9110, seconds or a date); a remaining count of 0 with a reset, under the names
//! that vendors use; and the `RateLimit` fields of the IETF draft, in its older and newer form. What cannot be read is
//! ignored; what is absurd is clamped to [`MAX_PAUSE`].

use domain::Instant;
use http::{HeaderMap, StatusCode};
use jiff::fmt::rfc2822;

/// The longest pause that a source can ask for, in seconds.
pub(crate) const MAX_PAUSE: u32 = 24 * 60 * 60;

/// Prefixes of the `…remaining` and `…reset` headers: GitHub and most others, the older draft, Okta.
const PREFIXES: [&str; 3] = ["x-ratelimit-", "ratelimit-", "x-rate-limit-"];

/// For how many seconds to send nothing more; nothing if the source is content.
pub(crate) fn pause(status: StatusCode, headers: &HeaderMap, now: Instant) -> Option<u32> {
    let refused =
        [StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
    let after = text(headers, "retry-after").filter(|_| refused).and_then(|value| retry_after(value, now));
    let spent = PREFIXES.iter().filter_map(|prefix| spent(headers, prefix, now));
    let seconds = after.into_iter().chain(spent).chain(draft(headers)).max()?;
    (seconds > 0).then(|| u32::try_from(seconds).unwrap_or(u32::MAX).min(MAX_PAUSE))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn retry_after(value: &str, now: Instant) -> Option<u64> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than a number holds is still a wish to wait long.
        return Some(value.parse().unwrap_or(u64::MAX));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(seconds_until(u64::try_from(at.as_second()).ok()?, now))
}

/// `…remaining: 0` with `…reset`, an instant or a number of seconds from now.
fn spent(headers: &HeaderMap, prefix: &str, now: Instant) -> Option<u64> {
    let number = |name: &str| text(headers, &format!("{prefix}{name}"))?.parse::<u64>().ok();
    let reset = number("reset").filter(|_| number("remaining") == Some(0))?;
    // No vendor's window is 30 years long, so a larger number is an instant; larger still, one in milliseconds.
    match reset {
        0..1_000_000_000 => Some(reset),
        1_000_000_000..1_000_000_000_000 => Some(seconds_until(reset, now)),
        _ => Some(seconds_until(reset / 1000, now)),
    }
}

/// From now until so many seconds after 1970; 0 if that is past.
fn seconds_until(epoch: u64, now: Instant) -> u64 {
    epoch.saturating_sub(u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0))
}

/// `RateLimit: "default";r=0;t=30`, or as it was before: `RateLimit: limit=100, remaining=0, reset=30`.
fn draft(headers: &HeaderMap) -> Option<u64> {
    let value = text(headers, "ratelimit")?;
    let newer = value.split(',').filter_map(|item| wait(item.split(';'), "r", "t")).max();
    newer.or_else(|| wait(value.split(','), "remaining", "reset"))
}

fn wait<'v>(parameters: impl Iterator<Item = &'v str>, remaining: &str, reset: &str) -> Option<u64> {
    let (mut left, mut seconds) = (None, None);
    for (name, value) in parameters.filter_map(|parameter| parameter.trim().split_once('=')) {
        if name == remaining {
            left = value.parse::<u64>().ok();
        } else if name == reset {
            seconds = value.parse().ok();
        }
    }
    seconds.filter(|_| left == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause in seconds for these headers, at 2026-03-01T00:00:00Z (1772323200).
    fn seconds(status: u16, headers: &[(&'static str, &str)]) -> Option<u32> {
        let now = "2026-03-01T00:00:00Z".parse().expect("an instant");
        let map = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).expect("a value"))
        });
        pause(StatusCode::from_u16(status).expect("a status"), &map.collect(), now)
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_clamped() {
        for (value, expected) in [
            ("30", Some(30)),
            (" 7 ", Some(7)),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("1.5", None),
            ("315360000", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 01 Mar 2026 00:01:00 GMT", Some(60)),
            ("Sat, 28 Feb 2026 23:59:00 GMT", None),
            ("Fri, 01 Mar 2036 00:01:00 GMT", None),
            ("Sat, 01 Mar 2036 00:01:00 GMT", Some(86_400)),
        ] {
            assert_eq!(seconds(429, &[("retry-after", value)]), expected, "{value}");
        }
        assert_eq!(seconds(503, &[("retry-after", "9")]), Some(9));
        assert_eq!(seconds(301, &[("retry-after", "9")]), None);
        assert_eq!(seconds(429, &[]), None);
    }

    #[test]
    fn a_spent_allowance_closes_until_its_reset() {
        let github = |left, reset| seconds(200, &[("x-ratelimit-remaining", left), ("x-ratelimit-reset", reset)]);
        assert_eq!(github("0", "1772323260"), Some(60));
        assert_eq!(github("0", "1772323260000"), Some(60));
        assert_eq!(github("0", "45"), Some(45));
        assert_eq!(github("1", "1772323260"), None);
        assert_eq!(github("0", "1700000000"), None);
        assert_eq!(github("0", "-1"), None);
        assert_eq!(github("0", "18446744073709551615"), Some(86_400));
        assert_eq!(seconds(200, &[("ratelimit-remaining", "0"), ("ratelimit-reset", "12")]), Some(12));
    }

    #[test]
    fn both_forms_of_the_draft_are_read() {
        assert_eq!(seconds(200, &[("ratelimit", "\"default\";r=0;t=30")]), Some(30));
        assert_eq!(seconds(200, &[("ratelimit", "\"a\";r=5;t=90, \"b\";r=0;t=10")]), Some(10));
        assert_eq!(seconds(200, &[("ratelimit", "limit=100, remaining=0, reset=50")]), Some(50));
        assert_eq!(seconds(200, &[("ratelimit", "limit=100, remaining=3, reset=50")]), None);
        assert_eq!(seconds(200, &[("ratelimit", ";;==,,r=0;t=x")]), None);
    }
}
