//! Guests in a process of their own: everything else holds there too, and what that process says is not believed.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;

#[test]
fn everything_that_holds_inside_holds_apart() {
    if std::env::var_os(APART).is_some() {
        return;
    }
    let tests = std::env::current_exe().expect("this program");
    let output = Command::new(tests).arg("engine::tests::").env(APART, "1").output().expect("they run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("budgets::") && said.contains("isolation::") && said.contains("output::"), "{said}");
}

fn apart(process: GuestProcess) -> Bench {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let concurrency = Concurrency { total: 8, per_plugin: 64, per_workspace: 64 };
    let cache = Cache::new(dir, [1; 32]);
    let engine = Engine::apart(concurrency, Weights::default(), worker(), cache, process).expect("an engine");
    Bench { engine, _folder: folder }
}

/// The processes that this one has started with this name.
fn children(name: &str) -> Vec<PathBuf> {
    let ours = format!("PPid:\t{}\n", std::process::id());
    let processes = fs::read_dir("/proc").expect("processes").filter_map(|entry| Some(entry.ok()?.path()));
    let is_ours = |process: &PathBuf| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        status.contains(&ours) && fs::read_link(process.join("exe")).is_ok_and(|exe| exe.ends_with(name))
    };
    processes.filter(is_ours).collect()
}

/// The numbers of what a process has open, and what it is.
fn descriptors(process: &Path) -> Vec<(OsString, String)> {
    let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    open.filter_map(|entry| Some((entry.file_name(), fs::read_link(entry.path()).ok()?.display().to_string())))
        .collect()
}

/// This test starts the only process of its kind beside those of the others here, so it looks at all of them.
#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn the_process_apart_has_no_environment_no_files_and_walls() {
    let bench = apart(guest_process());
    assert!(bench.pull(Guest::new(), call()).await.result.is_ok());
    let processes = children("guest_worker");
    let inherited = descriptors(Path::new("/proc/self"));
    assert!(!processes.is_empty());
    for process in processes {
        // Another test's may end meanwhile.
        let Ok(status) = fs::read_to_string(process.join("status")) else { continue };
        let field = |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        if !status.contains("VmRSS") {
            continue;
        }
        assert_eq!(field("Seccomp:"), "Seccomp:\t2");
        assert_eq!(field("NoNewPrivs:"), "NoNewPrivs:\t1");
        assert_eq!(fs::read(process.join("environ")).unwrap_or_default(), b"");
        for (number, what) in descriptors(&process) {
            // What is open in this process for its children too is open there; the host has nothing of the sort.
            let inherited = inherited.contains(&(number.clone(), what.clone()));
            let own = what.starts_with("pipe:") || what.starts_with("/memfd:") || what.ends_with("/pagemap");
            assert!(inherited || own, "{}: {what}", number.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_fails_its_calls_and_the_next_call_has_another() {
    let bench = apart(guest_process());
    let connector = bench.prepare(sending("https://api.example/stall")).await;
    let stalled = tokio::spawn({
        let connector = connector.clone();
        async move { pull(&connector, Call { http: Some(Arc::new(Ending(bench.engine))), ..call() }).await }
    });
    let outcome = stalled.await.expect("no panic");
    assert!(matches!(&outcome.result, Err(CallError::Host(HostError::Gone(_)))), "{outcome:?}");
    let outcome = pull(&connector, Call { http: Some(Arc::new(Upstream)), budget: quick(), ..call() }).await;
    assert!(matches!(fault(outcome), GuestFault::Wall { .. }), "the new process runs the guest until its wall clock");
}

fn quick() -> Budget {
    Budget { wall_ms: 200, ..call().budget }
}

/// Ends the process of guests when it is asked for something.
struct Ending(Engine);

impl Http for Ending {
    fn send(&self, _: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async {
            let Guests::Apart { keeper, .. } = &self.0.inner.guests else { panic!("apart") };
            keeper.end();
            std::future::pending().await
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_protocol_ends_the_process() {
    for script in
        ["exit 3", "echo nonsense; cat >/dev/null", "printf '\\377\\377\\377\\377'; cat >/dev/null", "echo gone >&2"]
    {
        let bench = apart(GuestProcess { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()] });
        let source = Guest::new().source(&[]);
        let refused = bench.engine.prepare_source(&source, &everything()).await;
        assert!(matches!(refused, Err(PrepareError::Process(_))), "{script}: {refused:?}");
    }
}

#[tokio::test]
async fn a_log_and_a_state_beyond_their_budgets_are_not_believed() {
    use crate::call::{Answered, Left};
    use crate::fault::Cause;
    use domain::run::{LogLevel, LogLine};
    let line = LogLine { level: LogLevel::Info, message: "\u{1b}[2J".repeat(100_000) };
    let state = [(String::new(), "no key".to_owned())].into();
    let left = Left { log: vec![line; 3], state: Some(state), ..Left::default() };
    let doubted = Answered { returned: Ok(Ok(())), left }.doubted(&Budget::default(), 0);
    assert!(matches!(doubted.returned, Err(Cause::Gone(_))));
    let left =
        Left { log: vec![LogLine { level: LogLevel::Info, message: "\u{1b}".repeat(100_000) }], ..Left::default() };
    let doubted = Answered { returned: Ok(Ok(())), left }.doubted(&Budget::default(), 0);
    assert!(doubted.returned.is_ok());
    assert!(doubted.left.usage.log_bytes <= Budget::default().log_bytes.into());
    assert!(!doubted.left.log[0].message.contains('\u{1b}'));
}
