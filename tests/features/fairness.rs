//! Who is synced next, where more want to be than there are workers.

use std::time::{Duration, Instant};

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, Serving};

/// A host with one worker: a guest without end in the workspace `greedy`, twice, and an honest one elsewhere.
fn crowded(weight: &str) -> Host {
    let host = Host::new();
    for (name, id) in [("pages_without_end", "tests/endless"), ("honest", "tests/honest")] {
        let manifest = weighbridge_tests::kit::MANIFEST.replace("tests/guest", id);
        let _ = Guest::pack(&host, name, &manifest).sign(&host).install(&host).good();
    }
    let _ = host.run(&["init", &host.folder().display().to_string(), "--workspace", "greedy"]).good();
    let _ = host.run(&["budget", "set", "--workspace", "greedy", weight]).good();
    for name in ["one", "two"] {
        let _ = host.run(&["connect", "tests/endless", "--name", name, "--workspace", "greedy"]).good();
    }
    host.configure("[sync]\nworkers = 1\nworkers_per_workspace = 1\n");
    host
}

/// The runs of a workspace, with this state.
fn runs(host: &Host, workspace: &str, state: &str) -> usize {
    let listed = host.run(&["runs", "list", "--workspace", workspace, "--json"]).good().json();
    let states = listed.as_array().into_iter().flatten().filter(|run| run["state"] == *state);
    states.count()
}

#[track_caller]
fn wait(what: &str, longest: Duration, is_so: impl Fn() -> bool) {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < longest, "{what} took longer than {longest:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_sync_without_end_leaves_the_worker_to_another_workspace_after_a_page() {
    let host = crowded("weight=1000");
    let serving = Serving::start(&host);
    wait("the first run", Duration::from_secs(20), || runs(&host, "greedy", "running") == 1);
    let _ = host.run(&["connect", "tests/honest"]).good();
    // Ten seconds are the least that a run has; a turn that nobody else wants has ten minutes.
    wait("the other workspace's run", Duration::from_secs(40), || runs(&host, "default", "succeeded") == 1);
    assert!(runs(&host, "greedy", "partial") >= 1, "what is left of it is the next run's");
    wait("its next run", Duration::from_secs(20), || runs(&host, "greedy", "running") == 1);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn weights_are_a_workspaces_alone_and_stay_within_reason() {
    let host = Host::new();
    let set = |arguments: &[&str]| host.run(&[&["budget", "set"], arguments].concat());
    let _ = set(&["--workspace", "default", "weight=0"]).refused(2, &["weight"]);
    let _ = set(&["--workspace", "default", "weight=10001"]).refused(2, &["weight", "10000", "set less"]);
    let _ = set(&["--plugin", "tests/guest", "weight=5"]).refused(2, &["tests/guest"]);
    let _ = set(&["--workspace", "default", "weight=250"]).good();
    let shown = || host.run(&["budget", "show", "--workspace", "default", "--json"]).good().json();
    assert_eq!(shown()["weight"], 250);
    let _ = host.run(&["budget", "clear", "--workspace", "default", "weight"]).good();
    assert_eq!(shown()["weight"], 100);
    let audited = host.run(&["audit", "--json"]).good().json();
    let actions: Vec<&Value> = audited.as_array().into_iter().flatten().map(|entry| &entry["action"]).collect();
    assert!(actions.contains(&&Value::from("budget.set")) && actions.contains(&&Value::from("budget.clear")));
}
