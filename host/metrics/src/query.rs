//! From daily buckets to the points of an answer.
//!
//! What was not observed is a gap: a point without a value and with the reason `no-data`, never a 0. Means appear nowhere:
//! medians and percentiles come from merged distributions, ratios from merged numerators and denominators. Every point says
//! how many inputs it has, what share of them was known, and how exact it is. The order of the buckets does not matter: sums
//! are of whole numbers, and distributions are merged sorted.

mod group;
mod interval;
mod level;
mod point;

use std::collections::BTreeMap;

use domain::Day;
use domain::rollup::Bucket;
use serde::{Deserialize, Serialize};

pub use group::{Member, TeamMembers};
pub use interval::{Interval, Window, WindowError};
pub use point::{Point, UnknownCount};

use crate::registry::{Aggregation, Metric};
use crate::samples::SamplesError;
use group::Keys;
use interval::Period;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// Which days.
    pub window: Window,
    /// One point for what.
    pub interval: Interval,
    /// One series for what.
    pub group: Group,
}

/// One series for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The whole workspace.
    #[default]
    None,
    /// Each repository.
    Repository,
    /// Each person.
    Person,
    /// Each team, from its members on each day.
    Team,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The metric's id.
    pub metric: &'static str,
    /// The version of its formula.
    pub formula_version: String,
    /// Which days.
    pub window: Window,
    /// One point for what.
    pub interval: Interval,
    /// One series for what.
    pub group: Group,
    /// The series, ordered by key.
    pub series: Vec<Series>,
}

/// The points of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// The repository, person or team; none for the workspace.
    pub key: Option<String>,
    /// The team's name.
    pub name: Option<String>,
    /// One point for every interval of the window, in order, also where there is nothing.
    pub points: Vec<Point>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The metric does not exist in this grain.
    #[error("`{metric}` cannot be grouped by {group:?}: it is not kept for that grain")]
    Group {
        /// The metric.
        metric: &'static str,
        /// What was asked.
        group: Group,
    },
    /// A stored distribution cannot be read.
    #[error("the bucket of `{metric}` on {day} cannot be read: recompute that day")]
    Bucket {
        /// The bucket's metric.
        metric: String,
        /// The bucket's day.
        day: Day,
        /// What is wrong with it.
        #[source]
        source: SamplesError,
    },
}

/// What an answer is made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The buckets that [`Metric::reads`] names, from [`Metric::reads_since`] on; others are passed over.
    pub buckets: &'a [Bucket],
    /// The teams, for [`Group::Team`].
    pub teams: &'a [TeamMembers],
    /// The last day whose end the records have seen, for levels: whether what was open then still is, only later records
    /// can say.
    pub seen_until: Option<Day>,
}

/// Answers from what has been counted.
///
/// # Errors
/// The metric is not kept for that group, or a bucket is broken.
pub fn query(metric: &'static Metric, query: &Query, inputs: &Inputs<'_>) -> Result<Answer, QueryError> {
    let Query { window, interval, group } = *query;
    let reads = metric.reads(group);
    if reads.is_empty() {
        return Err(QueryError::Group { metric: metric.id, group });
    }
    let Inputs { buckets, teams, seen_until } = *inputs;
    let periods = interval.periods(window);
    let keys = Keys::new(group, teams);
    let read = |bucket: &&Bucket| reads.iter().any(|read| read.metric == bucket.metric && read.grain == bucket.grain);
    let read: Vec<&Bucket> = buckets.iter().filter(read).collect();
    let series = if metric.aggregation == Aggregation::Level {
        let samples = level::samples(&keys, &read, &periods, seen_until);
        series(group, keys, &periods, &samples, |period, samples| Ok(Point::of_levels(period, samples)))
    } else {
        let mut cells: BTreeMap<(&str, usize), Vec<&Bucket>> = BTreeMap::new();
        for bucket in read.into_iter().filter(|bucket| window.has(bucket.day)) {
            let period = periods.partition_point(|period| period.to < bucket.day);
            keys.of(&bucket.key, bucket.day).for_each(|key| cells.entry((key, period)).or_default().push(bucket));
        }
        series(group, keys, &periods, &cells, |period, buckets| Point::of(metric, period, buckets))
    }?;
    Ok(Answer { metric: metric.id, formula_version: metric.formula_version(), window, interval, group, series })
}

/// One series for every key, with one point for every period, from what the periods hold.
fn series<T>(
    group: Group,
    keys: Keys<'_>,
    periods: &[Period],
    cells: &BTreeMap<(&str, usize), Vec<T>>,
    point: impl Fn(Period, &[T]) -> Result<Point, QueryError>,
) -> Result<Vec<Series>, QueryError> {
    let names = keys.names(cells.keys().map(|(key, _)| *key));
    let series = names.into_iter().map(|(key, name)| {
        let points = periods
            .iter()
            .enumerate()
            .map(|(index, period)| point(*period, cells.get(&(key, index)).map_or(&[][..], Vec::as_slice)));
        let points = points.collect::<Result<_, _>>()?;
        let key = (group != Group::None).then(|| key.to_owned());
        Ok(Series { key, name: name.map(str::to_owned), points })
    });
    series.collect()
}

#[cfg(test)]
mod tests;
