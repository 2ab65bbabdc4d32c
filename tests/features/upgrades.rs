//! Another release of a plugin that runs: what it may have by itself, what it waits for, and every way back.

mod consent;
mod rollback;

use serde_json::Value;
use weighbridge_tests::kit::{Guest, Host, MANIFEST, Ran};

/// Exit code of a refusal.
const REFUSED: i32 = 77;

/// What a second release may ask for beyond the first.
const MORE: &str = "\n[capabilities]\nstate = true\n[[capabilities.http]]\nhost = \"more.example\"\npath = \"/api\"\n\
    [budget]\ncpu_ms = 3000\n";

/// The manifest of the release of this number, and what it asks for more.
pub(crate) fn release(number: u32, more: &str) -> String {
    let manifest = MANIFEST.replace("1.0.0", &format!("{number}.0.0"));
    format!("{}{more}", manifest.replace("sequence = 1", &format!("sequence = {number}")))
}

/// Offer this release of a guest.
#[track_caller]
pub(crate) fn offer(host: &Host, name: &str, number: u32, more: &str) -> Ran {
    Guest::pack(host, name, &release(number, more)).sign(host).install(host)
}

/// The state of each release that `plugin list` shows, by version.
#[track_caller]
pub(crate) fn states(host: &Host) -> Vec<(String, String)> {
    let listed = host.run(&["plugin", "list", "--json"]).good().json();
    let text = |release: &Value, key: &str| release[key].as_str().expect("text").to_owned();
    let mut states: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|release| (text(release, "version"), text(release, "state")))
        .collect();
    states.sort();
    states
}

/// The versions and states that are expected.
pub(crate) fn are(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(version, state)| ((*version).to_owned(), (*state).to_owned())).collect()
}

/// The only connection, as `connection list` tells it.
#[track_caller]
pub(crate) fn connection(host: &Host) -> Value {
    host.run(&["connection", "list", "--json"]).good().json()[0].clone()
}

/// A host with the first release of a guest, connected and synced.
#[track_caller]
pub(crate) fn running(name: &str) -> Host {
    let host = Host::new();
    let _ = Guest::sync(&host, name, &release(1, ""), &[]).good();
    host
}

#[track_caller]
fn audited(host: &Host, action: &str) -> Value {
    let entries = host.run(&["audit", "--json"]).good().json();
    let found = entries.as_array().expect("entries").iter().find(|entry| entry["action"] == action);
    found.unwrap_or_else(|| panic!("no `{action}` in {entries}")).clone()
}

#[test]
fn a_release_that_asks_for_no_more_goes_live_at_the_next_call() {
    let host = running("steps");
    let installed = offer(&host, "leaps", 2, "").good();
    assert!(installed.out.contains("asks for no more"), "{}", installed.out);
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-11", "step-1"], "it goes on from the cursor of the one before");
    assert_eq!(connection(&host)["plugin_version"], "2.0.0");
    assert_eq!(audited(&host, "plugin.upgrade")["detail"]["version"], "2.0.0");
}

#[test]
fn a_release_that_asks_for_more_waits_and_is_shown_while_the_old_one_runs_on() {
    let host = running("steps");
    let offered = offer(&host, "strange_host", 2, MORE).good();
    let words = ["more      GET https://more.example:443/api", "small state", "budget cpu_ms: 3000 instead of 2000"];
    for word in words.into_iter().chain(["plugin approve tests/guest@2.0.0", "1.0.0 goes on"]) {
        assert!(offered.out.contains(word), "`{word}` is not in: {}", offered.out);
    }
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "pending")]));
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["step-1", "step-2"]);
    let checked = host.run(&["check"]).good().out;
    assert!(checked.contains("plugin approve tests/guest"), "{checked}");

    let mut command = host.command(&["plugin", "approve", "tests/guest"]);
    let unasked = Ran::of(&command.stdin(std::process::Stdio::null()).output().expect("it runs"));
    let _ = unasked.refused(REFUSED, &["more      GET https://more.example:443/api", "--yes"]);
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "pending")]));
    let _ = host.run(&["plugin", "approve", "tests/guest@3.0.0", "--yes"]).refused(2, &["tests/guest 3.0.0", "waits"]);

    let _ = host.run(&["plugin", "approve", "tests/guest@2.0.0", "--yes"]).good();
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));
    let more = &audited(&host, "plugin.offer")["detail"]["more"];
    assert_eq!(more["capabilities"]["http"][0]["host"], "more.example", "{more}");
    assert_eq!(audited(&host, "plugin.approve")["detail"]["granted"]["state"], true);
}

