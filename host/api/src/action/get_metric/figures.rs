//! The figures themselves.

use std::collections::BTreeMap;

use domain::Day;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Moment;

/// What the metrics answer to a query.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetricAnswer {
    /// One series for each thing that was grouped by; a single one without grouping.
    pub series: Vec<Series>,
    /// The version of the data that the figures were computed from. The same query and version give the same figures.
    pub data_version: String,
    /// When the newest data in the figures came: the same for one data version.
    pub computed_at: Moment,
}

/// The figures of one thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Series {
    /// What they are about: the id of the repository, person or team; empty for the workspace.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// One point for each interval of the window, in order. An interval without data has a point without a value.
    pub points: Vec<Point>,
}

/// One figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Point {
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-03-02")]
    pub start: Day,
    /// The last day.
    #[schema(value_type = String, format = Date, example = "2026-03-08")]
    pub end: Day,
    /// Whether the window cuts off a part of the week or month.
    pub partial: bool,
    /// The value, in the metric's unit; `null` where it is unknown, never 0 for that.
    #[schema(required)]
    pub value: Option<f64>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "no-data")]
    pub reason: Option<String>,
    /// The 90th percentile of the inputs, where the metric is a median.
    #[schema(required)]
    pub p90: Option<f64>,
    /// How many inputs were known.
    pub n: u64,
    /// The share of the inputs that was known, 0 to 1; `null` where there was none.
    #[schema(required, minimum = 0, maximum = 1)]
    pub coverage: Option<f64>,
    /// How many inputs were unknown, by reason.
    pub unknown: BTreeMap<String, u64>,
    /// How the value was put together from its inputs.
    pub method: Method,
    /// How far off the value may be, relative to the exact one; `null` where it is exact.
    #[schema(required)]
    pub relative_error: Option<f64>,
}

/// How a value was put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// From all inputs.
    Exact,
    /// From a sketch of their distribution.
    Sketch,
}
