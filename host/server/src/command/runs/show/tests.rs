use api::{EgressSummary, RunError, RunLogLine, RunStream, RunSummary};
use domain::budget::limits::Origin;
use domain::inspection::{BudgetUse, CallName, FaultNote, Traffic};
use domain::run::{LogLevel, Usage};
use domain::{BudgetKind, ConnectionId, Digest, Instant, RecordKind, RunId};

use super::*;
use crate::output;

/// A run whose every text is as long as it can be.
fn run() -> Run {
    let id = RunId::generate();
    let long = |length: usize| "word ".repeat(length / 5) + &"x".repeat(length);
    let at = |text: &str| Moment::from(text.parse::<Instant>().expect("an instant"));
    let name = CallName { number: 7, export: "pull".to_owned(), stream: Some(long(120)), page: Some(2) };
    let used = BudgetUse {
        budget: BudgetKind::MemoryBytes,
        used: 99 << 20,
        limit: 64 << 20,
        origin: Origin::PluginInWorkspace,
        ceiling: 512 << 20,
        total: None,
        call: Some(name.clone()),
        met: 1_000,
    };
    let traffic = Traffic {
        host: long(60),
        method: "DELETE".to_owned(),
        template: format!("/{}", long(100)),
        error: Some(long(120)),
        requests: 100_000,
        refused: 99_999,
        bytes_in: u64::MAX / 2,
        max_ms: u32::MAX,
        ..Traffic::default()
    };
    let fault = FaultNote { call: name, message: long(400), budget: None, frames: vec![long(128); 32] };
    let plugin = || "weighbridge/a-plugin-of-a-long-name".parse().expect("an id");
    Run {
        summary: RunSummary {
            id,
            connection: ConnectionId::generate(),
            plugin: plugin(),
            plugin_version: "1.2.3".to_owned(),
            state: RunStatus::Failed,
            started_at: at("2026-03-01T00:00:00.123456Z"),
            finished_at: None,
            records: 3,
        },
        digest: Digest::from_bytes([0xab; 32]),
        signer: None,
        granted: CapabilityList { http: vec![long(100); 3], ..CapabilityList::default() },
        usage: Usage::default().into(),
        budgets: vec![RunBudget::of(id, used)],
        kinds: RecordKind::ALL.iter().map(|kind| (*kind, 1_000_000)).collect(),
        streams: vec![RunStream {
            stream: long(120),
            pages: 1,
            records: 2,
            cursor_before: None,
            cursor_after: Some(long(60)),
            caught_up: true,
        }],
        errors: vec![RunError { stream: None, kind: "invalid-data".to_owned(), message: long(1_000) }],
        faults: vec![RunFault::of(id, "weighbridge/a-plugin 1.2.3".to_owned(), fault)],
        egress: Vec::<EgressSummary>::new(),
        traffic: vec![traffic.into()],
        log: vec![RunLogLine { level: LogLevel::Warn, message: long(2_000) }],
    }
}

#[test]
fn whatever_a_run_tells_fits_a_hundred_columns() {
    let text = output::sheet(&sections(&run(), Some("forge")));
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 100), "{widest:?}\n{text}");
}

#[test]
fn a_run_tells_of_its_budgets_with_shares_and_of_its_fault_with_version_and_call() {
    let text = output::sheet(&sections(&run(), Some("forge"))).replace('\n', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    for word in ["154.7", "2026-03-01T00:00:00Z", "99", "weighbridge/a-plugin-of-a-long-name"] {
        assert!(words.iter().any(|found| found.contains(word)), "`{word}` is not in {text}");
    }
}
