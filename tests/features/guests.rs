//! Each guest of `tests/guests` against a real host: contained, named, and nothing half written.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use weighbridge_tests::kit::{CLIENT, CONSENT, Guest, Host, MANIFEST, Ran, oauth_manifest, root};

/// The first stream of the first connection that was synced.
fn stream(ran: &Ran) -> Value {
    ran.json()[0]["streams"][0].clone()
}

/// Sync a guest that must fail, and hand back what was said of it. Nothing of it is stored, and the host works on.
#[track_caller]
fn refused(name: &str, manifest: &str) -> String {
    let host = Host::new();
    let ran = Guest::sync(&host, name, manifest, &[]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let run = &ran.json()[0];
    assert_eq!(run["usage"]["records"], 0, "{run}");
    let again = host.run(&["check"]);
    assert_eq!(again.code, 0, "the host is whole: {}", again.err);
    let streams = run["streams"].as_array().map_or(&[][..], Vec::as_slice);
    let failures = streams.iter().map(|stream| &stream["failure"]).chain([&run["failure"]]);
    failures.filter_map(|failure| failure["message"].as_str()).collect::<Vec<_>>().join("\n")
}

/// Sync a guest that must succeed: its stream, and the run.
#[track_caller]
fn accepted(name: &str, manifest: &str) -> (Host, Value) {
    let host = Host::new();
    let ran = Guest::sync(&host, name, manifest, &[]).good();
    (host, ran.json()[0].clone())
}

#[track_caller]
fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn every_guest_has_a_test_of_its_name() {
    let this = fs::read_to_string(root().join("tests/features/guests.rs")).expect("this file");
    let listed = fs::read_to_string(root().join("tests/guests/Cargo.toml")).expect("the guests' manifest");
    let files: BTreeSet<String> = fs::read_dir(root().join("tests/guests"))
        .expect("the guests")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| name != "lib")
        .collect();
    for name in files {
        assert!(this.contains(&format!("fn {name}_")), "the guest `{name}` has no test");
        assert!(listed.contains(&format!("path = \"{name}.rs\"")), "the guest `{name}` is not built");
    }
}

#[test]
fn authorised_pages_is_stopped_where_nobody_has_consented() {
    let manifest = oauth_manifest("authorization-code", CONSENT);
    let host = Host::new();
    let _ = Guest::pack(&host, "authorised_pages", &manifest).sign(&host).install(&host).good();
    let _ = host.run(&["connect", "tests/guest"]).refused(2, &["needs the credential `account`"]);
    let client = host.client_file(CLIENT);
    let _ = host.run(&["connect", "tests/guest", "--credential", &format!("account={client}")]).good();
    let _ = host.run(&["sync", "guest"]).refused(1, &["needs new authorization of `account`"]);
}

#[test]
fn scans_itself_finds_what_it_planted_and_nothing_else() {
    let manifest =
        format!("{MANIFEST}\n[budget]\ncpu_ms = 20000\n[[capabilities.http]]\nhost = \"api.example.test\"\n");
    let (host, _) = accepted("scans_itself", &manifest);
    assert_eq!(host.record_ids("teams"), ["hits 0, planted true, blanked false"], "nothing was asked of anybody");
}

#[test]
fn honest_brings_its_records() {
    let (_, run) = accepted("honest", MANIFEST);
    assert_eq!((&run["state"], &run["usage"]["records"]), (&"succeeded".into(), &2.into()));
}

#[test]
fn trap_is_named_with_plugin_export_and_place() {
    let message = refused("trap", MANIFEST);
    says(&message, &["tests/guest", "trapped in `pull`", "unreachable", "trap"]);
}

#[test]
fn loop_in_pull_is_stopped_by_the_cpu_budget() {
    says(&refused("loop_in_pull", MANIFEST), &["the CPU budget of 2000 ms is spent"]);
}

#[test]
fn loop_in_streams_is_stopped_by_the_cpu_budget_that_the_manifest_asks_for() {
    let manifest = format!("{MANIFEST}\n[budget]\ncpu_ms = 300\n");
    says(&refused("loop_in_streams", &manifest), &["the CPU budget of 300 ms is spent"]);
}

#[test]
fn memory_bomb_is_told_what_it_asked_for_and_may_have() {
    says(&refused("memory_bomb", MANIFEST), &["out of memory", "may have 67108864"]);
}

#[test]
fn million_records_are_refused_before_they_are_stored() {
    // Which wall it meets first is the host's affair; that it names one is what matters.
    let message = refused("million_records", MANIFEST);
    let walls = ["out of memory", "handed over more than", "records and may have", "CPU budget"];
    assert!(walls.iter().any(|wall| message.contains(wall)), "{message}");
}

#[test]
fn too_many_records_by_one_are_refused() {
    says(&refused("too_many_records", MANIFEST), &["the page has 5001 records and may have 5000"]);
}

