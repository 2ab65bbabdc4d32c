//! Budgets: each met by a guest and told in the run's record, with the share that was used; set by the operator, and
//! counting from the next call on.

mod calls;
mod each;

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST};

/// The newest run of the default workspace, as it is shown.
fn newest(host: &Host) -> Value {
    let runs = host.run(&["runs", "list", "--json"]).good().json();
    let id = runs[0]["id"].as_str().expect("a run").to_owned();
    host.run(&["runs", "show", &id, "--json"]).good().json()
}

fn budget<'a>(run: &'a Value, name: &str) -> &'a Value {
    let budgets = run["budgets"].as_array().expect("budgets");
    budgets.iter().find(|budget| budget["budget"] == name).unwrap_or_else(|| panic!("`{name}` is not in {run}"))
}

#[test]
fn what_is_set_counts_at_the_next_call_and_is_audited() {
    let host = Host::new();
    let manifest = format!("{MANIFEST}\n[budget]\ncpu_ms = 300\n");
    let _ = Guest::sync(&host, "loop_in_pull", &manifest, &[]);
    let cpu = |host: &Host| {
        let run = newest(host);
        let cpu = budget(&run, "cpu_ms").clone();
        (cpu["limit"].as_u64().expect("a limit"), cpu["origin"].as_str().expect("an origin").to_owned())
    };
    assert_eq!(cpu(&host), (300, "manifest".to_owned()));

    let plugin = ["--plugin", "tests/guest"];
    let _ = host.run(&[&["budget", "set"], &plugin[..], &["cpu=150ms", "memory=32MiB"]].concat()).good();
    let _ = host.run(&["budget", "set", "--workspace", "default", "cpu_ms=100"]).good();
    assert_eq!(host.run(&["sync", "--json"]).code, 1);
    assert_eq!(cpu(&host), (100, "workspace".to_owned()), "the smaller of the two");

    let both = [&["budget", "set"], &plugin[..], &["--workspace", "default", "cpu=120"]].concat();
    let _ = host.run(&both).good();
    let shown =
        host.run(&["budget", "show", "--plugin", "tests/guest", "--workspace", "default", "--json"]).good().json();
    let shown_cpu = &shown["budgets"][0];
    assert_eq!((&shown_cpu["value"], &shown_cpu["origin"]), (&120.into(), &"plugin-in-workspace".into()));
    assert_eq!(host.run(&["budget", "show", "--json"]).good().json().as_array().map(Vec::len), Some(4));

    for scope in [&["--workspace", "default"][..], &["--plugin", "tests/guest", "--workspace", "default"], &plugin] {
        let _ = host.run(&[&["budget", "clear"], scope].concat()).good();
    }
    assert_eq!(host.run(&["sync", "--json"]).code, 1);
    assert_eq!(cpu(&host), (300, "manifest".to_owned()));
    let audit = host.run(&["audit", "--json"]).good().out;
    assert!(audit.contains("budget.set") && audit.contains("budget.clear"), "{audit}");
}

#[test]
fn what_cannot_be_set_is_refused_with_the_way_out() {
    let host = Host::new();
    let _ = Guest::pack(&host, "honest", MANIFEST).sign(&host).install(&host).good();
    let refused = |arguments: &[&str], words: &[&str]| {
        let _ = host.run(&[&["budget", "set"], arguments].concat()).refused(2, words);
    };
    refused(&["--plugin", "tests/guest", "cpu=31s"], &["ceiling of 30 s", "budgets.ceiling.cpu_ms"]);
    refused(&["--plugin", "tests/guest", "cpu=fast"], &["`fast` is not an amount", "`5s`"]);
    refused(&["--plugin", "tests/guest", "cpus=1"], &["there is no budget `cpus`", "memory"]);
    refused(&["--plugin", "tests/guest", "memory=0"], &["no call could run"]);
    refused(&["--plugin", "tests/other", "cpu=1s"], &["tests/other is not installed"]);
    refused(&["--workspace", "nobody", "cpu=1s"], &["no workspace `nobody`"]);
    refused(&["cpu=1s"], &["--plugin", "budgets.ceiling"]);
    host.configure("[budgets.ceiling]\ncpu_ms = 150\n");
    let shown = host.run(&["budget", "show", "--plugin", "tests/guest", "--json"]).good().json();
    let cpu = &shown["budgets"][0];
    assert_eq!((&cpu["value"], &cpu["origin"], &cpu["ceiling"]), (&150.into(), &"ceiling".into(), &150.into()));
}

#[test]
fn a_trap_is_told_with_version_call_and_frames_in_a_hundred_columns() {
    let host = Host::new();
    let _ = Guest::sync(&host, "trap", MANIFEST, &[]);
    let run = newest(&host);
    let fault = &run["faults"][0];
    assert_eq!((&fault["plugin"], &fault["call"]["export"]), (&"tests/guest 1.0.0".into(), &"pull".into()));
    assert_eq!((&fault["call"]["stream"], &fault["call"]["page"]), (&"all".into(), &1.into()));
    let frames = fault["frames"].to_string();
    assert!(frames.contains("::") && !frames.contains("_ZN"), "demangled: {frames}");
    assert_eq!(run["signer"]["publisher"], "weighbridge/*, tests/*");
    let shown = host.run(&["runs", "show", run["id"].as_str().expect("an id")]).good().out;
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 100), "{widest:?}\n{shown}");
    let strange = host.run(&["runs", "show", "run_00000000000000000000000000000000"]);
    let _ = strange.refused(2, &["has no run", "weighbridge runs list"]);
}

#[test]
fn a_run_tells_of_its_records_its_streams_and_where_its_requests_went() {
    let host = Host::new();
    let manifest = format!("{MANIFEST}\n[[capabilities.http]]\nhost = \"granted.example\"\n");
    let _ = Guest::sync(&host, "strange_host", &manifest, &[]).good();
    let run = newest(&host);
    assert_eq!((&run["kinds"]["team"], &run["streams"][0]["pages"]), (&1.into(), &1.into()));
    assert_eq!((&run["streams"][0]["cursor_before"], &run["streams"][0]["caught_up"]), (&Value::Null, &true.into()));
    let traffic = run["traffic"].as_array().expect("traffic");
    let refused: u64 = traffic.iter().filter_map(|sort| sort["refused"].as_u64()).sum();
    assert!(refused >= 1 && traffic.iter().all(|sort| sort.get("path").is_none()), "{run}");
    assert_eq!(run["granted"]["http"][0], "GET https://granted.example:443/");
}
