//! Keys: where they come from, and how they change while a host serves.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use weighbridge_tests::kit::{CLIENT, CONSENT, Host, Provider, Serving, Source, oauth_manifest};

use super::{at, back_up, move_away, restore, synced, text, until};

const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn succeeded(host: &Host) -> i64 {
    host.number("SELECT COUNT(*) FROM runs WHERE state = 'succeeded'")
}

fn key_versions(host: &Host) -> (i64, i64, i64) {
    let one = |query: &str| host.control_number(query);
    (
        one("SELECT COUNT(*) FROM keys"),
        one("SELECT MAX(version) FROM keys"),
        one("SELECT SUM(key_version) FROM credentials"),
    )
}

/// A run of a host that serves, from now: it opens the credential.
fn runs(host: &Host) {
    let before = succeeded(host);
    let _ = host.run(&["connection", "resume", "github"]).good();
    until("the host that serves runs it", || succeeded(host) > before);
}

fn serving(host: &Host) -> Serving {
    let configuration = fs::read_to_string(host.configuration()).expect("a configuration");
    host.configure(&configuration.replace("enabled = false", "enabled = true"));
    Serving::start(host)
}

#[test]
fn a_host_that_serves_goes_on_while_all_its_keys_change() {
    let source = Source::organisation();
    let host = synced(&source);
    assert_eq!(key_versions(&host), (1, 1, 1));
    let serving = serving(&host);
    let old = fs::read_to_string(at(&host, "host.key")).expect("the key");
    let _ = host.run(&["key", "rotate"]).refused(2, &["--host", "--workspace"]);
    let _ = host.run(&["key", "rotate", "--host"]).refused(2, &["--to"]);
    let said = host.run(&["key", "rotate", "--host", "--to", &text(&at(&host, "next.key"))]).good();
    assert!(said.out.contains("keep a copy"), "{}", said.out);
    let new = fs::read_to_string(at(&host, "host.key")).expect("the key");
    assert!(
        old != new && new == fs::read_to_string(at(&host, "next.key")).expect("the key"),
        "it holds the new one alone"
    );
    runs(&host);

    let said = host.run(&["key", "rotate", "--workspace", "default", "--json"]).good().json();
    assert_eq!((&said["version"], &said["resealed"], &said["retired"]), (&2.into(), &1.into(), &1.into()), "{said}");
    assert_eq!(key_versions(&host), (1, 2, 2));
    runs(&host);
    // Another time, by the other order, and through the same host.
    let _ = host.run(&["key", "rotate", "--workspace", "default"]).good();
    let _ = host.run(&["key", "rotate", "--host", "--to", &text(&at(&host, "third.key"))]).good();
    runs(&host);
    assert_eq!(key_versions(&host), (1, 3, 3));
    assert_eq!(serving.stop(), Some(0));
    for action in ["key.rotate.host", "key.rotate.workspace"] {
        assert_eq!(host.control_number(&format!("SELECT COUNT(*) FROM audit WHERE action = '{action}'")), 2);
    }
    fs::write(at(&host, "host.key"), old).expect("written");
    let _ = host.run(&["sync"]).refused(1, &["not the key of this store"]);
}

#[test]
fn tokens_of_providers_come_under_the_new_key_and_what_nobody_can_open_keeps_its_own() {
    let provider = Provider::start(CLIENT.0, CLIENT.1);
    let host = Host::with_provider(&provider, "authorised_pages", &oauth_manifest("authorization-code", CONSENT));
    host.consent(&provider);
    let said = host.run(&["key", "rotate", "--workspace", "default", "--json"]).good().json();
    assert_eq!((&said["resealed"], &said["retired"]), (&2.into(), &1.into()), "the client and its tokens: {said}");
    let asked = provider.book().asked;
    let _ = host.run(&["sync"]).good();
    assert_eq!(provider.book().asked, asked, "nothing had to be asked for again");

    host.spoil("UPDATE authorizations SET sealed = randomblob(80)");
    let said = host.run(&["key", "rotate", "--workspace", "default", "--json"]).good().json();
    assert_eq!((&said["resealed"], &said["retired"]), (&1.into(), &0.into()), "{said}");
    assert_eq!(said["stuck"][0], "`account` of `guest`");
    assert_eq!(host.control_number("SELECT COUNT(*) FROM keys"), 2, "the version that it names stays");
}

/// Beside other tests one run of eight did not end within 150 seconds; why is not known yet.
#[test]
#[ignore = "one run of eight took longer than 150 s, not understood: `cargo test --test features -- --ignored` runs it"]
fn a_change_of_keys_that_is_killed_leaves_every_secret_readable() {
    let source = Source::organisation();
    let host = synced(&source);
    let next = text(&at(&host, "next.key"));
    let kill = |arguments: &[&str], after: u64| {
        let mut command = host.command(arguments);
        let mut rotation = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(after));
        let _ = rotation.kill();
        let _ = rotation.wait();
    };
    for round in 0..8 {
        kill(&["key", "rotate", "--host", "--to", &next], 8 + round * 4);
        let _ = host.run(&["sync"]).good();
        kill(&["key", "rotate", "--workspace", "default"], 8 + round * 4);
        let _ = host.run(&["sync"]).good();
    }
    let _ = host.run(&["key", "rotate", "--host", "--to", &next]).good();
    assert_eq!(fs::read(at(&host, "host.key")).expect("the key"), fs::read(&next).expect("the key"));
    let _ = host.run(&["key", "rotate", "--workspace", "default"]).good();
    let _ = host.run(&["sync"]).good();
    assert_eq!(key_versions(&host).0, 1);
}