#[test]
fn invalid_instant_is_named_with_record_kind_and_field() {
    says(&refused("invalid_instant", MANIFEST), &["record 1 (membership)", "`since`", "RFC 3339"]);
}

#[test]
fn undeclared_kind_fails_its_page() {
    says(&refused("undeclared_kind", MANIFEST), &["record 1", "does not declare the kind `repository`"]);
}

#[test]
fn endless_id_is_over_its_cap() {
    says(&refused("endless_id", MANIFEST), &["record 0 (team)", "`id`", "1048576 bytes and may have 512"]);
}

#[test]
fn page_loop_ends_at_the_first_page_that_leads_nowhere() {
    let host = Host::new();
    let ran = Guest::sync(&host, "page_loop", MANIFEST, &[]);
    let stream = stream(&ran);
    assert_eq!((ran.code, &stream["pages"]), (1, &1.into()), "{}", ran.out);
    says(stream["failure"]["message"].as_str().expect("a failure"), &["at the cursor where it began"]);
}

#[test]
fn log_flood_is_cut_and_escaped() {
    let (_, run) = accepted("log_flood", MANIFEST);
    let bytes = run["usage"]["log_bytes"].as_u64().expect("a count");
    assert!((1..=65_536 + 256).contains(&bytes), "{bytes}");
}

#[test]
fn log_hoard_is_kept_only_as_far_as_the_log_may_go() {
    let (_, run) = accepted("log_hoard", MANIFEST);
    assert_eq!(run["usage"]["log_bytes"], 65_536, "{run}");
}

#[test]
fn host_call_flood_is_stopped_although_every_call_is_refused() {
    let manifest = format!("{MANIFEST}\n[capabilities]\nfiles = true\n");
    let host = Host::new();
    let inside = host.folder().join("readable");
    fs::create_dir_all(&inside).expect("a folder");
    let ran = Guest::sync(&host, "host_call_flood", &manifest, &["--files", &inside.display().to_string()]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    // Which wall it meets first depends on the machine; that the host's work is counted is what matters.
    let message = stream(&ran)["failure"]["message"].to_string();
    let walls = ["the CPU budget of 2000 ms is spent", "called the host more than 100000 times"];
    assert!(walls.iter().any(|wall| message.contains(wall)), "{message}");
}

#[test]
fn remembers_nothing_from_one_call_to_the_next() {
    let host = Host::new();
    let _ = Guest::sync(&host, "remembers", MANIFEST, &[]).good();
    let again = host.run(&["sync", "--json"]).good().json();
    assert_eq!(again[0]["state"], "succeeded");
    // The id of its one record counts earlier calls: had an instance survived, there would be a second record.
    let again = host.run(&["check"]);
    assert_eq!(again.code, 0);
    assert_eq!(host.records("teams"), 1);
}

#[test]
fn strange_host_is_denied_before_anything_is_resolved() {
    let manifest = format!("{MANIFEST}\n[[capabilities.http]]\nhost = \"granted.example\"\n");
    let (host, run) = accepted("strange_host", &manifest);
    assert_eq!(run["usage"]["requests"], 0, "{run}");
    assert_eq!(host.record_ids("teams"), ["denied"]);
}

#[test]
fn walks_out_of_its_directory_reads_nothing() {
    let host = Host::new();
    let inside = host.folder().join("readable");
    fs::create_dir_all(inside.join("inside")).expect("a folder");
    fs::write(host.folder().join("secret"), "canary").expect("a file");
    std::os::unix::fs::symlink(host.folder().join("secret"), inside.join("link-to-secret")).expect("a link");
    let manifest = format!("{MANIFEST}\n[capabilities]\nfiles = true\n");
    let ran = Guest::sync(&host, "walks_out", &manifest, &["--files", &inside.display().to_string()]).good();
    assert_eq!(ran.json()[0]["usage"]["records"], 0, "every path that was read is a record");
}

#[test]
fn half_broken_brings_the_stream_that_it_does_not_break() {
    let host = Host::new();
    let ran = Guest::sync(&host, "half_broken", MANIFEST, &[]);
    let run = &ran.json()[0];
    assert_eq!((ran.code, &run["state"], &run["usage"]["records"]), (1, &"partial".into(), &1.into()), "{run}");
    says(run["streams"][0]["failure"]["message"].as_str().expect("a failure"), &["trapped in `pull`"]);
}

#[test]
fn steps_and_leaps_of_one_host_go_on_from_their_cursors() {
    for (name, first) in [("steps", "step-1"), ("leaps", "leap-10")] {
        let (host, _) = accepted(name, MANIFEST);
        assert_eq!(host.record_ids("teams"), [first]);
    }
}

#[test]
fn leaps_goes_on_from_its_own_cursor() {
    let (host, _) = accepted("leaps", MANIFEST);
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-10", "leap-20"]);
}
