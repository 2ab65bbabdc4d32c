//! `GET /v1/metrics`: every metric that there is.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::parameters::{NoParameters, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, MetricsRead};

/// A metric of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MetricInfo {
    /// Its id, as in the address of its figures.
    #[schema(example = "pull-request-pickup-time")]
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// The unit of its values.
    #[schema(example = "seconds")]
    pub unit: String,
    /// What it means, in a sentence or two.
    pub meaning: String,
    /// How it is computed.
    pub formula: String,
    /// The version of the formula.
    pub formula_version: String,
    /// How inputs become a value.
    #[schema(example = "distribution")]
    pub aggregation: String,
    /// The families of records that it is computed from.
    #[schema(example = json!(["pull-requests"]))]
    pub families: Vec<String>,
    /// Which values are better.
    pub direction: Direction,
    /// The metric to look at beside it, so that neither is driven up at the other's cost.
    #[schema(required)]
    pub counter_metric: Option<String>,
    /// What its values can be about.
    pub grains: Vec<MetricGrain>,
}

/// Which values of a metric are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Higher ones.
    Higher,
    /// Lower ones.
    Lower,
    /// Neither: it describes.
    Neither,
}

/// What a value can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MetricGrain {
    /// The whole workspace.
    Workspace,
    /// A repository.
    Repository,
    /// A person.
    Person,
    /// A team.
    Team,
}

/// The catalogue of metrics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricCatalogue<'a> {
    /// Every metric, in the registry's order.
    items: &'a [MetricInfo],
}

/// The catalogue of metrics
///
/// What is not in it does not exist.
#[utoipa::path(
    get,
    path = "/v1/metrics",
    tag = "metrics",
    security(("token" = ["metrics:read"])),
    responses(
        (status = 200, description = "The catalogue.", body = MetricCatalogue<'_>),
        (status = 304, description = "Not changed."),
    ),
)]
pub(crate) async fn list_metrics(
    _: Authorized<MetricsRead>,
    _: Query<NoParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    known.answer(&MetricCatalogue { items: api.backend.catalogue() }, None)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, Fake, get};

    #[tokio::test]
    async fn the_catalogue_says_how_each_metric_is_computed() {
        let answer = get(Fake::default(), "/v1/metrics", Some(ACME)).await;
        assert_eq!(answer.status, 200);
        insta::assert_json_snapshot!(answer.body);
    }
}
