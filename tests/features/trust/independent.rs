//! Signatures before a second opinion: `securesystemslib`, which shares no code with the host, verifies ours, and ours verifies
//! its. Skipped, by name, where there is no Python with it.

use std::fs;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Value, json};
use weighbridge_tests::kit::{Guest, Host, MANIFEST, Ran, python, skip};

/// What the script says; none where it cannot be run, which is said.
fn asked(test: &str, arguments: &[&str]) -> Option<Ran> {
    python("dsse.py", arguments)
        .map_err(|reason| skip(test, &format!("no Python with securesystemslib: {reason}")))
        .ok()
}

/// A key pair of the host's own making, in the host's folder: private and public.
fn key(host: &Host, name: &str) -> (String, String) {
    let path = |ending: &str| host.folder().join(format!("{name}.{ending}")).display().to_string();
    let _ = host.run(&["plugin", "key", &path("pem")]).good();
    (path("pem"), path("pub.pem"))
}

/// What has to be signed of a guest, as anybody can tell from `plugin inspect`.
fn statement(host: &Host, guest: &Guest, expires: SystemTime) -> Value {
    let seen = host.run(&["plugin", "inspect", &guest.path(), "--json"]).good().json()["inspection"].clone();
    let expires = Timestamp::try_from(expires).expect("an instant").to_string();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": "guest.wasm", "digest": { "sha256": seen["digest"] } }],
        "predicateType": "https://weighbridge.dev/attestation/plugin/v1",
        "predicate": {
            "plugin": seen["manifest"]["id"],
            "version": seen["manifest"]["version"],
            "sequence": seen["manifest"]["sequence"],
            "manifestDigest": seen["manifest_digest"],
            "expires": expires,
        },
    })
}

fn in_a_year() -> SystemTime {
    SystemTime::now() + Duration::from_secs(365 * 24 * 60 * 60)
}

#[test]
fn securesystemslib_verifies_what_the_host_signed() {
    let test = "securesystemslib_verifies_what_the_host_signed";
    let host = Host::new();
    let guest = Guest::pack(&host, "honest", MANIFEST);
    let ((old, old_public), (new, new_public), (_, other)) =
        (key(&host, "old"), key(&host, "new"), key(&host, "other"));
    let signed = host.run(&["plugin", "sign", &guest.path(), "--key", &old, "--key", &new, "--json"]).good().json();
    let verify = |threshold: &str, keys: &[&str]| asked(test, &[&["verify", &guest.path(), threshold], keys].concat());
    let Some(both) = verify("2", &[&old_public, &new_public]) else { return };
    let mut ids: Vec<_> = signed["keys"].as_array().expect("keys").iter().collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(both.good().json()["keys"], json!(ids));
    let one = verify("1", &[&new_public]).expect("as before").good().json();
    let mut expected = statement(&host, &guest, in_a_year());
    expected["predicate"]["expires"] = one["statement"]["predicate"]["expires"].clone();
    expected["subject"][0]["name"] = one["statement"]["subject"][0]["name"].clone();
    assert_eq!(one["statement"], expected);
    // It refuses what it should, or its word would be worth nothing.
    assert_eq!(verify("1", &[&other]).expect("as before").code, 1);
    let mut package = fs::read(&guest.package).expect("the package");
    *package.last_mut().expect("bytes") ^= 1;
    fs::write(&guest.package, package).expect("written");
    assert_eq!(verify("1", &[&new_public]).expect("as before").code, 1);
}

#[test]
fn the_host_verifies_and_installs_what_securesystemslib_signed() {
    let test = "the_host_verifies_and_installs_what_securesystemslib_signed";
    let host = Host::bare();
    let guest = Guest::pack(&host, "honest", MANIFEST);
    let file = |name: &str| host.folder().join(name).display().to_string();
    let (private, public) = (file("theirs.pem"), file("theirs.pub.pem"));
    if asked(test, &["key", &private, &public]).is_none() {
        return;
    }
    let sign = |text: &str| asked(test, &["sign", &guest.path(), &private, text]).expect("as before").good();
    let good = statement(&host, &guest, in_a_year());
    let _ = sign(&good.to_string());
    let _ = host.run(&["plugin", "verify", &guest.path()]).refused(77, &["is not trusted"]);
    let _ = host.run(&["plugin", "trust", "add", &public, "--for", "tests/*"]).good();
    let _ = host.run(&["plugin", "verify", &guest.path()]).good();

    let envelope = guest.package.with_extension("wasm.dsse");
    let text = fs::read_to_string(&envelope).expect("the envelope");
    fs::write(&envelope, text.replace(',', ", ")).expect("written");
    let _ = guest.install(&host).refused(77, &["not in the one form that is accepted"]);

    let wrong = |field: &str, value: Value| {
        let mut statement = good.clone();
        statement["predicate"][field] = value;
        let _ = sign(&statement.to_string());
        guest.install(&host)
    };
    let _ = wrong("expires", json!("2026-01-01T00:00:00Z")).refused(77, &["expired at 2026-01-01"]);
    let _ = wrong("sequence", json!(2)).refused(77, &["sequence 2", "says 1"]);
    let _ = wrong("plugin", json!("tests/other")).refused(77, &["tests/other"]);
    let _ = wrong("manifestDigest", json!("0".repeat(64))).refused(77, &["manifest digest"]);

    let _ = sign(&good.to_string());
    let _ = guest.install(&host).good();
    // The host's own keys are of the standard form, too: the same key signs there and here.
    let (ours, ours_public) = key(&host, "ours");
    let _ = host.run(&["plugin", "trust", "add", &ours_public, "--for", "tests/*"]).good();
    let _ = asked(test, &["sign", &guest.path(), &ours, &good.to_string()]).expect("as before").good();
    let _ = guest.install(&host).good();
}

#[test]
fn what_was_installed_outlives_its_signature_and_says_so() {
    let test = "what_was_installed_outlives_its_signature_and_says_so";
    let host = Host::bare();
    let guest = Guest::pack(&host, "honest", MANIFEST);
    let (private, public) = key(&host, "key");
    let _ = host.run(&["plugin", "trust", "add", &public, "--for", "tests/*"]).good();
    // As short as this machine can install it within.
    let mut end = SystemTime::now();
    for seconds in [3, 12, 48] {
        end = SystemTime::now() + Duration::from_secs(seconds);
        let text = statement(&host, &guest, end).to_string();
        let Some(signed) = asked(test, &["sign", &guest.path(), &private, &text]) else { return };
        let _ = signed.good();
        if guest.install(&host).code == 0 {
            break;
        }
    }
    let _ = host.run(&["connect", "tests/guest"]).good();
    std::thread::sleep(end.duration_since(SystemTime::now()).unwrap_or_default() + Duration::from_millis(50));
    let _ = host.run(&["sync"]).good();
    assert!(host.text("SELECT log FROM runs").contains("its signature expired at"), "the run says so");
    let listed = host.run(&["plugin", "list", "--json"]).good().json();
    assert_eq!(listed[0]["trust"]["standing"], "ageing", "{listed}");
    assert!(host.run(&["check"]).good().out.contains("but its signature expired at"));
    let _ = guest.install(&host).refused(77, &["expired at", "sign it anew"]);
}
