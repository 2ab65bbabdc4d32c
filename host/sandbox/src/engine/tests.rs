//! Calls of guests that do one thing each.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, BudgetKind, Capabilities, RecordKind, WorkspaceId};
use tempfile::TempDir;
use wasm_encoder::{BlockType, HeapType, Instruction as I, MemArg};

use super::prepare::Source;
use super::*;
use crate::apart::GuestProcess;
use crate::call::{Call, Outcome, PullArgs};
use crate::capability::http::Http;
use crate::compile::CompileError;
use crate::connector::Connector;
use crate::fault::{CallError, GuestFault, HostError};
use crate::guest::{GLOBAL, Guest, PAGE, SCRATCH, page};

mod apart;
mod budgets;
mod cached;
mod fairness;

mod isolation;
mod loading;
mod output;

/// Set where these tests run with guests in a process of their own.
const APART: &str = "WEIGHBRIDGE_TEST_APART";

struct Bench {
    engine: Engine,
    _folder: TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a directory");
    Bench { engine: engine(&folder, worker()), _folder: folder }
}

fn worker() -> Compiler {
    Compiler::new(example("compile_worker"), Vec::new())
}

/// Cargo builds a package's examples before it runs the package's tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("this program");
    let example = tests.ancestors().nth(2).expect("the target directory").join("examples").join(name);
    assert!(example.exists(), "run `cargo build --examples -p weighbridge-sandbox` first");
    example
}

fn engine(folder: &TempDir, compiler: Compiler) -> Engine {
    engine_with_places(8, folder, compiler)
}

fn engine_with_places(places: u32, folder: &TempDir, compiler: Compiler) -> Engine {
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let concurrency = Concurrency { total: places, per_plugin: 64, per_workspace: 64 };
    let cache = Cache::new(dir, [1; 32]);
    let engine = match std::env::var_os(APART) {
        Some(_) => Engine::apart(concurrency, Weights::default(), compiler, cache, guest_process()),
        None => Engine::new(concurrency, Weights::default(), compiler, cache),
    };
    engine.expect("an engine")
}

fn guest_process() -> GuestProcess {
    GuestProcess { program: example("guest_worker"), args: Vec::new() }
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
