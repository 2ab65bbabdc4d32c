//! Packages that must not run, each refused with words that name the thing and the way out.

use std::fs;

use weighbridge_tests::kit::{Guest, Host, MANIFEST, built};

/// Exit code of a refusal.
const REFUSED: i32 = 77;

#[track_caller]
fn nothing_is_installed(host: &Host) {
    assert_eq!(host.run(&["plugin", "list", "--json"]).good().json(), serde_json::json!([]));
}

#[test]
fn an_unsigned_package_is_refused() {
    let host = Host::new();
    let guest = Guest::pack(&host, "honest", MANIFEST);
    let _ = guest.install(&host).refused(REFUSED, &["not signed", "weighbridge plugin sign"]);
    nothing_is_installed(&host);
}

#[test]
fn a_package_of_a_key_that_nobody_trusts_is_refused() {
    let host = Host::bare();
    let guest = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let _ = guest.install(&host).refused(REFUSED, &["is not trusted", "weighbridge plugin trust"]);
    nothing_is_installed(&host);
}

#[test]
fn a_trusted_key_signs_only_for_the_plugins_that_it_is_trusted_for() {
    let host = Host::bare();
    let key = built().plugins.join("key.pub.pem").display().to_string();
    let _ = host.run(&["plugin", "trust", "add", &key, "--for", "acme/*"]).good();
    let guest = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let _ = guest.install(&host).refused(REFUSED, &["`acme/*`", "not for `tests/guest`"]);
}

#[test]
fn a_flipped_bit_and_a_cut_tail_are_refused() {
    let host = Host::new();
    let guest = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let whole = fs::read(&guest.package).expect("the package");
    let mut flipped = whole.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    fs::write(&guest.package, flipped).expect("written");
    assert_eq!(guest.install(&host).code, REFUSED);
    fs::write(&guest.package, &whole[..whole.len() / 2]).expect("written");
    assert_eq!(guest.install(&host).code, REFUSED);
    nothing_is_installed(&host);
    fs::write(&guest.package, whole).expect("written");
    let _ = guest.install(&host).good();
}

#[test]
fn a_revoked_key_and_a_revoked_package_do_not_run_any_more() {
    let host = Host::new();
    let _ = Guest::sync(&host, "honest", MANIFEST, &[]).good();
    let digest = host.run(&["plugin", "list", "--json"]).good().json()[0]["digest"].clone();
    let _ = host.run(&["plugin", "trust", "revoke", digest.as_str().expect("a digest")]).good();
    let _ = host.run(&["sync"]).refused(1, &["revoked"]);

    let host = Host::new();
    let _ = Guest::sync(&host, "honest", MANIFEST, &[]).good();
    let key = host.run(&["plugin", "list", "--json"]).good().json()[0]["signer"].clone();
    let _ = host.run(&["plugin", "trust", "revoke", key.as_str().expect("a key")]).good();
    let checked = host.run(&["check", "--json"]);
    assert_eq!(checked.code, 1, "{}", checked.err);
    assert!(checked.out.contains("was revoked"), "{}", checked.out);
    let _ = host.run(&["sync"]).refused(1, &["revoked"]);
    let again = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let _ = again.install(&host).refused(REFUSED, &["revoked"]);
}

#[test]
fn an_older_package_does_not_take_a_newer_ones_place() {
    let host = Host::new();
    let newer = MANIFEST.replace("sequence = 1", "sequence = 2");
    let _ = Guest::pack(&host, "honest", &newer).sign(&host).install(&host).good();
    let older = Guest::pack(&host, "honest", MANIFEST).sign(&host);
    let _ = older.install(&host).refused(REFUSED, &["tests/guest", "1", "2"]);
}

#[test]
fn an_import_beyond_the_manifest_is_refused_by_name_before_it_is_compiled() {
    let host = Host::new();
    let folder = host.folder().join("guest-strange_host");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("plugin.toml"), MANIFEST).expect("a manifest");
    let module = built().guests.join("strange_host.wasm").display().to_string();
    let (folder, out) = (folder.display().to_string(), folder.join("guest.wasm").display().to_string());
    let _ = host.run(&["plugin", "build", &folder, "--module", &module, "--out", &out]).good();
    let key = built().plugins.join("key.pem").display().to_string();
    let _ = host.run(&["plugin", "sign", &out, "--key", &key]).refused(REFUSED, &["http", "capabilities"]);
    let _ = host.run(&["plugin", "install", "--grant", &out]).refused(REFUSED, &["http", "capabilities"]);
    nothing_is_installed(&host);
}

