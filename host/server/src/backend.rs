//! The API's ports, over the store and the metrics.
//!
//! One file per port: the reading as a plain function of the store and a workspace, and the port around it, which takes
//! the workspace from the caller's proof and from nowhere else. `figures` is the one road from a metric
//! question to an answer, for the API and for the command line.
//!
//! To add a port: its trait in the API, its file here, its name in the list below.

mod authenticate;
mod catalogue;
pub(crate) mod connections;
pub(crate) mod figures;
mod metrics;
mod plugins;
mod readiness;
pub(crate) mod runs;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod workspaces;

use std::error::Error;

use api::{MetricInfo, PortError};
use domain::Budget;
use serde::Serialize;
use serde_json::Value;
use store::Store;

/// What the API stands on.
#[derive(Debug, Clone)]
pub struct StoreBackend {
    store: Store,
    catalogue: Vec<MetricInfo>,
    ceiling: Budget,
}

impl StoreBackend {
    /// The ports over this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, catalogue: catalogue::catalogue(), ceiling: Budget::CEILING }
    }

    /// The same on a host that gives calls no more than this.
    #[must_use]
    pub fn with_ceiling(self, ceiling: Budget) -> Self {
        Self { ceiling, ..self }
    }
}

/// An error that is ours to mend: logged by the API, and never shown.
fn fault(error: impl Error + Send + Sync + 'static) -> PortError {
    PortError::Fault(Box::new(error))
}

/// The word that serde gives a value; empty for a value that has none.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
