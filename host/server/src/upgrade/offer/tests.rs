use domain::Capabilities;
use serde_json::{Value, from_str};

use super::*;
use crate::backend::testing::plugin_id;
use crate::host::testing::{MORE, Trial, UNFIT};

/// How another release stands beside the live one.
async fn upgrade(trial: &Trial, number: u8, more: &str) -> Waiting {
    match plan(&trial.host, &trial.package(number, more)).await.expect("a plan") {
        Plan::Upgrade(waiting) => *waiting,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_package_is_the_first_another_or_the_live_one_again() {
    let trial = Trial::new().await;
    let package = trial.package(1, "");
    assert!(matches!(plan(&trial.host, &package).await, Ok(Plan::First)));
    go_live(&trial.host, &package, "plugin.install").await.expect("it goes live");
    assert!(matches!(plan(&trial.host, &package).await, Ok(Plan::Again)));
    let Waiting { plugin, live, version, digest, signer, difference, .. } = upgrade(&trial, 2, MORE).await;
    assert_eq!((plugin, live.as_str(), version.as_str()), (plugin_id(), "1.0.0", "2.0.0"));
    let other = trial.package(2, MORE);
    assert_eq!((digest, signer), (other.digest(), other.signer().key.to_string()));
    assert!(difference.more.consent.capabilities.state && difference.less.is_nothing(), "{difference:?}");
}

#[tokio::test]
async fn a_held_package_is_refused_and_the_one_beside_it_is_not() {
    let trial = Trial::new().await;
    let package = trial.package(1, "");
    go_live(&trial.host, &package, "plugin.install").await.expect("it goes live");
    let held = Plugin { digest: package.digest(), ..trial.release(1, "") };
    trial.set_state(&held, PluginState::Quarantined, Some("it trapped")).await;
    let refused = plan(&trial.host, &package).await.expect_err("it is held");
    assert!(refused.is_refusal() && refused.to_string().contains("it trapped"), "{refused}");
    assert_eq!(upgrade(&trial, 2, "").await.live, "1.0.0", "compared with the one that would run");
}

#[tokio::test]
async fn more_or_a_connection_that_would_stop_needs_a_yes_and_less_does_not() {
    let trial = Trial::new().await;
    let live = trial.install(1, MORE).await;
    let needs = async |more: &str| upgrade(&trial, 2, more).await.needs_approval();
    assert!(!needs("").await, "less");
    assert!(!needs(UNFIT).await, "nobody is there whom it would stop");
    assert!(needs(&format!("{MORE}[budget]\ncpu_ms = 9000\n")).await, "more of the budget alone");
    trial.connect("forge", &live).await;
    assert!(!needs("").await, "less, and the connection goes on");
    assert!(needs(UNFIT).await, "less, and the connection would stop");
}

#[tokio::test]
async fn a_package_that_goes_live_is_kept_granted_and_on_record() {
    let trial = Trial::new().await;
    let connection = trial.connect("forge", &trial.release(1, MORE)).await;
    let package = trial.package(1, MORE);
    let affected = go_live(&trial.host, &package, "plugin.install").await.expect("it goes live");
    assert_eq!(affected.runs, 1);
    let live = trial.read(async |tx| plugins::get_active(tx, &plugin_id()).await).await;
    let granted = Capabilities { state: true, ..Capabilities::default() };
    assert_eq!((live.version.as_str(), live.sequence, live.digest), ("1.0.0", 1, package.digest()));
    assert_eq!((live.signer, live.granted, live.previous), (package.signer().key.to_string(), granted.clone(), None));
    assert_eq!(manifest_of(&plugin_id(), &live.manifest).expect("a manifest"), *package.manifest());
    let kept = trial.host.packages.read(package.digest()).await.expect("its file");
    assert_eq!((kept.digest(), kept.envelope()), (package.digest(), Some(package.envelope())));
    let entry = trial.audited("plugin.install").await.remove(0);
    assert_eq!((entry.actor.as_str(), &entry.detail["granted"]), ("operator", &json!(granted)));
    assert_eq!(trial.find(connection.id).await.package, None);
}

#[tokio::test]
async fn a_release_that_is_held_back_waits_until_it_is_rejected() {
    let trial = Trial::new().await;
    trial.install(1, "").await;
    let none = async |version| waiting(&trial.host, &plugin_id(), version).await.expect_err("none waits").to_string();
    assert!(none(None).await.contains("no release of acme/forge waits for approval"));
    let package = trial.package(2, MORE);
    hold_back(&trial.host, &package, &upgrade(&trial, 2, MORE).await).await.expect("it is held back");
    assert!(none(Some("3.0.0")).await.contains("no acme/forge 3.0.0 waits for approval"));
    for version in [None, Some("2.0.0")] {
        let (offer, waits) = waiting(&trial.host, &plugin_id(), version).await.expect("one waits");
        assert_eq!(
            (offer.digest, offer.version.as_str(), offer.state),
            (package.digest(), "2.0.0", OfferState::Pending)
        );
        assert_eq!((waits.digest, waits.live.as_str(), waits.needs_approval()), (package.digest(), "1.0.0", true));
    }
    assert!(trial.host.packages.read(package.digest()).await.is_ok(), "its file is kept");
    let entry = trial.audited("plugin.offer").await.remove(0);
    assert_eq!((entry.actor.as_str(), entry.subject.as_str()), ("operator", "acme/forge"));
    assert_eq!(entry.detail["more"]["capabilities"]["state"], json!(true));
    assert_eq!(trial.states().await.len(), 1, "only the first is installed");

    let (offer, _) = waiting(&trial.host, &plugin_id(), None).await.expect("one waits");
    reject(&trial.host, &offer).await.expect("it waits");
    assert!(none(None).await.contains("waits for approval"));
    let entry = trial.audited("plugin.reject").await.remove(0);
    let expected: Value = from_str(&format!(r#"{{"version":"2.0.0","digest":"{}"}}"#, offer.digest)).expect("JSON");
    assert_eq!((entry.subject.as_str(), entry.detail), ("acme/forge", expected));
    assert!(reject(&trial.host, &offer).await.is_err(), "it waits no more");
    assert_eq!(trial.audited("plugin.reject").await.len(), 1);
}

#[tokio::test]
async fn a_stored_package_that_is_not_the_one_that_was_offered_is_not_approved() {
    let trial = Trial::new().await;
    trial.install(1, "").await;
    let (offered, other) = (trial.package(2, MORE), trial.package(3, MORE));
    hold_back(&trial.host, &offered, &upgrade(&trial, 2, MORE).await).await.expect("it is held back");
    trial.host.packages.keep(&other).await.expect("a disk");
    let packages = trial.host.config.storage.data.join("packages");
    for ending in ["wasm", "wasm.dsse"] {
        let file = |package: &VerifiedPackage| packages.join(format!("{}.{ending}", package.digest()));
        std::fs::copy(file(&other), file(&offered)).expect("another file in its place");
    }
    let (offer, _) = waiting(&trial.host, &plugin_id(), None).await.expect("one waits");
    let machinery = Machinery::start(&trial.host).await.expect("an engine");
    let refused = approve(&trial.host, &machinery, &offer).await.expect_err("it is another one");
    assert!(refused.is_refusal() && refused.to_string().contains("is not the one that was offered"), "{refused}");
    assert_eq!(trial.states().await.len(), 1, "only the first is installed");
}
