use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, Capabilities, RecordKind, WorkspaceId};
use tempfile::TempDir;
use wasm_encoder::{BlockType, Instruction as I, MemArg};

use super::prepare::Source;
use super::*;
use crate::call::{Call, Outcome, PullArgs};
use crate::capability::http::Http;
use crate::compile::CompileError;
use crate::connector::Connector;
use crate::fault::{CallError, GuestFault, HostError, OutputFault, Problem};
use crate::guest::{GLOBAL, Guest, PAGE, SCRATCH, page};

struct Bench {
    engine: Engine,
    _folder: TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a directory");
    Bench { engine: engine(&folder, worker()), _folder: folder }
}

fn worker() -> Compiler {
    // Cargo builds a package's examples before it runs the package's tests.
    let tests = std::env::current_exe().expect("this program");
    let worker = tests.ancestors().nth(2).expect("the target directory").join("examples/compile_worker");
    assert!(worker.exists(), "run `cargo build --examples -p weighbridge-sandbox` first");
    Compiler::new(worker, Vec::new())
}

fn engine(folder: &TempDir, compiler: Compiler) -> Engine {
    engine_with_places(8, folder, compiler)
}

fn engine_with_places(places: u32, folder: &TempDir, compiler: Compiler) -> Engine {
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let concurrency = Concurrency { total: places, per_plugin: 64, per_workspace: 64 };
    Engine::new(concurrency, compiler, Cache::new(dir, [1; 32])).expect("an engine")
}

fn everything() -> Capabilities {
    let rule = serde_json::from_value(serde_json::json!({ "host": "api.example" })).expect("a rule");
    Capabilities { http: vec![rule], files: true, state: true, ..Capabilities::default() }
}

impl Bench {
    async fn prepare(&self, guest: Guest) -> Connector {
        let source = guest.source(&[RecordKind::Team, RecordKind::Commit]);
        self.engine.prepare_source(&source, &everything()).await.expect("a connector")
    }

    async fn pull(&self, guest: Guest, call: Call) -> Outcome<domain::Page> {
        pull(&self.prepare(guest).await, call).await
    }
}

async fn pull(connector: &Connector, call: Call) -> Outcome<domain::Page> {
    let (connector, args) = (connector.clone(), PullArgs { settings: "{}".into(), stream: "all".into(), cursor: None });
    // Spawned, so that a call that cannot move between threads does not compile.
    tokio::spawn(async move { connector.pull(call, args).await }).await.expect("no panic")
}

fn call() -> Call {
    Call {
        workspace: WorkspaceId::from_bytes([1; 16]),
        budget: Budget { cpu_ms: 100, wall_ms: 20_000, ..Budget::default() },
        now: "2026-03-01T09:30:00Z".parse().expect("an instant"),
        http: None,
        files: None,
        state: BTreeMap::new(),
    }
}

