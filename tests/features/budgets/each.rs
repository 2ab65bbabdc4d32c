//! Each budget, spent by a hostile guest of its own through the whole host: held, told in the run's record with the share
//! that was used, and moved by the operator for a plugin, for a workspace, and by the ceiling.

use std::fs;
use std::path::Path;

use domain::BudgetKind;
use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST, Source};
use weighbridge_tests::upstream::Answer;

use super::{budget, newest};

/// A guest that wants more of a budget than it is given.
struct Case {
    guest: &'static str,
    /// What its manifest asks for; a quarter of it is enough for a call to begin.
    given: u32,
    /// Other budgets that its manifest asks for, so that none of them is met first.
    beside: &'static str,
    /// Whether it is stopped for it; where not, it is told so or cut off, and ends well.
    stops: bool,
}

const fn stops(guest: &'static str, given: u32) -> Case {
    Case { guest, given, beside: "", stops: true }
}

const fn refuses(guest: &'static str, given: u32) -> Case {
    Case { stops: false, ..stops(guest, given) }
}

impl Case {
    const fn beside(self, lines: &'static str) -> Self {
        Self { beside: lines, ..self }
    }
}

/// Each row is a module of the budget's name with one test in it. A budget without a row does not compile.
macro_rules! budgets {
    ($($name:ident $kind:ident: $case:expr;)+) => {
        $(mod $name {
            use super::*;

            #[test]
            fn is_held_told_and_moved() {
                assert_eq!(BudgetKind::$kind.name(), stringify!($name));
                holds(BudgetKind::$kind, &$case);
            }
        })+

        /// Names every budget, so that a new one is missed here.
        const fn _has_a_guest(kind: BudgetKind) {
            match kind { $(BudgetKind::$kind => (),)+ }
        }
    };
}

budgets! {
    cpu_ms CpuMs: stops("loop_in_pull", 400);
    wall_ms WallMs: stops("loop_in_pull", 800).beside("cpu_ms = 30000");
    memory_bytes MemoryBytes: stops("memory_bomb", 32 << 20);
    table_elements TableElements: refuses("table_grows_slowly", 4_000);
    handles Handles: stops("handles_without_number", 40);
    host_calls HostCalls: stops("host_call_flood", 400).beside("cpu_ms = 30000");
    handed_bytes HandedBytes: stops("log_hoard", 1 << 20);
    requests Requests: refuses("asks_too_often", 40);
    bytes_in BytesIn: refuses("keeps_all_answers", 4 << 20);
    bytes_out BytesOut: refuses("carries_out_in_addresses", 80_000);
    file_bytes FileBytes: refuses("reads_without_end", 8 << 20);
    records Records: stops("too_many_records", 4_000);
    page_bytes PageBytes: stops("page_of_megabytes", 1 << 20).beside("handed_bytes = 67108864");
    log_bytes LogBytes: refuses("log_flood", 8_192);
    state_bytes StateBytes: refuses("state_without_end", 64 << 10);
}

/// What the sources of these tests answer, in bytes: a quarter of what `bytes_in` has at least.
const ANSWER: usize = 256 << 10;
/// The largest file, in bytes.
const FILE: usize = 512 << 10;

