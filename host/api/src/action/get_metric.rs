//! `GET /v1/metrics/{id}`: the figures of a metric in a window.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

mod figures;
mod query;

pub use figures::{Method, MetricAnswer, Point, Series};
pub use query::{Grouping, Interval, MetricQuery, Window};

use crate::conditional::{Known, Tag, not_modified, tagged};
use crate::parameters::{Id, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, MetricInfo, MetricsRead};
use query::MetricParameters;

/// The figures of a metric, with all that is needed to understand them.
#[derive(Debug, Serialize, ToSchema)]
struct MetricFigures<'a> {
    /// The metric.
    metric: &'a str,
    /// The unit of the values.
    unit: &'a str,
    /// The version of the formula.
    formula_version: &'a str,
    /// The days that were asked for.
    window: Window,
    /// The IANA time zone that days are counted in.
    time_zone: &'a str,
    /// How long each point is.
    interval: Interval,
    /// What each series is about.
    group_by: query::GroupBy,
    /// The figures.
    #[serde(flatten)]
    answer: MetricAnswer,
}

/// The figures of a metric
///
/// Values travel with the number of their inputs and the share of them that was known. `group_by=person` needs the scope
/// `people:read` besides.
#[utoipa::path(
    get,
    path = "/v1/metrics/{id}",
    tag = "metrics",
    security(("token" = ["metrics:read"])),
    params(("id" = String, Path, description = "The metric, as in the catalogue."), MetricParameters),
    responses(
        (status = 200, description = "The figures.", body = MetricFigures<'_>),
        (status = 304, description = "Not changed."),
    ),
)]
pub(crate) async fn get_metric(
    caller: Authorized<MetricsRead>,
    Id(id): Id<String>,
    Query(parameters): Query<MetricParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    let metric = api.backend.catalogue().iter().find(|metric| metric.id == id).ok_or(Problem::NotFound)?;
    let workspace = api.backend.get_workspace(&caller.any()).await?;
    let query = parameters.resolve(metric, &workspace.time_zone, (api.config.now)(), &caller)?;

    let data_version = api.backend.data_version(&caller).await?;
    let tag = tag(&caller, metric, &query, &data_version);
    if known.has(&tag) {
        return Ok(not_modified(&tag));
    }
    let answer = api.backend.query(&caller, &query).await?;
    // Asked for again: the data may have moved on since.
    let tag = self::tag(&caller, metric, &query, &answer.data_version);
    let figures = MetricFigures {
        metric: &metric.id,
        unit: &metric.unit,
        formula_version: &metric.formula_version,
        window: query.window,
        time_zone: &query.time_zone,
        interval: query.interval,
        group_by: query.grouping.word(),
        answer,
    };
    tagged(&figures, &tag)
}

/// Of the query with its defaults filled in, so that `the last 90 days` has another tag tomorrow.
fn tag(caller: &Authorized<MetricsRead>, metric: &MetricInfo, query: &MetricQuery, data_version: &str) -> Tag {
    let MetricQuery { metric: id, window, time_zone, interval, grouping } = query;
    let shape = format!("{window:?} {interval:?} {:?}", grouping.word());
    Tag::of_parts(&[
        &caller.workspace().to_string(),
        data_version,
        id,
        &metric.formula_version,
        &metric.unit,
        time_zone,
        &shape,
    ])
}

#[cfg(test)]
mod tests;
