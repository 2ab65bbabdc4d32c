//! What the API asks of the rest of the house. The server implements these traits over the store and the metrics.
//!
//! The rule: a method that reads a workspace takes an [`Authorized`] proof of the permission it needs and answers for
//! [`Authorized::workspace`] alone. What is another workspace's is answered like what is not there.

use std::error::Error;
use std::pin::Pin;

use domain::{ConnectionId, RunId};

use crate::{
    AnyToken, AuthenticateError, Authorized, Check, Connection, ConnectionSummary, ConnectionsRead, MetricAnswer,
    MetricInfo, MetricQuery, MetricsRead, PlainToken, Plugin, PluginsRead, Principal, Run, RunSummary, RunsRead,
    Workspace,
};

/// An answer that is on its way.
pub type Pending<'a, T, E = PortError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Why a port has no answer. What is not there is no error: those methods answer `None`.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The answer would have more points than [`MetricQuery::MAX_POINTS`].
    #[error("the answer has more than {most} points", most = MetricQuery::MAX_POINTS)]
    TooManyPoints,
    /// Not now: starting, stopping or overloaded. The client is told to come back.
    #[error("not available now")]
    Unavailable,
    /// Ours to mend. Logged, and never shown to the client.
    #[error("the backend failed")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

/// All ports together.
pub trait Backend:
    Authenticate + Workspaces + Metrics + Connections + Runs + Plugins + Readiness + Send + Sync + 'static
{
}

impl<T> Backend for T where
    T: Authenticate + Workspaces + Metrics + Connections + Runs + Plugins + Readiness + Send + Sync + 'static
{
}

/// Who sends this?
pub trait Authenticate {
    /// The principal of this token, or why it is not accepted.
    fn authenticate<'a>(&'a self, token: &'a PlainToken) -> Pending<'a, Principal, AuthenticateError>;
}

/// The caller's workspace.
pub trait Workspaces {
    /// Its name and time zone.
    fn get_workspace<'a>(&'a self, caller: &'a Authorized<AnyToken>) -> Pending<'a, Workspace>;
}

/// Metrics and their figures.
pub trait Metrics {
    /// Every metric of the registry, in its order.
    fn catalogue(&self) -> &[MetricInfo];

    /// A text that changes whenever any figure of the workspace may have changed.
    fn data_version<'a>(&'a self, caller: &'a Authorized<MetricsRead>) -> Pending<'a, String>;

    /// The figures. The metric is in the catalogue, and has the grain that is asked for.
    fn query<'a>(&'a self, caller: &'a Authorized<MetricsRead>, query: &'a MetricQuery) -> Pending<'a, MetricAnswer>;
}

/// Connections of the caller's workspace.
pub trait Connections {
    /// Connections by id, oldest first, from after `slice.after`.
    fn list_connections<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        slice: Slice<ConnectionId>,
    ) -> Pending<'a, Vec<ConnectionSummary>>;

    /// One connection, or `None`.
    fn find_connection<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        id: ConnectionId,
    ) -> Pending<'a, Option<Connection>>;
}

/// Runs of the caller's connections.
pub trait Runs {
    /// Runs by id, newest first, from after (older than) `query.slice.after`; `None` where `query.connection` is none
    /// of the workspace's.
    fn list_runs<'a>(
        &'a self,
        caller: &'a Authorized<RunsRead>,
        query: RunsQuery,
    ) -> Pending<'a, Option<Vec<RunSummary>>>;

    /// One run, or `None`.
    fn find_run<'a>(&'a self, caller: &'a Authorized<RunsRead>, id: RunId) -> Pending<'a, Option<Run>>;
}

/// Installed plugins.
pub trait Plugins {
    /// The plugins that the caller's workspace may use, by id.
    fn list_plugins<'a>(&'a self, caller: &'a Authorized<PluginsRead>) -> Pending<'a, Vec<Plugin>>;
}

/// Whether requests can be served.
pub trait Readiness {
    /// What was checked. Ready when every check is good.
    fn check(&self) -> Pending<'_, Vec<Check>>;
}

/// A stretch of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice<T> {
    /// The last item that the client has.
    pub after: Option<T>,
    /// The most items to answer with. One more than a page holds, so that the API sees whether another follows.
    pub limit: usize,
}

/// Which runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunsQuery {
    /// Those of one connection.
    pub connection: Option<ConnectionId>,
    /// The stretch.
    pub slice: Slice<RunId>,
}
