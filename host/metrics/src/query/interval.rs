//! Windows of days, and the periods that they are cut into.

use domain::Day;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

/// From one day to another, both in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    from: Day,
    to: Day,
}

/// Why two days are no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// The end lies before the start.
    #[error("the window ends on {to}, before it starts on {from}")]
    Backwards {
        /// The start.
        from: Day,
        /// The end.
        to: Day,
    },
    /// Longer than [`Window::MAX_DAYS`].
    #[error("the window has {days} days: ask for at most {}", Window::MAX_DAYS)]
    TooLong {
        /// How long it is.
        days: i64,
    },
}

impl Window {
    /// The longest window: ten years.
    pub const MAX_DAYS: i64 = 3_660;

    /// From `from` to `to`, both in it.
    ///
    /// # Errors
    /// The end lies before the start, or the window is too long.
    pub fn new(from: Day, to: Day) -> Result<Self, WindowError> {
        let days = i64::from(to.number()) - i64::from(from.number()) + 1;
        match days {
            ..=0 => Err(WindowError::Backwards { from, to }),
            days if days > Self::MAX_DAYS => Err(WindowError::TooLong { days }),
            _ => Ok(Self { from, to }),
        }
    }

    /// Its first day.
    #[must_use]
    pub const fn from(self) -> Day {
        self.from
    }

    /// Its last day.
    #[must_use]
    pub const fn to(self) -> Day {
        self.to
    }

    /// Whether the day is in it.
    #[must_use]
    pub fn has(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

/// One point for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// The whole window.
    #[default]
    Total,
    /// Each day.
    Day,
    /// Each week from Monday to Sunday (ISO 8601).
    Week,
    /// Each month of the calendar.
    Month,
}

/// The days of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Day,
    pub(super) to: Day,
    /// Whether the window cuts it off.
    pub(super) partial: bool,
}

impl Interval {
    /// How many points a series of this window has.
    #[must_use]
    pub fn count(self, window: Window) -> usize {
        self.periods(window).len()
    }

    /// The window, cut up: every day is in one period, and the first and last may be shorter than the others.
    pub(super) fn periods(self, window: Window) -> Vec<Period> {
        let mut periods = Vec::new();
        let mut from = window.from;
        while from <= window.to {
            let (start, end) = self.around(from, window);
            let to = end.min(window.to);
            periods.push(Period { from, to, partial: start < from || to < end });
            from = to.plus(1);
        }
        periods
    }

    /// The whole interval that the day is in.
    fn around(self, day: Day, window: Window) -> (Day, Day) {
        let date = day.date();
        match self {
            Self::Total => (window.from, window.to),
            Self::Day => (day, day),
            Self::Week => {
                let monday = day.plus(-i32::from(date.weekday().to_monday_zero_offset()));
                (monday, monday.plus(6))
            }
            Self::Month => {
                let first = date.first_of_month();
                (first.into(), Day::from(first.saturating_add(1.month())).plus(-1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        Window::new(from.parse().expect("a day"), to.parse().expect("a day")).expect("a window")
    }

    fn cut(interval: Interval, window: Window) -> Vec<String> {
        let periods = interval.periods(window).into_iter();
        periods.map(|p| format!("{}..{}{}", p.from, p.to, if p.partial { " partial" } else { "" })).collect()
    }

    #[test]
    fn weeks_start_on_monday_also_across_a_new_year() {
        let window = window("2025-12-27", "2026-01-11");
        assert_eq!(
            cut(Interval::Week, window),
            ["2025-12-27..2025-12-28 partial", "2025-12-29..2026-01-04", "2026-01-05..2026-01-11"]
        );
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let window = window("2024-01-31", "2024-03-30");
        assert_eq!(
            cut(Interval::Month, window),
            ["2024-01-31..2024-01-31 partial", "2024-02-01..2024-02-29", "2024-03-01..2024-03-30 partial"]
        );
        assert_eq!(cut(Interval::Total, window), ["2024-01-31..2024-03-30"]);
        assert_eq!(cut(Interval::Day, window).len(), 60);
    }

    #[test]
    fn windows_run_forwards_and_have_an_end() {
        let day = Day::from_number;
        assert!(matches!(Window::new(day(2), day(1)), Err(WindowError::Backwards { .. })));
        assert_eq!(Window::new(day(i32::MIN), day(i32::MAX)), Err(WindowError::TooLong { days: 1 << 32 }));
        assert!(Window::new(day(1), day(1)).is_ok());
    }
}
