//! Keys are handed on, trust files applied, floors set, and every step stands in the audit log.

use std::fs;

use serde_json::{Value, json};
use weighbridge_tests::kit::{Guest, Host, MANIFEST};

/// A key pair in the host's folder: its id, and the paths of the private and the public half.
fn key(host: &Host, name: &str) -> (String, String, String) {
    let path = |ending: &str| host.folder().join(format!("{name}.{ending}")).display().to_string();
    let made = host.run(&["plugin", "key", &path("pem"), "--json"]).good().json();
    (made["id"].as_str().expect("an id").to_owned(), path("pem"), path("pub.pem"))
}

/// A guest of this sequence, signed with these keys.
fn release(host: &Host, sequence: u32, keys: &[&str]) -> Guest {
    let manifest = MANIFEST.replace("sequence = 1", &format!("sequence = {sequence}"));
    let guest = Guest::pack(host, "honest", &manifest);
    let path = guest.path();
    let mut arguments = vec!["plugin", "sign", &path];
    arguments.extend(keys.iter().flat_map(|key| ["--key", key]));
    let _ = host.run(&arguments).good();
    guest
}

/// The audit log's steps of trust, the oldest first: action, subject, before and after.
fn steps(host: &Host) -> Vec<Value> {
    let entries = host.run(&["audit", "--limit", "1000", "--json"]).good().json();
    let entries = entries.as_array().cloned().unwrap_or_default();
    let of_trust = |entry: &Value| entry["action"].as_str().is_some_and(|action| action.starts_with("trust."));
    entries.into_iter().rev().filter(of_trust).collect()
}

fn file(host: &Host, text: &str) -> String {
    let path = host.folder().join("trust.toml");
    fs::write(&path, text).expect("written");
    path.display().to_string()
}

/// An entry of a trust file for a public key.
fn entry(public: &str, name: &str, more: &str) -> String {
    let pem = fs::read_to_string(public).expect("a key");
    format!("[[keys]]\nname = \"{name}\"\nplugins = [\"tests/*\"]\npublic_key = '''\n{pem}'''\n{more}\n")
}

