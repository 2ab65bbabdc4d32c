//! The actions, one file each: parameters, answer, handler, documentation and tests together.

pub(crate) mod get_connection;
pub(crate) mod get_metric;
pub(crate) mod get_run;
pub(crate) mod get_workspace;
pub(crate) mod list_connections;
pub(crate) mod list_metrics;
pub(crate) mod list_plugins;
pub(crate) mod list_runs;
pub(crate) mod livez;
pub(crate) mod openapi;
pub(crate) mod readyz;
