//! Metrics and their figures, as the API gives them.

use api::{
    Authorized, Grouping, MetricAnswer, MetricInfo, MetricQuery, Metrics, MetricsRead, Pending, Point, PortError,
    Series,
};
use domain::WorkspaceId;
use metrics::query::UnknownCount;
use metrics::registry::find_metric;
use metrics::{Answer, Group, Interval, Query, Window};
use store::{Store, StoreError, version, workspaces};

use super::figures::{Figures, FiguresError, figures};
use super::{StoreBackend, fault};

impl Metrics for StoreBackend {
    fn catalogue(&self) -> &[MetricInfo] {
        &self.catalogue
    }

    fn data_version<'a>(&'a self, caller: &'a Authorized<MetricsRead>) -> Pending<'a, String> {
        Box::pin(async {
            let read = async |tx: &mut store::WorkspaceRead| version::current(tx).await;
            let version = self.store.workspace_read(caller.workspace(), "read the data version", read).await;
            Ok(version.map_err(fault)?.to_string())
        })
    }

    fn query<'a>(&'a self, caller: &'a Authorized<MetricsRead>, query: &'a MetricQuery) -> Pending<'a, MetricAnswer> {
        Box::pin(answer(&self.store, caller.workspace(), query))
    }
}

async fn answer(store: &Store, workspace: WorkspaceId, query: &MetricQuery) -> Result<MetricAnswer, PortError> {
    // The zone is the workspace's own, which the buckets were made in.
    let MetricQuery { metric, window, time_zone: _, interval, grouping } = query;
    let metric = find_metric(metric).ok_or_else(|| PortError::Fault(format!("no metric `{metric}`").into()))?;
    let query = Query {
        window: Window::new(window.from, window.to).map_err(fault)?,
        interval: match interval {
            api::Interval::Total => Interval::Total,
            api::Interval::Day => Interval::Day,
            api::Interval::Week => Interval::Week,
            api::Interval::Month => Interval::Month,
        },
        group: match grouping {
            Grouping::None => Group::None,
            Grouping::Repository => Group::Repository,
            Grouping::Person(_) => Group::Person,
            Grouping::Team => Group::Team,
        },
    };
    let figures = figures(store, workspace, metric, &query).await?;
    let Figures { data_version, behind, .. } = figures;
    tracing::debug!(workspace.id = %workspace, metric = metric.id, data_version, behind, "metrics.figures.read");
    let computed_at = match figures.newest_page {
        Some(at) => at,
        None => made_at(store, workspace).await.map_err(fault)?,
    };
    Ok(MetricAnswer {
        data_version: data_version.to_string(),
        computed_at: computed_at.into(),
        series: series(figures),
    })
}

/// What nothing has ever come into is as it was made.
async fn made_at(store: &Store, workspace: WorkspaceId) -> Result<domain::Instant, StoreError> {
    let found = store.system_read("find a workspace", async |tx| workspaces::get(tx, workspace).await).await?;
    Ok(found.created_at)
}

impl From<FiguresError> for PortError {
    fn from(error: FiguresError) -> Self {
        match error {
            FiguresError::TooManyPoints { .. } => Self::TooManyPoints,
            FiguresError::Store(error) => fault(error),
            FiguresError::Query(error) => fault(error),
        }
    }
}

fn series(mut figures: Figures) -> Vec<Series> {
    let Answer { series, .. } = &mut figures.answer;
    let found = std::mem::take(series).into_iter().map(|metrics::Series { key, name: _, points }| {
        let key = key.unwrap_or_default();
        let label = figures.label(&key).to_owned();
        Series { key, label, points: points.into_iter().map(point).collect() }
    });
    found.collect()
}

fn point(point: metrics::Point) -> Point {
    // Destructured whole, so that a part that is forgotten does not compile.
    let metrics::Point { from, to, partial, value, p90, n, coverage, unknown, reason, method, relative_error } = point;
    Point {
        start: from,
        end: to,
        partial,
        value,
        reason,
        p90,
        n,
        coverage,
        unknown: unknown.into_iter().map(|UnknownCount { reason, count }| (reason, count)).collect(),
        method: match method {
            metrics::Method::Exact => api::Method::Exact,
            metrics::Method::Sketch => api::Method::Sketch,
        },
        relative_error,
    }
}