#[test]
fn a_new_key_takes_an_old_ones_place_and_what_runs_goes_on() {
    let host = Host::bare();
    let ((old, old_key, old_public), (new, new_key, new_public)) = (key(&host, "old"), key(&host, "new"));
    let _ = host.run(&["plugin", "trust", "add", &old_public, "--for", "tests/*", "--name", "Tests"]).good();
    let first = release(&host, 1, &[&old_key]);
    let _ = first.install(&host).good();
    let _ = host.run(&["connect", "tests/guest"]).good();

    let rotate = ["plugin", "trust", "rotate", &old, &new_public, "--overlap"];
    let _ = host.run(&[&rotate[..], &["30"]].concat()).good();
    let listed = host.run(&["plugin", "trust", "list"]).good().out;
    assert!(listed.contains("trusted until") && listed.contains(&new), "{listed}");
    let _ = host.run(&[&rotate[..], &["30"]].concat()).refused(2, &["trusted already", "--until"]);
    // In the overlap both install; a release that both signed names the one that lasts.
    let _ = first.install(&host).good();
    let second = release(&host, 2, &[&old_key, &new_key]);
    let verified = host.run(&["plugin", "verify", &second.path(), "--json"]).good().json();
    assert_eq!(verified["key"], new.as_str());

    // The old key ends: what was installed by it runs on, says so, and is not installed again.
    let _ = host
        .run(&["plugin", "trust", "add", &old_public, "--for", "tests/*", "--name", "Tests", "--until", &now()])
        .good();
    let _ = host.run(&["sync"]).good();
    assert!(host.text("SELECT log FROM runs").contains("the key that signed it ended at"), "the run says so");
    let plugin = host.run(&["plugin", "list", "--json"]).good().json()[0].clone();
    assert_eq!((&plugin["trust"]["standing"], &plugin["signer"]), (&"ageing".into(), &old.into()), "{plugin}");
    assert!(host.run(&["check"]).good().out.contains("good, but the key that signed it ended"));
    let first = release(&host, 1, &[&old_key]);
    let _ = first.install(&host).refused(77, &["nothing is installed by key", "current key"]);
    let second = release(&host, 2, &[&old_key, &new_key]);
    let _ = second.install(&host).good();
    let plugins = host.run(&["plugin", "list", "--json"]).good().json();
    let active = plugins.as_array().and_then(|all| all.iter().find(|one| one["state"] == "active")).expect("one");
    assert_eq!((&active["trust"]["standing"], &active["signer"]), (&"trusted".into(), &new.into()), "{active}");
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

#[test]
fn a_second_key_signs_beside_the_first_one() {
    let host = Host::bare();
    let ((_, old_key, _), (new, new_key, new_public)) = (key(&host, "old"), key(&host, "new"));
    let _ = host.run(&["plugin", "trust", "add", &new_public, "--for", "tests/*"]).good();
    let guest = release(&host, 1, &[&old_key]);
    let _ = guest.install(&host).refused(77, &["is not trusted"]);
    let signed = host.run(&["plugin", "sign", &guest.path(), "--key", &new_key, "--also", "--json"]).good().json();
    assert_eq!(signed["keys"].as_array().map(Vec::len), Some(2), "{signed}");
    let _ = guest.install(&host).good();
    assert_eq!(host.run(&["plugin", "list", "--json"]).good().json()[0]["signer"], new.as_str());
}

#[test]
fn every_step_of_trust_is_noted_with_who_and_what_before_and_after() {
    let host = Host::bare();
    let ((first, _, first_public), (second, _, second_public)) = (key(&host, "first"), key(&host, "second"));
    let _ = host.run(&["plugin", "trust", "add", &first_public, "--for", "tests/*", "--name", "Tests"]).good();
    let _ = host.run(&["plugin", "trust", "rotate", &first, &second_public]).good();
    let _ = host.run(&["plugin", "trust", "revoke", &first, "--reason", "stolen"]).good();
    let digest = "a".repeat(64);
    let _ = host.run(&["plugin", "trust", "revoke", &digest, "--package", "--reason", "malware"]).good();
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "4"]).good();
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "3", "--lower"]).good();
    let noted = steps(&host);
    let seen: Vec<_> = noted.iter().map(|entry| (entry["action"].clone(), entry["subject"].clone())).collect();
    let expected = [
        ("trust.key", first.as_str()),
        ("trust.key", &second),
        ("trust.key", &first),
        ("trust.revoke-key", &first),
        ("trust.revoke-package", &digest),
        ("trust.floor", "tests/guest"),
        ("trust.floor", "tests/guest"),
    ];
    assert_eq!(seen, expected.map(|(action, subject)| (json!(action), json!(subject))));
    for entry in &noted {
        assert_eq!(entry["actor"], "operator");
        assert!(entry["detail"]["by"]["uid"].is_number() && entry["at"].is_string(), "{entry}");
    }
    let (before, after) = (&noted[2]["detail"]["before"], &noted[2]["detail"]["after"]);
    assert!(before["until"].is_null() && after["until"].is_string() && before["name"] == "Tests", "{before} {after}");
    assert_eq!(noted[3]["detail"]["after"], json!({ "revoked": "stolen" }));
    assert_eq!(
        noted[6]["detail"],
        json!({ "by": noted[6]["detail"]["by"], "before": { "floor": 4 }, "after": { "floor": 3 } })
    );
    // What stands so already is no step.
    let said = host.run(&["plugin", "trust", "revoke", &first]).good().out;
    assert!(said.contains("nothing changed"), "{said}");
    assert_eq!(steps(&host).len(), noted.len());
}

#[test]
fn a_slip_of_the_finger_is_no_revocation_and_a_key_can_be_revoked_before_it_is_trusted() {
    let host = Host::bare();
    let (id, _, public) = key(&host, "key");
    let _ = host.run(&["plugin", "trust", "revoke", &id]).refused(2, &["no key that this host trusts", "--key"]);
    let _ = host.run(&["plugin", "trust", "revoke", "abc"]).refused(2, &["`abc`", "64"]);
    assert!(steps(&host).is_empty());
    let _ = host.run(&["plugin", "trust", "revoke", &id, "--key", "--reason", "leaked"]).good();
    let _ = host.run(&["plugin", "trust", "add", &public, "--for", "tests/*"]).refused(77, &["was revoked", "leaked"]);
    let text = format!("sequence = 1\n{}", entry(&public, "Tests", ""));
    let _ = host.run(&["plugin", "trust", "apply", &file(&host, &text)]).refused(77, &["was revoked", "leaked"]);
}

