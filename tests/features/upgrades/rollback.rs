//! The way back: one command, the old cursors, and the host's own step when a release faults where the last one did not.

use super::{REFUSED, are, audited, connection, offer, running, states};

#[test]
fn a_rollback_goes_on_from_the_cursor_of_the_old_release_which_cannot_read_the_new_ones() {
    let host = running("steps");
    let _ = offer(&host, "leaps", 2, "").good();
    let _ = host.run(&["sync"]).good();
    let _ = host.run(&["sync"]).good();
    let back = host.run(&["plugin", "rollback", "tests/guest"]).good();
    assert!(back.out.contains("tests/guest 1.0.0 is live again, in the place of 2.0.0"), "{}", back.out);
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "superseded")]));
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["leap-11", "leap-21", "step-1", "step-2"]);
    let entry = audited(&host, "plugin.rollback");
    assert_eq!((&entry["actor"], &entry["detail"]["from"]), (&"operator".into(), &"2.0.0".into()), "{entry}");

    let _ = host.run(&["plugin", "rollback", "tests/guest"]).refused(2, &["none to go back to"]);
    let _ = offer(&host, "leaps", 2, "").good();
    let _ = host.run(&["sync"]).good();
    assert!(host.record_ids("teams").contains(&"leap-12".to_owned()), "forwards again, from where the old one stands");
}

#[test]
fn trust_is_asked_before_a_release_comes_back() {
    let host = running("steps");
    let digest = host.run(&["plugin", "list", "--json"]).good().json()[0]["digest"].clone();
    let _ = offer(&host, "leaps", 2, "").good();
    let _ = host.run(&["plugin", "trust", "revoke", digest.as_str().expect("a digest")]).good();
    let _ = host.run(&["plugin", "rollback", "tests/guest"]).refused(REFUSED, &["revoked"]);
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));
    let _ = host.run(&["sync"]).good();
}

#[test]
fn a_release_that_faults_where_the_last_one_did_not_is_taken_back_and_held() {
    let host = running("steps");
    let _ = offer(&host, "trap", 2, "").good();
    for round in 1..=3 {
        assert_eq!(connection(&host)["plugin_version"], "2.0.0", "not before the third fault: {round}");
        let _ = host.run(&["sync"]).refused(1, &["trapped in `pull`"]);
    }
    assert_eq!(states(&host), are(&[("1.0.0", "active"), ("2.0.0", "quarantined")]));
    let listed = host.run(&["plugin", "list"]).good().out;
    assert!(listed.contains("3 faults in a row") && listed.contains("trapped in `pull`"), "{listed}");
    let entry = audited(&host, "plugin.rollback");
    assert_eq!((&entry["actor"], &entry["detail"]["from"]), (&"host".into(), &"2.0.0".into()), "{entry}");
    let stands = connection(&host);
    assert_eq!((&stands["state"], &stands["plugin_version"]), (&"active".into(), &"1.0.0".into()), "{stands}");
    let _ = host.run(&["sync"]).good();
    assert_eq!(host.record_ids("teams"), ["step-1", "step-2"]);

    let checked = host.run(&["check"]).good().out;
    assert!(checked.contains("weighbridge plugin release tests/guest@2.0.0"), "{checked}");
    let words = ["quarantined", "weighbridge plugin release tests/guest@2.0.0"];
    let _ = offer(&host, "trap", 2, "").refused(REFUSED, &words);
    let _ = host.run(&["plugin", "release", "tests/guest"]).good();
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));
    let _ = host.run(&["sync"]).refused(1, &["trapped in `pull`"]);
    assert_eq!(connection(&host)["plugin_version"], "2.0.0", "the faults are counted anew");
}

#[test]
fn a_release_that_mends_what_faulted_before_is_not_blamed_for_it() {
    let host = weighbridge_tests::kit::Host::new();
    let broken = weighbridge_tests::kit::Guest::sync(&host, "half_broken", &super::release(1, ""), &[]);
    assert_eq!(broken.code, 1, "{}", broken.out);
    // The next one faults in the same stream, which no release ever brought.
    let _ = offer(&host, "half_broken", 2, "\n[budget]\ncpu_ms = 1000\n").good();
    for _ in 0..4 {
        let _ = host.run(&["sync"]).refused(1, &["trapped in `pull`"]);
    }
    assert_eq!(states(&host), are(&[("1.0.0", "superseded"), ("2.0.0", "active")]));
}
