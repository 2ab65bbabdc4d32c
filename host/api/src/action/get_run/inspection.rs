//! What a run tells those who look into it: whose code ran, where it went, what it took of each budget, where it broke.

use domain::budget::Unit;
use domain::inspection::{BudgetUse, CallName, FaultNote, Signer, StreamProgress, Traffic};
use domain::{BudgetKind, RunId};
use serde::Serialize;
use utoipa::ToSchema;

/// Who signed the package that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunSigner {
    /// The id of the publisher's key.
    pub key: String,
    /// The plugin ids that the operator lets this key sign.
    #[schema(example = "weighbridge/*")]
    pub publisher: String,
}

impl From<Signer> for RunSigner {
    fn from(Signer { key, publisher }: Signer) -> Self {
        Self { key, publisher }
    }
}

/// One call of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunCall {
    /// The run's id and the call's number in it.
    #[schema(example = "run_0198c0de000070008000000000000001/7")]
    pub id: String,
    /// The export that was called: `streams` or `pull`.
    #[schema(example = "pull")]
    pub export: String,
    /// The stream that was pulled.
    #[schema(required)]
    pub stream: Option<String>,
    /// The page of this stream in the run, from 1.
    #[schema(required)]
    pub page: Option<u32>,
}

impl RunCall {
    fn of(run: RunId, CallName { number, export, stream, page }: CallName) -> Self {
        Self { id: format!("{run}/{number}"), export, stream, page }
    }
}

/// What a run used of one budget.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunBudget {
    /// The budget, as manifests name it.
    #[schema(value_type = String, example = "cpu_ms")]
    pub budget: BudgetKind,
    /// `milliseconds`, `bytes` or `count`.
    pub unit: &'static str,
    /// The most that one call used, or asked for where it was stopped for it.
    pub used: u64,
    /// What that call might use.
    pub limit: u32,
    /// The share of the limit that was used: 1 for all of it.
    pub share: f64,
    /// Who decided on the limit: `default`, `manifest`, `plugin`, `workspace`, `plugin-in-workspace` or `ceiling`.
    #[schema(value_type = String, example = "manifest")]
    pub origin: domain::budget::limits::Origin,
    /// What the host gives at most.
    pub ceiling: u32,
    /// What all calls used together; `null` where calls do not add up.
    #[schema(required)]
    pub total: Option<u64>,
    /// The call that used the most, among those that met the budget if any did; `null` where none used any.
    #[schema(required)]
    pub call: Option<RunCall>,
    /// How many calls met the budget: were stopped for it, refused more of it, or cut off at it.
    pub met: u32,
}

impl RunBudget {
    /// As part of a run.
    #[must_use]
    pub fn of(run: RunId, used: BudgetUse) -> Self {
        let share = (used.share() * 1000.0).round() / 1000.0;
        let BudgetUse { budget, used, limit, origin, ceiling, total, call, met } = used;
        let call = call.map(|call| RunCall::of(run, call));
        Self { budget, unit: unit_word(budget.unit()), used, limit, share, origin, ceiling, total, call, met }
    }
}

/// The word of a unit.
pub(crate) const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => "milliseconds",
        Unit::Bytes => "bytes",
        Unit::Count => "count",
    }
}

/// How far a stream came in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunStream {
    /// Its name.
    #[schema(example = "issues:acme/shop")]
    pub stream: String,
    /// Committed pages.
    pub pages: u32,
    /// Records in them.
    pub records: u64,
    /// The beginning of the cursor before the first page; `null` at the beginning of the stream.
    #[schema(required)]
    pub cursor_before: Option<String>,
    /// The beginning of the cursor after the last page.
    #[schema(required)]
    pub cursor_after: Option<String>,
    /// Whether it caught up.
    pub caught_up: bool,
}

impl From<StreamProgress> for RunStream {
    fn from(progress: StreamProgress) -> Self {
        let StreamProgress { stream, pages, records, cursor_before, cursor_after, caught_up } = progress;
        Self { stream, pages, records, cursor_before, cursor_after, caught_up }
    }
}

/// The requests of one sort: to one host, by one template of the path, that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunTraffic {
    /// The host.
    #[schema(example = "api.github.com")]
    pub host: String,
    /// The method.
    #[schema(example = "GET")]
    pub method: String,
    /// The path, with what looks like a value replaced; never the query.
    #[schema(example = "/repos/acme/shop/pulls/{number}")]
    pub template: String,
    /// The status of the answers; `null` where there was none.
    #[schema(required)]
    pub status: Option<u16>,
    /// Why the first of them failed, where they did.
    #[schema(required)]
    pub error: Option<String>,
    /// How many.
    pub requests: u64,
    /// How many of them were stopped before anything was sent.
    pub refused: u64,
    /// How many repeated, within one call, a request that had failed.
    pub retries: u64,
    /// Bytes of answers, inflated.
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

impl From<Traffic> for RunTraffic {
    fn from(traffic: Traffic) -> Self {
        let Traffic { host, method, template, status, error, requests, refused, .. } = traffic;
        let Traffic { retries, bytes_in, bytes_out, p50_ms, p95_ms, max_ms, .. } = traffic;
        Self {
            host,
            method,
            template,
            status,
            error,
            requests,
            refused,
            retries,
            bytes_in,
            bytes_out,
            p50_ms,
            p95_ms,
            max_ms,
        }
    }
}

/// What the plugin did wrong in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunFault {
    /// The plugin and its version.
    #[schema(example = "weighbridge/github 1.4.0")]
    pub plugin: String,
    /// The call.
    pub call: RunCall,
    /// What it did, and the budget that it met with its value and its ceiling.
    pub message: String,
    /// The budget that it met, if it was one.
    #[schema(value_type = Option<String>, required)]
    pub budget: Option<BudgetKind>,
    /// Where the guest stood, innermost first, names demangled: data of a third party, escaped.
    pub frames: Vec<String>,
}

impl RunFault {
    /// As part of a run of this plugin.
    #[must_use]
    pub fn of(run: RunId, plugin: String, fault: FaultNote) -> Self {
        let FaultNote { call, message, budget, frames } = fault;
        Self { plugin, call: RunCall::of(run, call), message, budget, frames }
    }
}