#[test]
fn native_code_and_plain_modules_are_no_packages() {
    let host = Host::new();
    let path = host.folder().join("native.wasm");
    let text = path.display().to_string();
    // What the engine itself writes is an ELF file, as the command is.
    let native = fs::read(&built().weighbridge).expect("the command");
    fs::write(&path, &native[..1 << 20]).expect("written");
    let _ = host.run(&["plugin", "install", "--grant", &text]).refused(REFUSED, &["precompiled"]);
    fs::copy(built().guests.join("honest.wasm"), &path).expect("copied");
    let _ = host.run(&["plugin", "install", "--grant", &text]).refused(REFUSED, &["module"]);
    fs::write(&path, b"PK\x03\x04").expect("written");
    assert_eq!(host.run(&["plugin", "install", "--grant", &text]).code, REFUSED);
    let _ = host.run(&["plugin", "install", "--grant", "nowhere.wasm"]).refused(1, &["nowhere.wasm"]);
}

#[test]
fn a_component_of_another_world_is_refused_in_words() {
    let host = Host::new();
    let manifest =
        format!("{MANIFEST}\nworld = \"commit-classifier\"\n").replace("kinds = [\"team\", \"membership\"]\n", "");
    let folder = host.folder().join("classifier");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("plugin.toml"), manifest).expect("a manifest");
    let module = built().guests.join("honest.wasm").display().to_string();
    let (folder, out) = (folder.display().to_string(), folder.join("guest.wasm").display().to_string());
    let _ = host.run(&["plugin", "build", &folder, "--module", &module, "--out", &out]).good();
    // A classifier has no import: what was built for another world cannot pass for one, at the author's or the operator's.
    let words = ["the component imports", "weighbridge:connector/types", "does not declare"];
    let key = built().plugins.join("key.pem").display().to_string();
    let _ = host.run(&["plugin", "sign", &out, "--key", &key]).refused(REFUSED, &words);
    let _ = host.run(&["plugin", "install", "--grant", &out]).refused(REFUSED, &words);
    nothing_is_installed(&host);
}

#[test]
fn nothing_is_granted_without_a_yes() {
    let host = Host::new();
    let manifest = format!("{MANIFEST}\n[[capabilities.http]]\nhost = \"granted.example\"\n");
    let guest = Guest::pack(&host, "strange_host", &manifest).sign(&host);
    let mut command = host.command(&["plugin", "install", &guest.path()]);
    let output = command.stdin(std::process::Stdio::null()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(REFUSED));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("GET https://granted.example:443/") && said.contains("--grant"), "{said}");
    nothing_is_installed(&host);
}

#[test]
fn inspect_shows_signer_imports_and_what_is_asked_against_what_is_granted() {
    let host = Host::new();
    let package = built().plugins.join("github.wasm").display().to_string();
    let before = host.run(&["plugin", "inspect", &package]).good().out;
    for word in ["weighbridge/github", "trusted", "signer", "weighbridge:connector/http", "api.github.com"] {
        assert!(before.contains(word), "`{word}` is not in: {before}");
    }
    assert!(!before.contains("granted"), "{before}");
    host.install_connector("github");
    let after = host.run(&["plugin", "inspect", &package]).good().out;
    assert!(after.contains("· granted"), "{after}");
}

#[test]
fn what_was_refused_is_in_the_audit_log_with_its_reason() {
    let host = Host::new();
    let _ = Guest::pack(&host, "honest", MANIFEST).install(&host).refused(REFUSED, &["not signed"]);
    let _ = host.run(&["plugin", "install", "--grant", "nowhere.wasm"]).refused(1, &["nowhere.wasm"]);
    let no_package = host.folder().join("weighbridge.toml").display().to_string();
    assert_eq!(host.run(&["plugin", "install", "--grant", &no_package]).code, REFUSED);
    let _ = Guest::pack(&host, "honest", MANIFEST).sign(&host).install(&host).good();

    let entries = host.run(&["audit", "--json"]).good().json();
    let actions: Vec<_> = entries.as_array().expect("entries").iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["plugin.install", "plugin.refuse", "plugin.refuse", "trust.key", "workspace.new"]);
    assert_eq!(entries[1]["subject"], no_package.as_str());
    assert_eq!(entries[2]["subject"], "tests/guest");
    let reason = entries[2]["detail"]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("the package is not signed"), "{reason}");

    let newest = host.run(&["audit", "--json", "--limit", "1"]).good().json();
    assert_eq!(newest.as_array().map(Vec::len), Some(1));
    let number = newest[0]["number"].to_string();
    assert_eq!(host.run(&["audit", "--json", "--before", &number]).good().json()[0], entries[1]);
    let table = host.run(&["audit"]).good().out;
    assert!(table.contains("plugin.refuse") && table.contains("not signed"), "{table}");
}
