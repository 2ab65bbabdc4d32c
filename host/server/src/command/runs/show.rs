//! One run for people: who, what was granted, budgets, streams, traffic, errors, faults and log, each where there is any.

use api::{CapabilityList, Moment, Run, RunBudget, RunCall, RunFault, RunStatus, RunTraffic, RunUsage};

use crate::output::Section;

/// The sections of a run.
pub(super) fn sections<'a>(run: &Run, connection: Option<&str>) -> Vec<Section<'a>> {
    vec![
        ("", &["run", ""], facts(run, connection)),
        (
            "What was used of each budget, by the call that used the most of it, and how many calls met it",
            BUDGETS,
            budgets(run),
        ),
        ("Streams", &["stream", "pages", "records", "from", "to", "caught up"], streams(run)),
        ("Requests (templates of paths, times in milliseconds)", TRAFFIC, traffic(run)),
        ("What went wrong", &["stream", "kind", "what"], errors(run)),
        ("Faults of the plugin", &["call", "what", "stood in"], faults(run)),
        ("What the plugin wrote", &["level", "message"], log(run)),
    ]
}

const BUDGETS: &[&str] = &["budget", "used", "of", "share", "met", "by", "in call", "in all"];
const TRAFFIC: &[&str] = &["request", "status", "count", "again", "in", "out", "p50", "p95", "max"];

type Rows = Vec<Vec<String>>;

fn facts(run: &Run, connection: Option<&str>) -> Rows {
    let Run { summary, digest, signer, granted, usage, kinds, .. } = run;
    let signer =
        signer.as_ref().map_or_else(|| "-".to_owned(), |signer| format!("{} ({})", signer.key, signer.publisher));
    let end = summary.finished_at.map_or_else(|| "still going".to_owned(), time);
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let facts = [
        ("id", summary.id.to_string()),
        ("state", word(summary.state)),
        ("connection", connection.map_or_else(|| summary.connection.to_string(), str::to_owned)),
        ("plugin", format!("{} {}", summary.plugin, summary.plugin_version)),
        ("package", format!("sha256 {digest}")),
        ("signed by", signer),
        ("granted", granted_words(granted)),
        ("began", time(summary.started_at)),
        ("ended", end),
        ("calls", calls(usage)),
        ("records", if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }),
    ];
    facts.into_iter().map(|(what, is)| vec![what.to_owned(), is]).collect()
}

fn calls(usage: &RunUsage) -> String {
    format!("{} in {} ms, {} ms of them CPU", usage.calls, usage.wall_ms, usage.cpu_ms)
}

fn granted_words(granted: &CapabilityList) -> String {
    let CapabilityList { http, auth, files, content, state } = granted;
    let flags = [(*files, "files"), (*content, "content"), (*state, "state")];
    let flags = flags.into_iter().filter(|(granted, _)| *granted).map(|(_, name)| name.to_owned());
    let words: Vec<String> = http.iter().chain(auth).cloned().chain(flags).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join("; ") }
}

fn budgets(run: &Run) -> Rows {
    let row = |used: &RunBudget| {
        let shown = |value: u64| used.budget.unit().shown(value);
        vec![
            used.budget.to_string(),
            shown(used.used),
            shown(used.limit.into()),
            format!("{:.1} %", used.share * 100.0),
            met(used.met),
            used.origin.words().to_owned(),
            used.call.as_ref().map_or_else(|| "-".to_owned(), place),
            used.total.map_or_else(|| "-".to_owned(), shown),
        ]
    };
    run.budgets.iter().map(row).collect()
}

fn met(calls: u32) -> String {
    if calls > 0 { calls.to_string() } else { "-".to_owned() }
}

/// The number of a call and what it was for.
fn place(call: &RunCall) -> String {
    let number = call.id.rsplit('/').next().unwrap_or_default();
    match (&call.stream, call.page) {
        (Some(stream), Some(page)) => format!("{number}: {stream}, page {page}"),
        _ => format!("{number}: {}", call.export),
    }
}

fn streams(run: &Run) -> Rows {
    let cursor = |cursor: &Option<String>| cursor.clone().unwrap_or_else(|| "the beginning".to_owned());
    let row = |stream: &api::RunStream| {
        vec![
            stream.stream.clone(),
            stream.pages.to_string(),
            stream.records.to_string(),
            cursor(&stream.cursor_before),
            cursor(&stream.cursor_after),
            if stream.caught_up { "yes" } else { "no" }.to_owned(),
        ]
    };
    run.streams.iter().map(row).collect()
}

fn traffic(run: &Run) -> Rows {
    let row = |sort: &RunTraffic| {
        let refused = if sort.refused > 0 { format!("{} refused", sort.refused) } else { String::new() };
        let status = sort.status.map(|status| status.to_string());
        let bytes = |bytes| domain::budget::Unit::Bytes.shown(bytes);
        vec![
            format!("{} {}{}", sort.method, sort.host, sort.template),
            status.or_else(|| sort.error.clone()).unwrap_or_else(|| "-".to_owned()),
            [sort.requests.to_string(), refused].join(" ").trim().to_owned(),
            sort.retries.to_string(),
            bytes(sort.bytes_in),
            bytes(sort.bytes_out),
            sort.p50_ms.to_string(),
            sort.p95_ms.to_string(),
            sort.max_ms.to_string(),
        ]
    };
    run.traffic.iter().map(row).collect()
}

fn errors(run: &Run) -> Rows {
    let whole = || "the run".to_owned();
    let row = |error: &api::RunError| {
        vec![error.stream.clone().unwrap_or_else(whole), error.kind.clone(), error.message.clone()]
    };
    run.errors.iter().map(row).collect()
}

fn faults(run: &Run) -> Rows {
    let row = |fault: &RunFault| {
        let RunFault { plugin, call, message, budget: _, frames } = fault;
        vec![format!("{} of {plugin}, {}", call.export, place(call)), message.clone(), frames.join("\n")]
    };
    run.faults.iter().map(row).collect()
}

fn log(run: &Run) -> Rows {
    run.log.iter().map(|line| vec![super::show::level(line.level).to_owned(), line.message.clone()]).collect()
}

/// The word of a level, as in JSON.
fn level(level: domain::run::LogLevel) -> &'static str {
    match level {
        domain::run::LogLevel::Debug => "debug",
        domain::run::LogLevel::Info => "info",
        domain::run::LogLevel::Warn => "warn",
        domain::run::LogLevel::Error => "error",
    }
}

/// The word of a state, as in JSON.
pub(super) fn word(state: RunStatus) -> String {
    match state {
        RunStatus::Running => "running",
        RunStatus::Succeeded => "succeeded",
        RunStatus::Partial => "partial",
        RunStatus::Failed => "failed",
        RunStatus::Abandoned => "abandoned",
    }
    .to_owned()
}

/// To the second, in UTC.
pub(super) fn time(at: Moment) -> String {
    let text = at.0.to_string();
    text.split_once('.').map_or_else(|| text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

#[cfg(test)]
mod tests;
