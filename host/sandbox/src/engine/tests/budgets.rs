//! Every budget is hit, and the call says which.

use super::*;

// On one thread, where the others run only if the loop lets them.
#[tokio::test]
async fn an_endless_loop_is_stopped_by_its_cpu_budget_while_others_run() {
    let bench = bench();
    let spin = [I::Loop(BlockType::Empty), I::Br(0), I::End];
    let (spinning, quiet) = (bench.prepare(Guest::new().pulling(spin)).await, bench.prepare(Guest::new()).await);
    let begun = Instant::now();
    // Longer than the 61 turns that tokio gives its tasks before it looks at the test again.
    let budget = Budget { cpu_ms: 600, ..Budget::default() };
    let endless = tokio::spawn(async move { pull(&spinning, Call { budget, ..call() }).await });
    tokio::task::yield_now().await;
    assert!(pull(&quiet, call()).await.result.is_ok());
    assert!(!endless.is_finished());
    let outcome = endless.await.expect("no panic");
    let ticks = outcome.usage.cpu_ticks;
    assert_eq!(fault(outcome), GuestFault::Cpu { limit_ms: 600 });
    assert!((300..=302).contains(&ticks), "{ticks} ticks of 2 ms for a budget of 600 ms");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_computes_past_the_wall_clock_is_stopped_too() {
    let bench = bench();
    let spin = [I::Loop(BlockType::Empty), I::Br(0), I::End];
    let budget = Budget { wall_ms: 50, cpu_ms: 30_000, ..Budget::default() };
    let outcome = bench.pull(Guest::new().pulling(spin), Call { budget, ..call() }).await;
    assert_eq!(fault(outcome), GuestFault::Wall { limit_ms: 50 });
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_that_is_denied_is_named_with_what_was_asked() {
    let bench = bench();
    let grow = |pages| [I::I32Const(pages), I::MemoryGrow(0)];
    let checked =
        grow(2000).into_iter().chain([I::I32Const(-1), I::I32Eq, I::If(BlockType::Empty), I::Unreachable, I::End]);
    let outcome = bench.pull(Guest::new().pulling(checked), call()).await;
    assert_eq!(fault(outcome), GuestFault::Memory { asked: 2004 * 65536, limit: 64 * 1024 * 1024 });
    let resigned = grow(2000).into_iter().chain([I::Drop]);
    let outcome = bench.pull(Guest::new().pulling(resigned), call()).await;
    assert!(outcome.result.is_ok() && outcome.met == [BudgetKind::MemoryBytes].into(), "{outcome:?}");
    let modest = grow(100).into_iter().chain([I::Drop]);
    let outcome = bench.pull(Guest::new().pulling(modest), call()).await;
    assert!(outcome.usage.peak_memory_bytes == 104 * 65536 && outcome.met.is_empty(), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_denied_is_named_with_what_was_asked() {
    let bench = bench();
    let grow = |elements| [I::RefNull(HeapType::FUNC), I::I32Const(elements), I::TableGrow(0)];
    let checked = || {
        let failed = [I::I32Const(-1), I::I32Eq, I::If(BlockType::Empty), I::Unreachable, I::End];
        Guest::new().pulling(grow(1_000).into_iter().chain(failed))
    };
    let budget = Budget { table_elements: 1_000, ..call().budget };
    let fault = fault(bench.pull(checked(), Call { budget, ..call() }).await);
    let GuestFault::Table { asked, limit: 1_000 } = fault else { panic!("{fault:?}") };
    assert!((1_004..1_100).contains(&asked), "the guest's table, and that of its imports: {asked}");
    let outcome = bench.pull(checked(), call()).await;
    assert_eq!((outcome.result.is_ok(), outcome.usage.table_elements), (true, asked));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_used_is_measured_for_each_budget() {
    let bench = bench();
    let url = "https://api.example/a";
    let outcome = bench.pull(sending(url).repeating(3), Call { http: Some(Arc::new(Upstream)), ..call() }).await;
    let usage = outcome.usage;
    assert!(outcome.result.is_ok(), "{usage:?}");
    assert_eq!((usage.handles, usage.host_calls, usage.requests), (3, 3, 3));
    assert!((100..400).contains(&usage.handed_bytes), "one request at a time: {usage:?}");
    assert!(usage.cpu_ms <= usage.wall_ms && usage.wall_ms > 0, "{usage:?}");
    let keeping = Guest::new()
        .importing("state", "set", 5)
        .holding(SCRATCH, "key")
        .pulling([SCRATCH, 3, SCRATCH, 0, SCRATCH + 64].map(I::I32Const).into_iter().chain([I::Call(0)]));
    let usage = bench.pull(keeping, call()).await.usage;
    assert_eq!((usage.state_bytes, usage.handed_bytes), (64 + 3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waited_has_taken_its_whole_time() {
    let bench = bench();
    let budget = Budget { wall_ms: 100, ..call().budget };
    let stalled = Call { budget, http: Some(Arc::new(Upstream)), ..call() };
    let usage = bench.pull(sending("https://api.example/stall"), stalled).await.usage;
    assert!((100..5_000).contains(&usage.wall_ms), "{usage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_is_stopped_in_a_loop_is_told_where() {
    let bench = bench();
    let spin = [I::Loop(BlockType::Empty), I::Br(0), I::End];
    let outcome = bench.pull(Guest::new().pulling(spin), call()).await;
    assert_eq!(outcome.frames.len(), 1, "{:?}", outcome.frames);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_that_is_denied_from_the_start_is_named_too() {
    let bench = bench();
    let poor = Call { budget: Budget { memory_bytes: 65536, ..Budget::default() }, ..call() };
    let fault = fault(bench.pull(Guest::new(), poor).await);
    assert_eq!(fault, GuestFault::Memory { asked: 4 * 65536, limit: 65536 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_names_plugin_export_and_frames() {
    let bench = bench();
    let guest = Guest::new();
    let dive = [I::Call(guest.trapping())];
    let fault = fault(bench.pull(guest.pulling(dive), call()).await);
    let GuestFault::Trap { plugin, export, reason, frames } = &fault else { panic!("{fault:?}") };
    assert_eq!((plugin.as_str(), *export), ("acme/guest", "pull"));
    assert!(reason.contains("unreachable"), "{reason}");
    assert!(frames[0].contains("guest::dive"), "{frames:?}");
    assert!(fault.to_string().contains("acme/guest trapped in `pull`"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_dear_to_demangle_costs_nothing() {
    let bench = bench();
    // In C++, templates that each hold the one before twice: the name in full has 2^60 parts.
    let doubling: String = (0..60).map(|at| format!("S{at}_IS{at}_S{at}_E")).collect();
    let guest = Guest::new().trapping_as(format!("_Z1fI1aE{doubling}\u{202e}"));
    let dive = [I::Call(guest.trapping())];
    let begun = Instant::now();
    let fault = fault(bench.pull(guest.pulling(dive), call()).await);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let GuestFault::Trap { frames, .. } = &fault else { panic!("{fault:?}") };
    assert!(frames[0].starts_with("_Z1fI1aE") && frames[0].len() <= 256, "{frames:?}");
}

/// DWARF of one function that holds so many inlined ones, each within the one before.
fn nested_debug_information(depth: usize) -> [(&'static str, Vec<u8>); 2] {
    const UNIT: u8 = 1;
    const FUNCTION: u8 = 2;
    const INLINED: u8 = 3;
    // Each with children, `DW_AT_low_pc` as an address and `DW_AT_high_pc` as four bytes.
    let abbreviation = |code, tag| [code, tag, 1, 0x11, 0x01, 0x12, 0x06, 0, 0];
    let mut abbreviations =
        [abbreviation(UNIT, 0x11), abbreviation(FUNCTION, 0x2e), abbreviation(INLINED, 0x1d)].concat();
    abbreviations.push(0);
    let everywhere = |code: u8| [&[code][..], &0_u32.to_le_bytes(), &0x10_0000_u32.to_le_bytes()].concat();
    // Version 4, its abbreviations at 0, addresses of four bytes.
    let mut unit = vec![4, 0, 0, 0, 0, 0, 4];
    unit.extend([everywhere(UNIT), everywhere(FUNCTION), everywhere(INLINED).repeat(depth)].concat());
    unit.extend(vec![0; depth + 2]);
    let length = u32::try_from(unit.len()).expect("a short unit").to_le_bytes();
    [(".debug_abbrev", abbreviations), (".debug_info", [&length[..], &unit].concat())]
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_information_is_never_read() {
    let bench = bench();
    let guest = nested_debug_information(100_000)
        .into_iter()
        .fold(Guest::new(), |guest, (name, data)| guest.with_section(name, data));
    let dive = [I::Call(guest.trapping())];
    // A reader of it would recurse beyond the stack of the call, and the process would be gone.
    let fault = fault(bench.pull(guest.pulling(dive), call()).await);
    let GuestFault::Trap { frames, .. } = &fault else { panic!("{fault:?}") };
    assert_eq!(frames.len(), 2, "a reader that holds out tells of inlined functions: {frames:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_request_is_stopped_by_the_wall_clock_and_costs_no_cpu() {
    let bench = bench();
    let budget = Budget { wall_ms: 300, cpu_ms: 100, ..Budget::default() };
    let stalled = Call { budget, http: Some(Arc::new(Upstream)), ..call() };
    let outcome = bench.pull(sending("https://api.example/stall"), stalled).await;
    assert!(outcome.usage.cpu_ticks < 5, "{:?}", outcome.usage);
    assert_eq!(outcome.elapsed.export, Duration::ZERO, "it did not return");
    assert_eq!(fault(outcome), GuestFault::Wall { limit_ms: 300 });
}

/// Refuses everything, after hard work.
struct Laborious;

impl Http for Laborious {
    fn send(&self, _: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        let begun = crate::meter::thread_time();
        while crate::meter::thread_time() - begun < Duration::from_millis(10) {}
        Box::pin(std::future::ready(Err(ExchangeError::Denied("host".to_owned()))))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_the_host_does_for_a_guest_is_the_guests_time() {
    let bench = bench();
    let flood = sending("https://api.example/a").repeating(1_000);
    let outcome = bench.pull(flood, Call { http: Some(Arc::new(Laborious)), ..call() }).await;
    assert!((50..70).contains(&outcome.usage.cpu_ticks), "{:?}", outcome.usage);
    assert_eq!(fault(outcome), GuestFault::Cpu { limit_ms: 100 });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_an_export_is_from_its_call_to_its_return() {
    let bench = bench();
    let begun = std::time::Instant::now();
    let call = Call { http: Some(Arc::new(Laborious)), ..call() };
    let outcome = bench.pull(sending("https://api.example/a"), call).await;
    let export = outcome.elapsed.export;
    assert!((Duration::from_millis(10)..begun.elapsed()).contains(&export), "{:?}", outcome.elapsed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_calls_is_stopped_by_their_number() {
    let bench = bench();
    let refused = Guest::new()
        .importing("state", "set", 5)
        .pulling([SCRATCH, 0, SCRATCH, 0, SCRATCH + 64].map(I::I32Const).into_iter().chain([I::Call(0)]));
    let budget = Budget { cpu_ms: 30_000, wall_ms: 60_000, host_calls: 50_000, ..Budget::default() };
    let outcome = bench.pull(refused.repeating(i32::MAX), Call { budget, ..call() }).await;
    assert_eq!(fault(outcome), GuestFault::HostCalls { limit: 50_000 });
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_and_answered() {
    let bench = bench();
    let url = "https://api.example/a";
    let connector = bench.prepare(sending(url)).await;
    let outcome = pull(&connector, Call { http: Some(Arc::new(Upstream)), ..call() }).await;
    assert!(outcome.result.is_ok(), "{outcome:?}");
    assert_eq!((outcome.usage.requests, outcome.usage.bytes_in), (1, url.len() as u64));
    let without = pull(&connector, call()).await;
    assert!(matches!(without.result, Err(CallError::Host(HostError::NoHttp))), "{without:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engines_words_are_known() {
    let bench = bench();
    // More answers than there are handles.
    let more = sending("https://api.example/a").repeating(2_000);
    let connector = bench.prepare(more).await;
    for limit in [1_024, 64] {
        let budget = Budget { handles: limit, ..call().budget };
        let outcome = pull(&connector, Call { budget, http: Some(Arc::new(Upstream)), ..call() }).await;
        assert_eq!(outcome.usage.handles, u64::from(limit) + 1, "the one too many too");
        assert_eq!(fault(outcome), GuestFault::Handles { limit });
    }
    // A list that claims more records than the budget could ever hold.
    let huge = Guest::new().holding(PAGE, page(0, 100));
    let tight = Call { budget: Budget { handed_bytes: 1_000, ..Budget::default() }, ..call() };
    assert_eq!(fault(bench.pull(huge, tight).await), GuestFault::HostData { limit: 1_000 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_cut_off_with_a_mark() {
    let bench = bench();
    let flood = Guest::new()
        .importing("log", "log", 3)
        .holding(SCRATCH, "x".repeat(100))
        .pulling([1, SCRATCH, 100].map(I::I32Const).into_iter().chain([I::Call(0)]))
        .repeating(2_000);
    let outcome = bench.pull(flood, call()).await;
    assert!(outcome.result.is_ok(), "{outcome:?}");
    assert!(outcome.log.last().expect("a line").message.contains("cut off"));
    assert_eq!(outcome.usage.log_bytes, u64::from(Budget::default().log_bytes));
}
