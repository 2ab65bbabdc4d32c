//! Guests in a process of their own (`sandbox.guests = "apart"`): the same records, the same refusals.

use std::fs;
use std::process::Command;

use weighbridge_tests::kit::{Guest, Host, MANIFEST, root};
use weighbridge_tests::upstream::{Organisation, Upstream, serve};

const TOKEN: &str = "token-of-the-simulator";

/// Its guests run there.
fn run_guests(host: &Host, guests: &str) {
    let text = fs::read_to_string(host.configuration()).expect("the configuration");
    // A key may have its table already, and stands first in it then.
    let table = "\n[sandbox]\n";
    let text = if text.contains(table) { text } else { text + table };
    host.configure(&text.replace(table, &format!("{table}guests = \"{guests}\"\n")));
}

/// This repository, as a plain one.
fn repository(host: &Host) -> String {
    let folder = host.folder().join("repository").display().to_string();
    let cloned = Command::new("git").args(["clone", "--quiet", "--bare"]).arg(root()).arg(&folder).status();
    assert!(cloned.is_ok_and(|status| status.success()), "the repository is cloned");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_and_a_repository_come_in_the_same() {
    let now = "2026-06-30T12:00:00Z".parse().expect("an instant");
    let upstream = Upstream::new(Organisation::generate(now, 1)).token(TOKEN);
    let upstream = serve(([127, 0, 0, 1], 0).into(), upstream).await.expect("the simulator");
    let inside = Host::new();
    inside.route_github(&upstream.origin());
    for connector in ["git", "github"] {
        inside.install_connector(connector);
    }
    let secret = inside.folder().join("secret");
    fs::write(&secret, TOKEN).expect("written");
    let credential = format!("token={}", secret.display());
    let _ = inside.run(&["connect", "weighbridge/github", "--set", "owner=acme", "--credential", &credential]).good();
    let _ = inside.run(&["connect", "weighbridge/git", "--files", &repository(&inside)]).good();
    let apart = inside.copy();
    run_guests(&inside, "inside");
    run_guests(&apart, "apart");
    for host in [&inside, &apart] {
        let _ = host.run(&["sync"]).good();
    }
    assert!(inside.records("pull_requests") > 100 && inside.records("commits") > 100);
    assert_eq!(inside.contents(), apart.contents());
}

#[test]
fn hostile_guests_are_refused_in_the_same_words() {
    for name in ["trap", "loop_in_pull", "memory_bomb", "too_many_records", "undeclared_kind", "invalid_instant"] {
        let message = |guests: &str| {
            let host = Host::new();
            run_guests(&host, guests);
            let ran = Guest::sync(&host, name, MANIFEST, &[]);
            assert_eq!(ran.code, 1, "{name}: {}", ran.out);
            ran.json()[0]["streams"][0]["failure"]["message"].clone()
        };
        let inside = message("inside");
        assert!(inside.is_string(), "{name}");
        assert_eq!(message("apart"), inside, "{name}");
    }
}