#[test]
fn a_release_below_the_floor_is_not_installed_until_the_floor_is_lowered() {
    let host = Host::new();
    let guest = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "2"]).good();
    let _ = guest.install(&host).refused(77, &["below the floor 2", "plugin trust floor"]);
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "1"]).refused(2, &["is 2", "--lower"]);
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "1", "--lower"]).good();
    let _ = guest.install(&host).good();
}

#[test]
fn a_trust_file_is_applied_whole_once_and_never_backwards() {
    let host = Host::bare();
    let ((id, private, public), (other, _, _)) = (key(&host, "key"), key(&host, "other"));
    let text = |sequence: u32, floor: u32| {
        format!(
            "sequence = {sequence}\n{}\n[[revoked_keys]]\nid = \"{other}\"\nreason = \"stolen\"\n\
             [[revoked_packages]]\ndigest = \"{}\"\nreason = \"malware\"\n[floors]\n\"tests/guest\" = {floor}\n",
            entry(&public, "Tests", "not_after = \"2099-01-01T00:00:00Z\""),
            "b".repeat(64),
        )
    };
    let apply = |text: &str| host.run(&["plugin", "trust", "apply", &file(&host, text), "--json"]);
    let first = apply(&text(3, 1)).good().json();
    assert_eq!(first["changed"].as_array().map(Vec::len), Some(5), "{first}");
    let _ = release(&host, 1, &[&private]).install(&host).good();
    let listed = host.run(&["plugin", "trust", "list"]).good().out;
    for word in ["Tests, for tests/*", "trusted until 2099", &id, "stolen", "malware", "sequence 1"] {
        assert!(listed.contains(word), "`{word}` is not in: {listed}");
    }
    // The same again is nothing; another text under the same number, and an older number, are refused.
    let noted = steps(&host).len();
    assert_eq!(apply(&text(3, 1)).good().json()["changed"], json!([]));
    let _ = apply(&text(3, 2)).refused(77, &["another text", "`sequence = 4`"]);
    let _ = apply(&text(2, 1)).refused(77, &["`sequence = 2`", "3 was applied before"]);
    assert_eq!(steps(&host).len(), noted);
    // A floor that was raised in an emergency is not lowered by a file that does not know of it.
    let _ = host.run(&["plugin", "trust", "floor", "tests/guest", "9"]).good();
    let kept = apply(&text(4, 2)).good().json();
    assert!(kept["notes"][0].as_str().is_some_and(|note| note.contains("stays at 9")), "{kept}");
    // What stands now can be written down, and changes nothing when it is applied.
    let exported = host.run(&["plugin", "trust", "export"]).good().out;
    let again = apply(&exported).good().json();
    assert_eq!(again["changed"].as_array().map(Vec::len), Some(1), "{again}");
}

#[test]
fn a_bad_trust_file_changes_nothing_and_is_named_with_line_and_entry() {
    let host = Host::bare();
    let (_, _, public) = key(&host, "key");
    let good = format!("sequence = 1\n{}", entry(&public, "Tests", ""));
    let apply = |path: &str| host.run(&["plugin", "trust", "apply", path]);
    let twice = format!("{good}{}", entry(&public, "Tests again", ""));
    let _ = apply(&file(&host, &twice)).refused(1, &["trust.toml`, line 11, `keys[1]`", "`keys[0]` already"]);
    let _ = apply(&file(&host, &format!("{good}[floor]\n"))).refused(1, &["trust.toml`, line 11: ", "`floor`"]);
    let _ = apply(&file(&host, &good.replace("tests/*", "*"))).refused(1, &["line 4: ", "`publisher/*`"]);
    let _ = apply("/dev/zero").refused(1, &["larger than 1048576 bytes"]);
    let _ = apply("nowhere.toml").refused(1, &["nowhere.toml"]);
    assert!(steps(&host).is_empty());
    let listed = host.run(&["plugin", "trust", "list", "--json"]).good().json();
    assert_eq!(listed["keys"], json!([]));
    let _ = apply(&file(&host, &good)).good();
}
