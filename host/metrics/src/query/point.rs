//! One value of a series, and all that has to be said with it.

use std::collections::{BTreeMap, BTreeSet};

use domain::Day;
use domain::rollup::Bucket;
use serde::Serialize;

use super::QueryError;
use super::interval::Period;
use crate::reason::Reason;
use crate::registry::{Aggregation, Metric};
use crate::samples::{Method, RELATIVE_ERROR, Samples};

/// The value of one interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// Whether the window cuts off a part of the week or month.
    pub partial: bool,
    /// The value, in the metric's unit: the median of a distribution; none where it is unknown.
    pub value: Option<f64>,
    /// The 90th percentile of a distribution.
    pub p90: Option<f64>,
    /// How many known inputs it comes from.
    pub n: u64,
    /// Which share of the inputs was known; none where there were none.
    pub coverage: Option<f64>,
    /// How many inputs were unknown, by reason.
    pub unknown: Vec<UnknownCount>,
    /// Why there is no value: `no-data` where nothing was observed, else the most frequent reason of the inputs.
    pub reason: Option<String>,
    /// How it was computed.
    pub method: Method,
    /// How far off it may be, relative to the exact value; none where it is exact.
    pub relative_error: Option<f64>,
}

/// How many inputs were unknown for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownCount {
    /// The reason.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// What an aggregation makes of the known inputs.
struct Value {
    value: Option<f64>,
    p90: Option<f64>,
    method: Method,
}

impl Value {
    const fn exact(value: f64) -> Self {
        Self { value: Some(value), p90: None, method: Method::Exact }
    }
}

impl Point {
    pub(super) fn of(metric: &Metric, period: Period, buckets: &[&Bucket]) -> Result<Self, QueryError> {
        let n: u64 = buckets.iter().map(|bucket| bucket.known).sum();
        let unknown = unknown(buckets);
        let inputs = n + unknown.iter().map(|unknown| unknown.count).sum::<u64>();
        let Value { value, p90, method } = match n {
            0 => Value { value: None, p90: None, method: Method::Exact },
            _ => value(metric.aggregation, n, buckets)?,
        };
        let reason = value.is_none().then(|| main_reason(&unknown));
        let Period { from, to, partial } = period;
        Ok(Self {
            from,
            to,
            partial,
            value,
            p90,
            n,
            coverage: (inputs > 0).then(|| share(n, inputs)),
            unknown,
            reason,
            method,
            relative_error: (method == Method::Sketch).then_some(RELATIVE_ERROR),
        })
    }
}

impl Point {
    /// The point of a level, from the samples of its days.
    pub(super) fn of_levels(period: Period, levels: &[f64]) -> Self {
        let Period { from, to, partial } = period;
        let all = Samples::from_values(levels.to_vec());
        let (value, n) = (all.percentile(0.5), levels.len() as u64);
        Self {
            from,
            to,
            partial,
            value,
            p90: all.percentile(0.9),
            n,
            coverage: value.map(|_| 1.0),
            unknown: Vec::new(),
            reason: value.is_none().then(|| main_reason(&[])),
            method: all.method(),
            relative_error: (all.method() == Method::Sketch).then_some(RELATIVE_ERROR),
        }
    }
}

fn value(aggregation: Aggregation, n: u64, buckets: &[&Bucket]) -> Result<Value, QueryError> {
    let sum = || buckets.iter().map(|bucket| bucket.sum).sum::<f64>();
    Ok(match aggregation {
        // A level never comes here: its days are added up to samples first.
        Aggregation::Count | Aggregation::Sum | Aggregation::Level => Value::exact(sum()),
        Aggregation::Ratio => Value::exact(sum() / double(n)),
        Aggregation::PersonDays => {
            let marked = buckets.iter().filter(|bucket| bucket.known > 0);
            let days: BTreeSet<_> = marked.map(|bucket| (&bucket.key, bucket.day)).collect();
            Value::exact(double(days.len() as u64))
        }
        Aggregation::Distribution => {
            let all = merged(buckets)?;
            Value { value: all.percentile(0.5), p90: all.percentile(0.9), method: all.method() }
        }
    })
}

fn merged(buckets: &[&Bucket]) -> Result<Samples, QueryError> {
    let broken =
        |bucket: &Bucket, source| QueryError::Bucket { metric: bucket.metric.clone(), day: bucket.day, source };
    let mut parts = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        // Merged alone first, so that a sketch of another bound is told of its bucket.
        let part = Samples::decode(&bucket.samples).and_then(|part| Samples::merge([part]));
        parts.push(part.map_err(|source| broken(bucket, source))?);
    }
    Samples::merge(parts).map_err(|source| broken(buckets[0], source))
}

fn unknown(buckets: &[&Bucket]) -> Vec<UnknownCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, count) in buckets.iter().flat_map(|bucket| &bucket.unknown) {
        *counts.entry(reason).or_default() += count;
    }
    counts.into_iter().map(|(reason, count)| UnknownCount { reason: reason.to_owned(), count }).collect()
}

/// The most frequent reason, the first by name among equals.
fn main_reason(unknown: &[UnknownCount]) -> String {
    let most = unknown.iter().rev().max_by_key(|unknown| unknown.count);
    most.map_or_else(|| Reason::NoData.as_str().to_owned(), |unknown| unknown.reason.clone())
}

fn share(part: u64, whole: u64) -> f64 {
    double(part) / double(whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
const fn double(count: u64) -> f64 {
    count as f64
}
