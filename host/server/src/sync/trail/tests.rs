use domain::Budget;
use domain::budget::limits::{Layers, Overrides};
use domain::run::LogLevel;
use sandbox::Elapsed;

use super::*;

fn limits() -> Limits {
    let none = Overrides::new();
    let (plugin, workspace) = (none.clone(), none.clone());
    Layers { asked: Budget::default(), plugin, workspace, both: none, ceiling: Budget::CEILING }.limits()
}

fn outcome(result: Result<(), CallError>) -> Outcome<()> {
    let line = LogLine { level: LogLevel::Info, message: "x".repeat(64 * 1024) };
    Outcome {
        result,
        usage: Usage { calls: 1, ..Usage::default() },
        met: std::collections::BTreeSet::new(),
        log: vec![line; 4],
        state: None,
        frames: vec!["guest::dive".to_owned()],
        elapsed: Elapsed::default(),
    }
}

#[test]
fn a_run_of_many_loud_calls_remembers_a_bounded_log() {
    let mut trail = Trail::default();
    for page in 1..=100 {
        let step = trail.step(Some(("all", page)), limits());
        trail.add(&step, None, &mut outcome(Ok(())));
    }
    let bytes: usize = trail.log.iter().map(|line| line.message.len()).sum();
    assert_eq!((bytes, trail.usage.calls), (MOST_LOG_BYTES, 100));
}

#[test]
fn a_fault_is_noted_with_its_call_its_budget_and_where_the_guest_stood() {
    let mut trail = Trail::default();
    for page in 1..=100 {
        let step = trail.step(Some(("all", page)), limits());
        let fault = GuestFault::Cpu { limit_ms: 2_000 };
        trail.add(&step, None, &mut outcome(Err(fault.into())));
    }
    assert_eq!(trail.faults.len(), MOST_FAULTS);
    let FaultNote { call, message, budget, frames } = &trail.faults[1];
    assert_eq!((call.number, call.page, &*call.export), (2, Some(2), "pull"));
    assert_eq!((*budget, &frames[..]), (Some(domain::BudgetKind::CpuMs), &["guest::dive".to_owned()][..]));
    assert!(message.contains("2000 ms is spent") && message.contains("ceiling 30 s"), "{message}");
}

#[test]
fn a_stream_tells_how_far_its_cursor_went_without_deceiving_terminals() {
    let mut trail = Trail::default();
    trail.begin_stream("all", None);
    let kinds = BTreeMap::from([(RecordKind::Team, 2)]);
    trail.add_page("all", &kinds, Some("\u{1b}[2J"), false);
    trail.add_page("all", &kinds, Some(&"c".repeat(4_096)), true);
    let progress = &trail.streams[0];
    assert_eq!((progress.pages, progress.records, progress.caught_up), (2, 4, true));
    assert!(progress.cursor_before.is_none() && progress.cursor_after.as_ref().is_some_and(|end| end.len() < 130));
    assert_eq!((shown("\u{1b}[2J"), trail.kinds[&RecordKind::Team]), ("\\u{1b}[2J".to_owned(), 4));
}
