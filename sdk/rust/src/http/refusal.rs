//! What a status that is no success means.

use super::Response;
use crate::Failure;

/// The failure that an answer stands for; none for 2xx and 304.
pub(super) fn of(response: &Response) -> Option<Failure> {
    let status = response.status();
    let place = response.place();
    Some(match status {
        200..=299 | 304 => return None,
        401 => Failure::unauthorized(format!("{place} answered 401: the credential is missing, wrong or expired")),
        429 => limited(response),
        403 if is_limit(response) => limited(response),
        403 => Failure::forbidden(format!("{place} answered 403: the credential may not read this")),
        404 | 410 => Failure::not_found(format!("{place} answered {status}: not there, or not for this credential")),
        500..=599 => Failure {
            retry_after_seconds: retry_after(response),
            ..Failure::upstream(format!("{place} answered {status}"))
        },
        300..=399 => Failure::invalid_data(format!("{place} answered {status}: redirects are not followed")),
        _ => Failure::invalid_data(format!("{place} answered {status}")),
    })
}

fn limited(response: &Response) -> Failure {
    let message = format!("{} answered {}: the rate limit is reached", response.place(), response.status());
    Failure::rate_limited(message, retry_after(response))
}

/// Some sources answer 403 where they mean 429: the allowance is then spent, or a time to come back is given.
fn is_limit(response: &Response) -> bool {
    response.header("x-ratelimit-remaining").as_deref() == Some("0") || response.header("retry-after").is_some()
}

/// Seconds to wait, where the answer says. A date (RFC 9110) or `x-ratelimit-reset` (seconds since 1970) is told by the
/// answer's own `date`, since a connector has no clock.
fn retry_after(response: &Response) -> Option<u32> {
    let now = response.header("date").as_deref().and_then(epoch_seconds);
    let until = |at: u64| now.map(|now| u32::try_from(at.saturating_sub(now)).unwrap_or(u32::MAX));
    if let Some(text) = response.header("retry-after") {
        return text.trim().parse().ok().or_else(|| until(epoch_seconds(&text)?));
    }
    if response.header("x-ratelimit-remaining").as_deref() != Some("0") {
        return None;
    }
    until(response.header("x-ratelimit-reset")?.trim().parse().ok()?)
}

/// Seconds since 1970 of an HTTP date in its one current form, `Sun, 06 Nov 1994 08:49:37 GMT`.
fn epoch_seconds(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = date.trim().split_once(", ")?.1.split([' ', ':']);
    let number = |parts: &mut dyn Iterator<Item = &str>| parts.next()?.parse::<u64>().ok();
    let day = number(&mut parts)?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|known| *known == name)? as u64 + 1;
    let (year, hour, minute, second) =
        (number(&mut parts)?, number(&mut parts)?, number(&mut parts)?, number(&mut parts)?);
    Some(((days_since_1970(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days of a date of the Gregorian calendar since 1970-01-01.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    // Years are counted from March, so that the leap day is their last.
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day.checked_sub(1)?;
    (year * 365 + year / 4 - year / 100 + year / 400 + day_of_year).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read_to_the_second() {
        assert_eq!(epoch_seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(epoch_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(epoch_seconds("Thu, 29 Feb 2024 12:00:00 GMT"), Some(1_709_208_000));
        assert_eq!(epoch_seconds("soon"), None);
    }
}
