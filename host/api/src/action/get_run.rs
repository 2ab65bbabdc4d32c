//! `GET /v1/runs/{id}`: what a run used, did and wrote.

mod inspection;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use domain::run::{LogLevel, LogLine, Usage};
use domain::{Digest, RecordKind, RunId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::parameters::{Id, NoParameters, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, CapabilityList, RunSummary, RunsRead};

pub(crate) use inspection::unit_word;
pub use inspection::{RunBudget, RunCall, RunFault, RunSigner, RunStream, RunTraffic};

/// A run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Run {
    /// What lists say of it.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// The SHA-256 of the package that ran.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Who signed it; `null` until the run has ended.
    #[schema(required)]
    pub signer: Option<RunSigner>,
    /// What the operator had granted.
    pub granted: CapabilityList,
    /// What all its calls together used.
    pub usage: RunUsage,
    /// What was used of each budget, by the call that used the most of it.
    pub budgets: Vec<RunBudget>,
    /// Accepted records by kind.
    #[schema(value_type = BTreeMap<String, u64>, example = json!({ "pull-request": 120 }))]
    pub kinds: BTreeMap<RecordKind, u64>,
    /// How far each stream came, the first 500.
    pub streams: Vec<RunStream>,
    /// What went wrong.
    pub errors: Vec<RunError>,
    /// What the plugin did wrong, the first 16 times.
    pub faults: Vec<RunFault>,
    /// Where its requests went, host by host.
    pub egress: Vec<EgressSummary>,
    /// The same by template of the path, method and status.
    pub traffic: Vec<RunTraffic>,
    /// What the plugin wrote: data of a third party, escaped.
    pub log: Vec<RunLogLine>,
}

/// What a run used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunUsage {
    /// Calls into the plugin.
    pub calls: u32,
    /// CPU time in the plugin, in epoch ticks.
    pub cpu_ticks: u64,
    /// The same in milliseconds.
    pub cpu_ms: u64,
    /// Time from start to end, in milliseconds.
    pub wall_ms: u64,
    /// The most linear memory that one call had, in bytes.
    pub peak_memory_bytes: u64,
    /// The most elements that the tables of one call had.
    pub table_elements: u64,
    /// The most answers that one call held at a time.
    pub handles: u64,
    /// Calls of the host.
    pub host_calls: u64,
    /// The most bytes that one call handed over at once.
    pub handed_bytes: u64,
    /// HTTP requests that were sent.
    pub requests: u32,
    /// Bytes of answers, inflated.
    pub bytes_in: u64,
    /// Bytes of requests: address, headers and body.
    pub bytes_out: u64,
    /// Bytes read from files.
    pub file_bytes: u64,
    /// Records in accepted pages.
    pub records: u64,
    /// Bytes of their text.
    pub page_bytes: u64,
    /// Bytes of log lines.
    pub log_bytes: u64,
    /// The most bytes that the state had after a call.
    pub state_bytes: u64,
}

impl From<Usage> for RunUsage {
    fn from(usage: Usage) -> Self {
        // Destructured whole, so that a part that is forgotten does not compile.
        let Usage {
            calls,
            cpu_ticks,
            cpu_ms,
            wall_ms,
            peak_memory_bytes,
            table_elements,
            handles,
            host_calls,
            handed_bytes,
            requests,
            bytes_in,
            bytes_out,
            file_bytes,
            records,
            page_bytes,
            log_bytes,
            state_bytes,
        } = usage;
        Self {
            calls,
            cpu_ticks,
            cpu_ms,
            wall_ms,
            peak_memory_bytes,
            table_elements,
            handles,
            host_calls,
            handed_bytes,
            requests,
            bytes_in,
            bytes_out,
            file_bytes,
            records,
            page_bytes,
            log_bytes,
            state_bytes,
        }
    }
}

/// What went wrong in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunError {
    /// The stream; `null` where the whole run failed.
    #[schema(required)]
    pub stream: Option<String>,
    /// The sort: a failure that the plugin told (`rate-limited`), or what became of its call (`trap`, `budget`).
    #[schema(example = "rate-limited")]
    pub kind: String,
    /// What happened, and the way out.
    pub message: String,
}

/// The requests to one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EgressSummary {
    /// The host.
    #[schema(example = "api.github.com")]
    pub host: String,
    /// Requests that were sent.
    pub requests: u64,
    /// Requests that were refused before they were sent.
    pub refused: u64,
    /// Bytes of answers.
    pub bytes_in: u64,
    /// Bytes of request bodies.
    pub bytes_out: u64,
}

/// A line that a plugin wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunLogLine {
    /// `debug`, `info`, `warn` or `error`.
    #[schema(value_type = String, example = "info")]
    pub level: LogLevel,
    /// The text, with control characters escaped.
    pub message: String,
}

impl From<LogLine> for RunLogLine {
    fn from(LogLine { level, message }: LogLine) -> Self {
        Self { level, message }
    }
}

/// A run
///
/// What it used, what went wrong, where its requests went, and what the plugin wrote.
#[utoipa::path(
    get,
    path = "/v1/runs/{id}",
    tag = "runs",
    security(("token" = ["runs:read"])),
    params(("id" = String, Path, description = "The run.")),
    responses((status = 200, description = "The run.", body = Run), (status = 304, description = "Not changed.")),
)]
pub(crate) async fn get_run(
    caller: Authorized<RunsRead>,
    Id(id): Id<RunId>,
    _: Query<NoParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    let run = api.backend.find_run(&caller, id).await?.ok_or(Problem::NotFound)?;
    known.answer(&run, None)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, Fake, get, run_of, send};

    #[tokio::test]
    async fn a_run_tells_what_it_used_did_and_wrote() {
        let answer = get(Fake::default(), &format!("/v1/runs/{}", run_of(ACME)), Some(ACME)).await;
        assert_eq!(answer.status, 200);
        insta::assert_json_snapshot!(answer.body);
    }

    #[tokio::test]
    async fn a_run_that_has_not_changed_is_not_sent_again() {
        let path = format!("/v1/runs/{}", run_of(ACME));
        let first = get(Fake::default(), &path, Some(ACME)).await;
        let known = [("if-none-match", first.header("etag").expect("a tag"))];
        let again = send(Fake::default(), "GET", &path, Some(ACME), &known).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
}
