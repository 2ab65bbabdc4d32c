//! What a run's record tells those who look into it: whose code ran, what it was allowed, where it went, what it took of
//! each budget, and where it broke. Every list is bounded by whoever fills it; everything a guest had a say in is escaped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::budget::BudgetKind;
use crate::budget::limits::Origin;
use crate::{Capabilities, RecordKind};

/// The record of one run beyond its sums.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inspection {
    /// Who signed what ran.
    pub signer: Option<Signer>,
    /// What the operator had granted.
    pub granted: Capabilities,
    /// What was used of each budget, in the order of [`BudgetKind::ALL`].
    pub budgets: Vec<BudgetUse>,
    /// Accepted records by kind.
    pub kinds: BTreeMap<RecordKind, u64>,
    /// How far each stream came.
    pub streams: Vec<StreamProgress>,
    /// Where requests went.
    pub traffic: Vec<Traffic>,
    /// What the plugin did wrong.
    pub faults: Vec<FaultNote>,
}

/// Who signed a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The id of the key.
    pub key: String,
    /// The plugin ids that the operator lets it sign, which is how a publisher is named.
    pub publisher: String,
}

/// One call of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallName {
    /// Its number in the run, from 1; with the run's id it names the call.
    pub number: u32,
    /// The export.
    pub export: String,
    /// The stream that was pulled.
    #[serde(default)]
    pub stream: Option<String>,
    /// The page of the stream in this run, from 1.
    #[serde(default)]
    pub page: Option<u32>,
}

/// What a run used of one budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetUse {
    /// Which.
    pub budget: BudgetKind,
    /// The most that one call used, or asked for where it was stopped for it.
    pub used: u64,
    /// What that call might use.
    pub limit: u32,
    /// Who decided on it.
    pub origin: Origin,
    /// The host's ceiling.
    pub ceiling: u32,
    /// What all calls used together, where they add up.
    pub total: Option<u64>,
    /// The call that used the most, among those that met it if any did; none where nothing was used.
    pub call: Option<CallName>,
    /// How many calls met it: were stopped for it, refused more of it, or cut off at it.
    #[serde(default)]
    pub met: u32,
}

impl BudgetUse {
    /// The share of the budget that its highest call used, 1 for all of it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with three digits")]
    pub fn share(&self) -> f64 {
        match (self.used, self.limit) {
            (0, _) => 0.0,
            (used, limit) => used as f64 / f64::from(limit.max(1)),
        }
    }
}

/// How far a stream came in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamProgress {
    /// Its name.
    pub stream: String,
    /// Committed pages.
    pub pages: u32,
    /// Records in them.
    pub records: u64,
    /// The cursor before the first page, cut and escaped; none at the beginning.
    pub cursor_before: Option<String>,
    /// The cursor after the last page.
    pub cursor_after: Option<String>,
    /// Whether it caught up.
    pub caught_up: bool,
}

/// Requests of one sort: to one host, by one template of the path, that ended in one way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The host; empty where the URL could not be read.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path with its variable parts replaced.
    pub template: String,
    /// The status of the answers; none where there was none.
    pub status: Option<u16>,
    /// Why the first of them failed, where they did.
    pub error: Option<String>,
    /// How many.
    pub requests: u64,
    /// How many of them were stopped before anything was sent.
    pub refused: u64,
    /// How many repeated, in the same call, one that had failed.
    pub retries: u64,
    /// Bytes of answers.
    pub bytes_in: u64,
    /// Bytes of requests.
    pub bytes_out: u64,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: u32,
    /// Nineteen of twenty took no longer.
    pub p95_ms: u32,
    /// None took longer.
    pub max_ms: u32,
}

/// What a plugin did wrong in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultNote {
    /// The call.
    pub call: CallName,
    /// What it did, in words.
    pub message: String,
    /// The budget that it met, if it was one.
    pub budget: Option<BudgetKind>,
    /// Where it stood, innermost first, names demangled, cut and escaped.
    pub frames: Vec<String>,
}