fn fault(outcome: Outcome<domain::Page>) -> GuestFault {
    match outcome.result {
        Err(CallError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 2, memory_index: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_guest_brings_an_empty_page_and_no_streams() {
    let bench = bench();
    let connector = bench.prepare(Guest::new()).await;
    let outcome = pull(&connector, call()).await;
    assert_eq!(outcome.result.expect("a page").records, []);
    assert_eq!((outcome.usage.calls, outcome.usage.peak_memory_bytes), (1, 4 * 65536));
    assert_eq!(outcome.state, None);
    assert_eq!(connector.streams(call(), "{}").await.result.expect("streams"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_is_stopped_by_its_cpu_budget_while_others_run() {
    let bench = bench();
    let spin = [I::Loop(BlockType::Empty), I::Br(0), I::End];
    let (spinning, quiet) = (bench.prepare(Guest::new().pulling(spin)).await, bench.prepare(Guest::new()).await);
    let begun = Instant::now();
    let endless = tokio::spawn(async move { pull(&spinning, call()).await });
    assert!(pull(&quiet, call()).await.result.is_ok());
    let outcome = endless.await.expect("no panic");
    let ticks = outcome.usage.cpu_ticks;
    assert_eq!(fault(outcome), GuestFault::Cpu { limit_ms: 100 });
    assert!((50..=51).contains(&ticks), "{ticks} ticks of 2 ms for a budget of 100 ms");
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
    assert!(bench.pull(Guest::new().pulling(resigned), call()).await.result.is_ok());
    let modest = grow(100).into_iter().chain([I::Drop]);
    assert_eq!(bench.pull(Guest::new().pulling(modest), call()).await.usage.peak_memory_bytes, 104 * 65536);
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
async fn an_import_that_is_not_granted_is_refused_by_name() {
    let bench = bench();
    for (interface, function, params) in [("http", "send", 12), ("files", "list-directory", 3), ("state", "remove", 2)]
    {
        let uses = (0..params).map(|_| I::I32Const(SCRATCH)).chain([I::Call(0)]);
        let source = Guest::new().importing(interface, function, params).pulling(uses).source(&[]);
        let refused = bench.engine.prepare_source(&source, &Capabilities::default()).await.expect_err("refused");
        let named = matches!(&refused, PrepareError::NotGranted { interface: name } if name.contains(interface));
        assert!(named, "{refused}");
        assert!(bench.engine.prepare_source(&source, &everything()).await.is_ok(), "{interface}");
    }
    let content = Capabilities { content: true, ..Capabilities::default() };
    let refused = bench.engine.prepare_source(&Guest::new().source(&[]), &content).await;
    assert!(matches!(refused, Err(PrepareError::ContentNotOffered)));
}

#[test]
fn every_combination_links() {
    let engine = wasmtime::Engine::new(&config()).expect("an engine");
    for index in 0..Interfaces::SETS {
        let set = Interfaces { http: index & 1 > 0, files: index & 2 > 0, state: index & 4 > 0 };
        assert_eq!(set.index(), index);
        assert!(set.link(&engine).is_ok(), "{set:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_the_cache_means_compiling_again() {
    let folder = tempfile::tempdir().expect("a directory");
    let source = Guest::new().source(&[]);
    let broken = || Compiler::new("/bin/false".into(), Vec::new());
    let refused = engine(&folder, broken()).prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(_))));

    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled");
    let kept =
        || std::fs::read_dir(folder.path()).expect("the directory").next().expect("a file").expect("a file").path();
    engine(&folder, broken()).prepare_source(&source, &everything()).await.expect("from the cache");

    let whole = std::fs::read(kept()).expect("the file");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(kept(), &flipped).expect("written");
    let refused = engine(&folder, broken()).prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(_))), "what is not the host's is not loaded");
    engine(&folder, worker()).prepare_source(&source, &everything()).await.expect("compiled again");
    assert_ne!(std::fs::read(kept()).expect("the file"), flipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_is_refused_in_words() {
    let bench = bench();
    let source = Source { bytes: (*b"\0asm nonsense").into(), ..Guest::new().source(&[]) };
    let refused = bench.engine.prepare_source(&source, &everything()).await;
    assert!(matches!(refused, Err(PrepareError::Compile(CompileError::Refused(_)))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_forgets_what_the_one_before_it_knew() {
    let bench = bench();
    // Traps when the global or the memory is not as it was at the start, then changes both.
    let remembers = [
        I::GlobalGet(GLOBAL),
        I::I32Const(SCRATCH),
        I::I32Load(at(0)),
        I::I32Or,
        I::If(BlockType::Empty),
        I::Unreachable,
        I::End,
        I::I32Const(1),
        I::GlobalSet(GLOBAL),
        I::I32Const(SCRATCH),
        I::I32Const(1),
        I::I32Store(at(0)),
    ];
    let connector = bench.prepare(Guest::new().pulling(remembers)).await;
    for _ in 0..50 {
        assert!(pull(&connector, call()).await.result.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_of_one_plugin_never_shows_in_another() {
    let folder = tempfile::tempdir().expect("a directory");
    // One place, so that both have it in turn.
    let bench = Bench { engine: engine_with_places(1, &folder, worker()), _folder: folder };
    let writes = [I::I32Const(SCRATCH), I::I32Const(0x5ec2e7), I::I32Store(at(0))];
    let traps_on_what_it_finds =
        [I::I32Const(SCRATCH), I::I32Load(at(0)), I::If(BlockType::Empty), I::Unreachable, I::End];
    let writer = bench.prepare(Guest::new().pulling(writes)).await;
    let reader = bench.prepare(Guest::new().pulling(traps_on_what_it_finds)).await;
    for _ in 0..50 {
        assert!(pull(&writer, call()).await.result.is_ok());
        assert!(pull(&reader, call()).await.result.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pool_makes_calls_wait_and_never_fail() {
    let folder = tempfile::tempdir().expect("a directory");
    let bench = Bench { engine: engine_with_places(2, &folder, worker()), _folder: folder };
    let connector = bench.prepare(sending("https://api.example/a")).await;
    let calls = (0..40).map(|_| {
        let connector = connector.clone();
        tokio::spawn(async move { pull(&connector, Call { http: Some(Arc::new(Upstream)), ..call() }).await })
    });
    for outcome in futures_util::future::join_all(calls).await {
        assert!(outcome.expect("no panic").result.is_ok());
    }
}

/// Stalls on `/stall`, and answers everything else with the path.
struct Upstream;

impl Http for Upstream {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async move {
            if request.url.ends_with("/stall") {
                std::future::pending::<()>().await;
            }
            tokio::task::yield_now().await;
            Ok(Response { status: 200, headers: Vec::new(), body: request.url.into_bytes() })
        })
    }
}

/// A `pull` that sends a GET for the text at [`SCRATCH`].
fn sending(url: &'static str) -> Guest {
    let length = i32::try_from(url.len()).expect("a short URL");
    let arguments = [0, SCRATCH, length, 8, 0, 0, 0, 0, 0, 0, 0, SCRATCH + 1024];
    let send = arguments.into_iter().map(I::I32Const).chain([I::Call(0)]);
    Guest::new().importing("http", "send", 12).holding(SCRATCH, url).pulling(send)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_request_is_stopped_by_the_wall_clock_and_costs_no_cpu() {
    let bench = bench();
    let budget = Budget { wall_ms: 300, cpu_ms: 100, ..Budget::default() };
    let stalled = Call { budget, http: Some(Arc::new(Upstream)), ..call() };
    let outcome = bench.pull(sending("https://api.example/stall"), stalled).await;
    assert!(outcome.usage.cpu_ticks < 5, "{:?}", outcome.usage);
    assert_eq!(fault(outcome), GuestFault::Wall { limit_ms: 300 });
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
    let outcome = bench.pull(more, Call { http: Some(Arc::new(Upstream)), ..call() }).await;
    assert_eq!(fault(outcome), GuestFault::Handles { limit: 1_024 });
    // A list that claims more records than the budget could ever hold.
    let huge = Guest::new().holding(PAGE, page(0, 100));
    let tight = Call { budget: Budget { records: 1, page_bytes: 1, ..Budget::default() }, ..call() };
    assert!(matches!(fault(bench.pull(huge, tight).await), GuestFault::HostData { .. }));
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

#[tokio::test(flavor = "multi_thread")]
async fn state_leaves_with_the_outcome_of_a_call_that_succeeds() {
    let bench = bench();
    let arguments = [SCRATCH, 1, SCRATCH, 3, SCRATCH + 64].map(I::I32Const);
    let set = || arguments.clone().into_iter().chain([I::Call(0)]);
    let guest = || Guest::new().importing("state", "set", 5).holding(SCRATCH, "abc").pulling(set());
    let outcome = bench.pull(guest(), call()).await;
    assert_eq!(outcome.state, Some(BTreeMap::from([("a".to_owned(), "abc".to_owned())])));
    assert_eq!(bench.pull(guest().pulling([I::Unreachable]), call()).await.state, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_named_and_other_kinds_fail_the_page() {
    let bench = bench();
    // A tombstone: case 23 of the variant; then the kind, and an id, at the payload's place.
    let tombstone = |kind: u8, length: i32| {
        let mut bytes = vec![0; 20];
        (bytes[0], bytes[8]) = (23, kind);
        bytes[12..16].copy_from_slice(&PAGE.to_le_bytes());
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
        Guest::new().holding(PAGE, page(SCRATCH, 1)).holding(SCRATCH, bytes)
    };
    let bad = fault(bench.pull(tombstone(1, 0), call()).await);
    assert_eq!(bad.to_string(), "record 0 (team): `id` is empty");
    let other = fault(bench.pull(tombstone(0, 4), call()).await);
    let expected = OutputFault::KindNotDeclared { record: 0, kind: RecordKind::Person };
    assert_eq!(other, GuestFault::Output(expected));
    let odd = fault(bench.pull(tombstone(1, 4), call()).await);
    let expected = OutputFault::Field { record: 0, kind: RecordKind::Team, field: "id", problem: Problem::Control };
    assert_eq!(odd, GuestFault::Output(expected));
}

/// `cargo test -p weighbridge-sandbox -- --ignored --nocapture fresh`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn a_fresh_instance_costs_microseconds() {
    const CALLS: u32 = 20_000;
    let bench = bench();
    let connector = bench.prepare(Guest::new()).await;
    let spent = tokio::spawn(async move {
        let mut guest = Duration::ZERO;
        let begun = Instant::now();
        for _ in 0..CALLS {
            let args = PullArgs { settings: String::new(), stream: String::new(), cursor: None };
            guest += connector.pull(call(), args).await.elapsed.guest;
        }
        (begun.elapsed() / CALLS, guest / CALLS)
    });
    let (whole, guest) = spent.await.expect("no panic");
    eprintln!("a call with its turn, store, instance and checks: {whole:?}; of it in instance and guest: {guest:?}");
}
