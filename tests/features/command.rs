//! The command line: help, exit codes, and clear errors for bad input.

use std::net::TcpListener;

use weighbridge_tests::kit::{Host, Ran, Serving};

#[test]
fn every_command_has_help_and_a_wrong_one_is_usage() {
    let host = Host::bare();
    for command in ["init", "serve", "check", "plugin", "connect", "sync", "metrics", "token", "audit"] {
        let help = host.run(&[command, "--help"]).good().out;
        assert!(help.contains("Usage: weighbridge"), "{command}: {help}");
    }
    let _ = host.run(&["weigh"]).refused(2, &["weigh"]);
}

#[test]
fn a_bad_configuration_key_is_named_with_its_place() {
    let host = Host::bare();
    host.configure("[listen]\nadress = \"127.0.0.1:1\"\n");
    let words = ["weighbridge.toml:2:1", "`listen.adress`", "did you mean `address`?"];
    let _ = host.run(&["serve"]).refused(78, &words);
    let _ = host.run(&["check"]).refused(78, &words);
}

#[test]
fn a_missing_configuration_leads_to_init() {
    let host = Host::bare();
    std::fs::remove_file(host.configuration()).expect("removed");
    let _ = host.run(&["serve"]).refused(78, &["weighbridge.toml", "weighbridge init"]);
}

#[test]
fn a_port_in_use_is_named_with_the_key_to_change() {
    let host = Host::bare();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    host.configure(&format!("[listen]\naddress = \"{address}\"\n"));
    let _ = host.run(&["serve"]).refused(1, &[&address.to_string(), "listen.address"]);
}

#[test]
fn a_wrong_or_open_host_key_is_refused() {
    let (host, other) = (Host::bare(), Host::bare());
    std::fs::copy(other.folder().join("host.key"), host.folder().join("host.key")).expect("copied");
    let _ = host.run(&["token", "list"]).refused(1, &["host.key", "not the key of this store"]);
    let path = other.folder().join("host.key");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("opened");
    let _ = other.run(&["token", "list"]).refused(1, &["host.key"]);
}

#[test]
fn settings_credentials_and_names_that_do_not_fit_are_named() {
    let host = Host::new();
    host.install_connector("github");
    let _ = host.run(&["connect", "weighbridge/gitlab"]).refused(2, &["weighbridge/gitlab", "not installed"]);
    let _ = host.run(&["connect", "weighbridge/github"]).refused(2, &["owner"]);
    let _ = host
        .run(&["connect", "weighbridge/github", "--set", "owner=acme", "--set", "colour=red"])
        .refused(2, &["colour"]);
    let wrong_slot = ["connect", "weighbridge/github", "--set", "owner=acme", "--credential", "key=x"];
    let _ = host.run(&wrong_slot).refused(2, &["no slot `key`", "`token`"]);
    let _ = host
        .run(&["connect", "weighbridge/github", "--set", "owner=acme", "--files", "/"])
        .refused(2, &["reads no directory"]);
    let _ = host.run(&["connect", "weighbridge/github", "--set", "owner=acme"]).good();
    let _ = host.run(&["connect", "weighbridge/github", "--set", "owner=acme"]).refused(1, &["already", "`github`"]);
    let _ = host.run(&["sync", "gitlab"]).refused(2, &["`gitlab`", "`github`"]);
    let _ = host.run(&["metrics", "velocity"]).refused(2, &["velocity", "commits"]);
    let _ = host.run(&["metrics", "--from", "yesterday"]).refused(2, &["yesterday", "2026-03-01"]);
    let _ = host.run(&["metrics", "--workspace", "other"]).refused(2, &["`other`"]);
}

#[test]
fn init_twice_changes_nothing() {
    let host = Host::new();
    let key = std::fs::read(host.folder().join("host.key")).expect("the key");
    let folder = host.folder().display().to_string();
    let _ = host.run(&["init", &folder]).good();
    assert_eq!(std::fs::read(host.folder().join("host.key")).expect("the key"), key);
    let _ = host.run(&["check"]).good();
}

#[test]
fn init_again_adds_the_workspace_that_is_named_and_says_what_it_left() {
    let host = Host::bare();
    let folder = host.folder().display().to_string();
    let again = |more: &[&str]| host.run(&[&["init", &folder], more].concat()).good().out;
    let said = again(&["--time-zone", "Europe/Berlin"]);
    assert!(said.contains("host already") && said.contains("stays UTC, not Europe/Berlin"), "{said}");
    let said = again(&["--workspace", "other", "--time-zone", "Europe/Berlin"]);
    assert!(said.contains("The workspace `other` (Europe/Berlin) was added"), "{said}");
    let said = again(&["--workspace", "other", "--time-zone", "Europe/Berlin"]);
    assert!(said.contains("left as they are") && !said.contains("added"), "{said}");
    let _ = host.run(&["metrics", "--workspace", "other"]).good();
    let added = &host.run(&["audit", "--json"]).good().json()[0];
    assert_eq!((&added["action"], &added["subject"]), (&"workspace.new".into(), &"other".into()));
}

#[test]
fn init_makes_no_new_key_for_a_store_whose_key_is_lost() {
    let host = Host::bare();
    let folder = host.folder().display().to_string();
    let (key, kept) = (host.folder().join("host.key"), host.folder().join("host.key.copy"));
    std::fs::rename(&key, &kept).expect("moved");
    let _ = host.run(&["init", &folder]).refused(1, &["host.key", "restore that file"]);
    assert!(!key.exists());
    std::fs::rename(&kept, &key).expect("restored");
    let _ = host.run(&["check"]).good();
}

#[test]
fn what_others_put_into_the_environment_is_nothing_to_us() {
    use std::os::unix::ffi::OsStrExt as _;
    let host = Host::bare();
    let odd = std::ffi::OsStr::from_bytes(b"a\xff");
    let run = |name: &str| Ran::of(&host.command(&["check"]).env(name, odd).output().expect("it starts"));
    let _ = run("SOMEBODY_ELSES").good();
    let _ = run("WEIGHBRIDGE__LOG__FILTER").refused(78, &["WEIGHBRIDGE__LOG__FILTER", "not UTF-8"]);
}

#[test]
fn a_wrong_route_is_refused_before_the_port_is_taken() {
    let host = Host::bare();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    let routes = r#"[{ host = "a.test", to = "http://192.0.2.1" }]"#;
    host.configure(&format!("[listen]\naddress = \"{address}\"\n\n[egress]\nroutes = {routes}\n"));
    let _ = host.run(&["serve"]).refused(78, &["egress.routes", "`a.test`"]);
}

#[test]
fn a_served_host_ends_well_when_it_is_asked_to() {
    let host = Host::bare();
    assert_eq!(Serving::start(&host).stop(), Some(0));
}
