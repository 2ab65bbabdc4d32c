//! Levels: how many there are at the end of each day, from how much each day changes it.
//!
//! Every day is one sample. A thing has samples from its first change on, up to the last day whose end the records have
//! seen: what is later is not known, however long nothing has changed. A team's sample is the sum over those who are in it
//! on that day.

use std::collections::{BTreeMap, BTreeSet};

use domain::Day;
use domain::rollup::Bucket;

use super::group::Keys;
use super::interval::Period;

/// The samples of each series and period.
pub(super) type Samples<'a> = BTreeMap<(&'a str, usize), Vec<f64>>;

/// Samples of the days of these periods, until `seen_until`.
pub(super) fn samples<'a>(
    keys: &Keys<'a>,
    buckets: &[&'a Bucket],
    periods: &[Period],
    seen_until: Option<Day>,
) -> Samples<'a> {
    let (Some(first), Some(last), Some(seen_until)) = (periods.first(), periods.last(), seen_until) else {
        return Samples::new();
    };
    let mut changes: BTreeMap<&str, BTreeMap<Day, f64>> = BTreeMap::new();
    for bucket in buckets {
        *changes.entry(&bucket.key).or_default().entry(bucket.day).or_default() += bucket.sum;
    }
    let mut days: BTreeMap<(&str, Day), f64> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    for (key, changes) in &changes {
        for (day, level) in levels(changes, first.from, last.to.min(seen_until)) {
            for series in keys.of(key, day) {
                *days.entry((series, day)).or_default() += level;
                if level != 0.0 || changes.contains_key(&day) {
                    shown.insert(series);
                }
            }
        }
    }
    let mut samples = Samples::new();
    // What had nothing in progress all the time, and no change, is no series of its own.
    for ((series, day), level) in
        days.into_iter().filter(|((series, _), _)| series.is_empty() || shown.contains(series))
    {
        let period = periods.partition_point(|period| period.to < day);
        samples.entry((series, period)).or_default().push(level);
    }
    samples
}

/// The level at the end of each day from `from` to `to`, from the day of the first change on.
fn levels(changes: &BTreeMap<Day, f64>, from: Day, to: Day) -> impl Iterator<Item = (Day, f64)> {
    let start = changes.keys().next().map_or(to.plus(1), |first| from.max(*first));
    let mut level: f64 = changes.range(..start).map(|(_, change)| change).sum();
    (start.number()..=to.number()).map(Day::from_number).map(move |day| {
        level += changes.get(&day).copied().unwrap_or_default();
        (day, level)
    })
}
