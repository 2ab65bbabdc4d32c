//! How many points a series has, known before any is made.

use jiff::civil::Date;
use metrics::{Interval, Window};

/// Days from a Monday to 1970-01-01, which was a Thursday.
const MONDAY: i32 = 3;

/// The points that one series has in this window.
pub(super) fn count(interval: Interval, window: Window) -> usize {
    let (from, to) = (window.from(), window.to());
    let last = match interval {
        Interval::Total => 0,
        Interval::Day => to.number() - from.number(),
        Interval::Week => (to.number() + MONDAY).div_euclid(7) - (from.number() + MONDAY).div_euclid(7),
        Interval::Month => month(to.date()) - month(from.date()),
    };
    usize::try_from(last + 1).unwrap_or(usize::MAX)
}

fn month(date: Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month())
}

#[cfg(test)]
mod tests {
    use domain::Day;
    use metrics::{Group, Query, registry};

    use super::*;

    #[test]
    fn as_many_points_are_counted_as_are_made() {
        let commits = registry::find_metric("commits").expect("a metric");
        for from in (-400..400).step_by(13) {
            for days in [0, 1, 5, 6, 7, 8, 30, 31, 62, 730] {
                let from = Day::from_number(from);
                let window = Window::new(from, from.plus(days)).expect("a window");
                for interval in [Interval::Total, Interval::Day, Interval::Week, Interval::Month] {
                    let query = Query { window, interval, group: Group::None };
                    let answer = metrics::query(commits, &query, &[], &[]).expect("an answer");
                    assert_eq!(count(interval, window), answer.series[0].points.len(), "{interval:?} {window:?}");
                }
            }
        }
    }
}
