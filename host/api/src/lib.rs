//! The HTTP API: what a client may ask, how it is answered, and how it is refused.
//!
//! The only crate that knows axum. It reaches data through [`Backend`], a set of small ports that the server implements,
//! and every port that touches a workspace takes an [`Authorized`] proof, which carries the workspace and which only this
//! crate's authenticator makes. The workspace is therefore never a parameter.
//!
//! To add an action: write `action/VERB_NOUN.rs` with its parameters, answer, handler, documentation and tests; add the
//! port method that it needs; name it in `routes.rs`; give it a row in the test matrix, which fails until
//! you do.

#![forbid(unsafe_code)]

mod action;
mod authorized;
mod conditional;
mod config;
mod cursor;
mod edge;
mod moment;
mod openapi;
mod parameters;
mod port;
mod problem;
mod routes;
mod scope;
mod serve;
mod token;

#[cfg(test)]
mod fake;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
mod matrix;

use std::sync::Arc;

pub use action::get_connection::{Connection, Stream};
pub use action::get_metric::{Grouping, Interval, Method, MetricAnswer, MetricQuery, Point, Series, Window};
pub use action::get_run::{
    EgressSummary, Run, RunBudget, RunCall, RunError, RunFault, RunLogLine, RunSigner, RunStream, RunTraffic, RunUsage,
};
pub use action::get_workspace::Workspace;
pub use action::list_connections::{ConnectionState, ConnectionSummary};
pub use action::list_metrics::{Direction, MetricGrain, MetricInfo};
pub use action::list_plugins::{CapabilityList, Plugin, PluginBudget, PluginState};
pub use action::list_runs::{RunStatus, RunSummary};
pub use action::readyz::Check;
pub use authorized::Authorized;
pub use config::ApiConfig;
pub use cursor::CursorKey;
pub use moment::Moment;
pub use port::{
    Authenticate, Backend, Connections, Metrics, Pending, Plugins, PortError, Readiness, Runs, RunsQuery, Slice,
    Workspaces,
};
pub use scope::{
    AnyToken, ConnectionsRead, MetricsRead, PeopleRead, Permission, PluginsRead, RunsRead, Scope, UnknownScope,
};
pub use serve::serve;
pub use token::{AuthenticateError, PlainToken, Principal, TokenRefusal};

/// What every handler is given.
#[derive(Clone)]
struct Api {
    backend: Arc<dyn Backend>,
    config: Arc<ApiConfig>,
}

/// The API as an axum router, with its limits, its headers and its documentation.
pub fn router(backend: Arc<dyn Backend>, config: ApiConfig) -> axum::Router {
    let api = Api { backend, config: Arc::new(config) };
    let (router, document) = routes::routes().split_for_parts();
    let router = router.merge(action::openapi::route(openapi::complete(document)));
    edge::around(router, &api).with_state(api)
}

/// The OpenAPI 3.1 document that `GET /openapi.json` serves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::complete(routes::routes().into_openapi())
}