fn manifest(kind: BudgetKind, case: &Case) -> String {
    let Case { guest: _, given, beside, stops: _ } = case;
    let manifest = MANIFEST.replace(r#"["team", "membership"]"#, r#"["team", "commit"]"#);
    format!(
        "{manifest}\n[budget]\n{} = {given}\n{beside}\n[capabilities]\nfiles = true\nstate = true\n\
         [[capabilities.http]]\nhost = \"granted.example\"\npath = \"/v1/\"\n",
        kind.name()
    )
}

/// A host in which the guest is connected, what its configuration has to say, and the source that it asks.
#[track_caller]
fn connected(kind: BudgetKind, case: &Case) -> (Host, String, Source) {
    let source = Source::start(|_| Answer { status: 200, headers: Vec::new(), body: vec![b'x'; ANSWER] });
    let host = Host::new();
    let route = format!("[egress]\nroutes = [{{ host = \"granted.example\", to = \"{}\" }}]\n", source.origin);
    let directory = readable(&host);
    let _ = Guest::pack(&host, case.guest, &manifest(kind, case)).sign(&host).install(&host).good();
    let _ = host.run(&["connect", "tests/guest", "--files", &directory]).good();
    (host, route, source)
}

/// Set in four ways, from a quarter of what the manifest asks for up to all of it, it is met each time.
#[track_caller]
fn holds(kind: BudgetKind, case: &Case) {
    let (host, route, _source) = connected(kind, case);
    let (name, quarter) = (kind.name(), case.given / 4);
    host.configure(&format!("{route}[budgets.ceiling]\n{name} = {quarter}\n"));
    meets(&host, kind, case, (quarter, "ceiling"));
    host.configure(&route);
    for (parts, scope, origin) in
        [(2, ["--workspace", "default"], "workspace"), (3, ["--plugin", "tests/guest"], "plugin")]
    {
        let _ = host.run(&[&["budget", "set"], &scope[..], &[&format!("{name}={}", parts * quarter)]].concat()).good();
        meets(&host, kind, case, (parts * quarter, origin));
        let _ = host.run(&[&["budget", "clear"], &scope[..], &[name]].concat()).good();
    }
    meets(&host, kind, case, (case.given, "manifest"));
}

#[test]
fn what_is_refused_to_a_guest_apart_is_told_too() {
    for (kind, case) in [
        (BudgetKind::TableElements, refuses("table_grows_slowly", 1_000)),
        (BudgetKind::BytesOut, refuses("carries_out_in_addresses", 20_000)),
        (BudgetKind::FileBytes, refuses("reads_without_end", 2 << 20)),
        (BudgetKind::LogBytes, refuses("log_flood", 2_048)),
        (BudgetKind::StateBytes, refuses("state_without_end", 16 << 10)),
    ] {
        let (host, route, _source) = connected(kind, &case);
        host.configure(&format!("{route}[sandbox]\nguests = \"apart\"\n"));
        meets(&host, kind, &case, (case.given, "manifest"));
    }
}

/// A directory with a file to read.
fn readable(host: &Host) -> String {
    let directory = host.folder().join("readable");
    fs::create_dir_all(&directory).expect("a folder");
    fs::write(directory.join("large"), vec![0; FILE]).expect("a file");
    Path::display(&directory).to_string()
}

/// A sync meets the budget at this limit, set by whom it says, and the run's record tells so.
#[track_caller]
fn meets(host: &Host, kind: BudgetKind, case: &Case, (limit, origin): (u32, &str)) {
    let name = kind.name();
    let ran = host.run(&["sync", "--json"]);
    assert_eq!(ran.code, i32::from(case.stops), "{name} at {limit}: {}{}", ran.out, ran.err);
    let run = newest(host);
    let told = budget(&run, name);
    assert_eq!((&told["limit"], &told["origin"], &told["met"]), (&limit.into(), &origin.into(), &1.into()), "{told}");
    assert!(told["call"]["id"].as_str().is_some_and(|id| id.starts_with("run_")), "{told}");
    let share = told["share"].as_f64().expect("a share");
    let least = if case.stops { 1.0 } else { 0.75 };
    assert!((least..1.25 + slack(kind, limit)).contains(&share), "{told}");
    if case.stops {
        is_named(&run, name);
    } else {
        assert_eq!((&run["state"], run["faults"].as_array().map(Vec::len)), (&"succeeded".into(), Some(0)), "{run}");
    }
}

/// By how much more the share may be over the whole.
fn slack(kind: BudgetKind, limit: u32) -> f64 {
    match kind {
        // Told is how many records the page has, and how many calls there were until somebody looked.
        BudgetKind::Records | BudgetKind::HostCalls => f64::INFINITY,
        // A machine that is busy with other things is late.
        BudgetKind::WallMs => 1_000.0 / f64::from(limit),
        _ => 0.0,
    }
}

/// What went wrong names the budget, who decided on it, and how far an operator can go.
#[track_caller]
fn is_named(run: &Value, name: &str) {
    let fault = &run["faults"][0];
    assert_eq!(fault["budget"], name, "{fault}");
    for message in [&fault["message"], &run["errors"][0]["message"]] {
        let message = message.as_str().expect("a message");
        assert!(message.contains(&format!("budget `{name}`")) && message.contains("ceiling"), "{message}");
    }
}
