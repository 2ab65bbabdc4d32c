//! A release that asks for more, and the workspaces that have not consented to it.

use weighbridge_tests::kit::Serving;

use super::{MORE, REFUSED, are, audited, connection, offer, running, states};

#[tokio::test]
async fn a_connection_stays_on_the_old_release_until_its_workspace_consents_to_more() {
    let host = running("steps");
    let _ = offer(&host, "leaps", 2, "\n[capabilities]\nstate = true\n").good();
    let approved = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    let words = "`guest` stays on the release that it runs until `weighbridge connection consent guest";
    assert!(approved.out.contains(words), "{}", approved.out);
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));

    let stands = connection(&host);
    assert_eq!(
        (&stands["state"], &stands["plugin_version"], &stands["waits_for_consent_to"]),
        (&"active".into(), &"1.0.0".into(), &"2.0.0".into()),
        "{stands}"
    );
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["step-1", "step-2"]);
    assert!(host.run(&["check"]).good().out.contains("connection consent guest"));
    let token = host.run(&["token", "new", "reader", "--json"]).good().json();
    let serving = Serving::start(&host);
    let (status, told) = serving.get("/v1/connections", token["token"].as_str()).await;
    assert_eq!((status, &told["items"][0]["waits_for_consent_to"]), (200, &"2.0.0".into()), "{told}");
    assert_eq!(serving.get("/readyz", None).await.0, 200);
    assert_eq!(serving.stop(), Some(0));

    // Another connection consents by being made, and runs the live one beside it.
    let _ = host.run(&["connect", "tests/guest", "--name", "other"]).good();
    let _ = host.run(&["sync", "other"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-10", "step-1", "step-2"]);

    let mut command = host.command(&["connection", "consent", "guest"]);
    let unasked = command.stdin(std::process::Stdio::null()).output().expect("it runs");
    assert_eq!(unasked.status.code(), Some(REFUSED));
    let consented = host.run(&["connection", "consent", "guest", "--yes"]).good();
    assert!(consented.out.contains("more      keeping a small state of its own"), "{}", consented.out);
    let _ = host.run(&["sync", "guest"]).good();
    assert!(host.record_ids("teams").contains(&"leap-12".to_owned()), "from the cursor that the old one left");
    let stands = connection(&host);
    assert_eq!(
        (&stands["plugin_version"], stands["waits_for_consent_to"].is_null()),
        (&"2.0.0".into(), true),
        "{stands}"
    );
    assert_eq!(audited(&host, "connection.consent")["detail"]["to"]["capabilities"]["state"], true);
    let again = host.run(&["connection", "consent", "guest"]).good();
    assert!(again.out.contains("nothing was changed"), "{}", again.out);
}

#[test]
fn what_only_the_operator_grants_needs_no_consent() {
    let host = running("steps");
    let _ = offer(&host, "leaps", 2, "\n[budget]\ncpu_ms = 3000\n").good();
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    assert_eq!(connection(&host)["plugin_version"], "2.0.0");
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_rollback_or_a_narrower_release_ends_the_wait() {
    let host = running("steps");
    let _ = offer(&host, "strange_host", 2, MORE).good();
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    assert_eq!(connection(&host)["waits_for_consent_to"], "2.0.0");
    let _ = host.run(&["plugin", "rollback", "tests/guest"]).good();
    assert!(connection(&host)["waits_for_consent_to"].is_null());
    let _ = offer(&host, "strange_host", 2, MORE).good();
    let _ = host.run(&["plugin", "approve", "tests/guest", "--yes"]).good();
    let _ = offer(&host, "leaps", 3, "").good();
    let stands = connection(&host);
    assert_eq!(
        (&stands["plugin_version"], stands["waits_for_consent_to"].is_null()),
        (&"3.0.0".into(), true),
        "{stands}"
    );
    let _ = host.run(&["sync"]).good();
}