#[test]
fn each_way_of_asking_for_more_waits_and_each_way_of_asking_for_less_does_not() {
    let host = Host::new();
    let rule = "\n[[capabilities.http]]\nhost = \"a.example\"\npath = \"/api\"\nmethods = [\"GET\", \"POST\"]\n";
    let _ = offer(&host, "strange_host", 1, rule).good();
    for (number, changed) in [
        (2, rule.replace("/api", "/")),
        (3, rule.replace("a.example", "b.example")),
        (4, rule.replace("\"POST\"", "\"POST\", \"PUT\"")),
        (5, format!("{rule}[[capabilities.auth]]\nname = \"token\"\nscheme = \"bearer\"\nhosts = [\"a.example\"]\n")),
        (6, format!("{rule}[budget]\nmemory_bytes = 100000000\n")),
    ] {
        let offered = offer(&host, "strange_host", number, &changed).good();
        assert!(offered.out.contains("more      "), "{changed}: {}", offered.out);
        assert_eq!(states(&host).last(), Some(&(format!("{number}.0.0"), "pending".to_owned())), "{changed}");
    }
    assert_eq!(states(&host)[1].1, "rejected", "a newer release takes the place of one that waits");
    let narrower = rule.replace("/api", "/api/v3").replace(", \"POST\"", "") + "[budget]\nmemory_bytes = 10000000\n";
    let live = offer(&host, "strange_host", 7, &narrower).good();
    assert!(live.out.contains("is live"), "{}", live.out);
    let again = offer(&host, "strange_host", 8, rule).good();
    assert!(
        again.out.contains("more      GET POST https://a.example:443/api…"),
        "the grant narrowed, too: {}",
        again.out
    );
}

#[test]
fn a_rejected_release_does_not_run_and_can_be_offered_again() {
    let host = running("steps");
    let _ = offer(&host, "strange_host", 2, MORE).good();
    let rejected = host.run(&["plugin", "reject", "tests/guest"]).good();
    assert!(rejected.out.contains("1.0.0 goes on"), "{}", rejected.out);
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "rejected")]));
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).refused(2, &["waits for approval"]);
    let _ = host.run(&["plugin", "reject", "tests/guest"]).refused(2, &["waits for approval"]);
    assert_eq!(audited(&host, "plugin.reject")["detail"]["version"], "2.0.0");
    let _ = offer(&host, "strange_host", 2, MORE).good();
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "pending")]));
    let _ = offer(&host, "steps", 1, "").good();
    assert_eq!(states(&host)[0], ("1.0.0".to_owned(), "active".to_owned()), "what runs can be installed again");
}

#[test]
fn a_release_that_is_not_trusted_any_more_is_not_approved() {
    let host = running("steps");
    let _ = offer(&host, "strange_host", 2, MORE).good();
    let listed = host.run(&["plugin", "list", "--json"]).good().json();
    let pending = listed.as_array().expect("a list").iter().find(|one| one["state"] == "pending").expect("one waits");
    let _ = host.run(&["plugin", "trust", "revoke", pending["digest"].as_str().expect("a digest")]).good();
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).refused(REFUSED, &["revoked"]);
    let _ = host.run(&["sync"]).good();
    assert_eq!(connection(&host)["plugin_version"], "1.0.0");
}

#[test]
fn a_release_whose_settings_do_not_fit_waits_and_names_the_connections() {
    let host = running("steps");
    let schema = "\n[settings]\ntype = \"object\"\nadditionalProperties = false\nrequired = [\"owner\"]\n\
        properties = { owner = { type = \"string\" }, size = { type = \"string\", default = \"7\" } }\n";
    let offered = offer(&host, "leaps", 2, schema).good();
    for word in ["settings  have another schema", "`guest` of the workspace `default` stops", "`/owner` is required"] {
        assert!(offered.out.contains(word), "`{word}` is not in: {}", offered.out);
    }
    assert!(!offered.out.contains("more      "), "it asks for nothing more: {}", offered.out);
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "pending")]));
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    let _ = host.run(&["sync"]).refused(1, &["`/owner` is required", "weighbridge connection set guest"]);
    let _ = host.run(&["connection", "set", "guest", "owner=7", "nonsense=1"]).refused(2, &["/owner", "/nonsense"]);
    let _ = host.run(&["connection", "set", "guest", "owner=acme"]).good();
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-11", "step-1"]);

    // Its own default is no reason to stop the release before it; a setting that this one knows alone is, and is named.
    let back = host.run(&["plugin", "rollback", "tests/guest"]).good();
    assert!(back.out.contains("`/owner` is not a known setting"), "{}", back.out);
    let _ = host.run(&["connection", "set", "guest", "--unset", "owner"]).good();
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-11", "step-1", "step-2"]);
}