#[test]
fn a_host_key_that_was_broken_off_between_its_steps_is_taken_up_by_the_same_command() {
    let host = Host::bare();
    let key = at(&host, "host.key");
    let first = fs::read_to_string(&key).expect("the key");
    // Killed before the store changed: the file holds both, the one that was first.
    fs::write(&key, format!("{first}{KEY}\n")).expect("written");
    let _ = host.run(&["check"]).good();
    fs::write(at(&host, "other.key"), format!("{KEY}\n").replace('A', "B")).expect("written");
    std::process::Command::new("chmod").arg("600").arg(at(&host, "other.key")).status().expect("a mode");
    let other = host.run(&["key", "rotate", "--host", "--to", &text(&at(&host, "other.key"))]);
    let _ = other.refused(2, &["a change to another key is under way"]);
    let _ = host.run(&["key", "rotate", "--host"]).good();
    assert_eq!(fs::read_to_string(&key).expect("the key"), format!("{KEY}\n"));
    // Killed after it: the store hangs on the second already.
    fs::write(&key, format!("{first}{KEY}\n")).expect("written");
    let _ = host.run(&["check"]).good();
    let said = host.run(&["key", "rotate", "--host"]).good();
    assert!(said.out.contains("already"), "{}", said.out);
    assert_eq!(fs::read_to_string(&key).expect("the key"), format!("{KEY}\n"));
    let _ = host.run(&["check"]).good();
}

#[test]
fn a_backup_from_before_a_change_of_the_host_key_opens_with_the_key_that_was_kept() {
    let source = Source::organisation();
    let host = synced(&source);
    let _ = back_up(&host, "before").good();
    let said = host.run(&["key", "rotate", "--host", "--to", &text(&at(&host, "next.key")), "--json"]).good().json();
    let kept = said["kept"].as_str().expect("a file").to_owned();
    move_away(&host);
    let _ = restore(&host, "before", &[]).refused(1, &["hangs on the host key", "--key"]);
    let _ = restore(&host, "before", &["--verify", "--key", &kept]).good();
    let _ = restore(&host, "before", &["--key", &kept]).good();
    fs::remove_file(&kept).expect("removed");
    let _ = host.run(&["sync"]).good();
    let _ = back_up(&host, "after").good();
    let _ = restore(&host, "after", &["--verify"]).good();
}

#[test]
fn a_host_key_comes_from_the_environment_or_a_command_as_well() {
    let with = |vault: &str| {
        let host = Host::bare();
        let _ = move_away(&host);
        fs::remove_file(at(&host, "host.key")).expect("removed");
        host.configure(&format!("[vault]\n{vault}\n"));
        host
    };
    let host = with("key_from = \"environment\"");
    let init = ["init", &text(host.folder())];
    let run = |host: &Host, arguments: &[&str], key: &str| {
        let output = host.command(arguments).env("WEIGHBRIDGE_HOST_KEY", key).output().expect("it starts");
        weighbridge_tests::kit::Ran::of(&output)
    };
    let _ = host.run(&init).refused(1, &["WEIGHBRIDGE_HOST_KEY is not set"]);
    let _ = run(&host, &init, "secretly").refused(1, &["not one line of base64"]);
    let _ = run(&host, &init, KEY).good();
    assert!(!at(&host, "host.key").exists());
    let _ = run(&host, &["check"], KEY).good();
    let _ = host.run(&["audit"]).refused(1, &["WEIGHBRIDGE_HOST_KEY is not set"]);
    let other = KEY.replace('E', "I");
    let _ = run(&host, &["audit"], &other).refused(1, &["`WEIGHBRIDGE_HOST_KEY` is not the key of this store"]);
    let _ = run(&host, &["key", "rotate", "--host"], KEY).refused(2, &["let it give both first"]);
    let _ = run(&host, &["key", "rotate", "--host"], &format!("{KEY}\n{other}")).good();
    let _ = run(&host, &["audit"], KEY).refused(1, &["not the key of this store"]);
    let _ = run(&host, &["audit"], &other).good();

    let host = with(&format!("key_from = \"command\"\nkey_command = [\"sh\", \"-c\", \"echo {KEY}\"]"));
    let _ = host.run(&["init", &text(host.folder())]).good();
    let _ = host.run(&["check"]).good();
    assert!(!at(&host, "host.key").exists());
    host.configure("[vault]\nkey_from = \"command\"\nkey_command = [\"sh\", \"-c\", \"echo no >&2; exit 4\"]");
    let _ = host.run(&["audit"]).refused(1, &["the command `sh`", "exit status: 4"]);
}
