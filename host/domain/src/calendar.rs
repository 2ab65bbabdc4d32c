//! Days. A day is a civil date in some time zone; its number counts from 1970-01-01.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::Instant;

/// A civil date, as its number of days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

const EPOCH: Date = date(1970, 1, 1);

impl Day {
    /// The day of this number.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The day that a clock of this zone shows at this instant.
    #[must_use]
    pub fn of(instant: Instant, zone: &TimeZone) -> Self {
        Self::from(instant.timestamp().to_zoned(zone.clone()).date())
    }

    /// From the first instant of the day to the first of the next, by the rules of the zone: 23, 24 or 25 hours.
    #[must_use]
    pub fn bounds(self, zone: &TimeZone) -> (Instant, Instant) {
        let start = |day: Self| {
            day.date().to_zoned(zone.clone()).map_or(Instant::from_micros(i64::MAX), |start| start.timestamp().into())
        };
        (start(self), start(self.plus(1)))
    }

    /// So many days later, or earlier.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The civil date; days out of range become the nearest.
    #[must_use]
    pub fn date(self) -> Date {
        EPOCH.checked_add(self.0.days()).unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let days = date.duration_since(EPOCH).as_secs() / SignedDuration::from_hours(24).as_secs();
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date such as `2026-03-01`")]
pub struct DayError(String);

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        text.parse::<Date>().map(Self::from).map_err(|_| DayError(text.chars().take(64).collect()))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_hours_that_its_zone_gives_it() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let hours = |day: &str| {
            let (start, end) = day.parse::<Day>().expect("a day").bounds(&berlin);
            end.seconds_since(start) / 3600.0
        };
        assert_eq!((hours("2026-03-29"), hours("2026-06-01"), hours("2026-10-25")), (23.0, 24.0, 25.0));
    }

    #[test]
    fn the_day_of_an_instant_is_the_zones() {
        let late: Instant = "2026-03-01T23:30:00Z".parse().expect("an instant");
        let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
        assert_eq!(Day::of(late, &TimeZone::UTC).to_string(), "2026-03-01");
        assert_eq!(Day::of(late, &tokyo).to_string(), "2026-03-02");
        assert_eq!(Day::of("1969-12-31T12:00:00Z".parse().expect("an instant"), &TimeZone::UTC).number(), -1);
    }
}
