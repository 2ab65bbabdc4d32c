//! The list of actions. What is not here is neither served nor documented.

use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::action::{
    get_connection, get_metric, get_run, get_workspace, list_connections, list_metrics, list_plugins, list_runs, livez,
    openapi, readyz,
};

/// All of them. `openapi` is only documented here: its handler needs the finished document.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(crate::openapi::Document::openapi())
        .routes(routes!(list_metrics::list_metrics))
        .routes(routes!(get_metric::get_metric))
        .routes(routes!(list_connections::list_connections))
        .routes(routes!(get_connection::get_connection))
        .routes(routes!(list_runs::list_runs))
        .routes(routes!(get_run::get_run))
        .routes(routes!(list_plugins::list_plugins))
        .routes(routes!(get_workspace::get_workspace))
        .routes(routes!(livez::livez))
        .routes(routes!(readyz::readyz))
        .merge(openapi::documented())
}
