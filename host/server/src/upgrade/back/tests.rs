use serde_json::value::RawValue;
use store::plugins::PluginState::{Active, Quarantined, Superseded};

use super::*;
use crate::backend::testing::plugin_id;
use crate::host::testing::Trial;

fn stands(version: &str, state: PluginState, reason: Option<&str>) -> (String, PluginState, Option<String>) {
    (version.to_owned(), state, reason.map(str::to_owned))
}

#[tokio::test]
async fn the_operator_goes_back_one_release_and_no_further() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let second = trial.install(2, "").await;
    let Back { from, to, .. } = roll_back(&trial.host, &plugin_id()).await.expect("a way back");
    assert_eq!((from.as_str(), to.as_str()), ("2.0.0", "1.0.0"));
    let left = stands("2.0.0", Superseded, Some("rolled back by the operator"));
    assert_eq!(trial.states().await, [left, stands("1.0.0", Active, None)]);
    let entry = trial.audited("plugin.rollback").await.remove(0);
    assert_eq!((entry.actor.as_str(), &entry.detail["from"]), ("operator", &"2.0.0".into()));
    assert_eq!(entry.detail["from_digest"], json!(second.digest));
    assert_eq!(entry.detail["digest"], json!(first.digest));
    let none = roll_back(&trial.host, &plugin_id()).await.expect_err("there is none before the first");
    assert!(none.to_string().contains("there is none to go back to"), "{none}");
}

#[tokio::test]
async fn what_was_never_installed_has_no_way_back() {
    let trial = Trial::new().await;
    let none = roll_back(&trial.host, &plugin_id()).await.expect_err("nothing is installed");
    assert!(none.to_string().contains("is not installed"), "{none}");
    assert!(!retreat(&trial.host, &plugin_id(), Digest::from_bytes([1; 32]), "it trapped").await.expect("no error"));
}

#[tokio::test]
async fn a_held_release_that_is_left_stays_held_for_its_reason() {
    let trial = Trial::new().await;
    trial.install(1, "").await;
    let second = trial.install(2, "").await;
    trial.set_state(&second, Quarantined, Some("it trapped")).await;
    roll_back(&trial.host, &plugin_id()).await.expect("a way back");
    assert_eq!(trial.states().await, [stands("2.0.0", Quarantined, Some("it trapped")), stands("1.0.0", Active, None)]);
}

#[tokio::test]
async fn a_release_that_is_held_or_revoked_is_no_way_back() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    trial.install(2, "").await;
    trial.set_state(&first, Quarantined, Some("it trapped")).await;
    let held = roll_back(&trial.host, &plugin_id()).await.expect_err("it is held");
    assert!(held.is_refusal() && held.to_string().contains("it trapped"), "{held}");
    trial.set_state(&first, Superseded, None).await;
    trial.revoke(first.digest).await;
    let revoked = roll_back(&trial.host, &plugin_id()).await.expect_err("it is revoked");
    assert!(revoked.is_refusal(), "{revoked}");
    assert_eq!(trial.states().await, [stands("2.0.0", Active, None), stands("1.0.0", Superseded, None)]);
}

#[tokio::test]
async fn the_host_goes_back_by_itself_from_the_live_package_that_faulted_and_holds_it() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let second = trial.install(2, "").await;
    let retreat = async |package| super::retreat(&trial.host, &plugin_id(), package, "it trapped").await;
    assert!(!retreat(first.digest).await.expect("no error"), "another one is live by now");
    assert!(retreat(second.digest).await.expect("no error"));
    assert_eq!(trial.states().await, [stands("2.0.0", Quarantined, Some("it trapped")), stands("1.0.0", Active, None)]);
    assert_eq!(trial.audited("plugin.rollback").await[0].actor, "host");
    assert!(!retreat(first.digest).await.expect("no error"), "nothing was before it");
}

#[tokio::test]
async fn the_host_leaves_a_held_release_as_it_is() {
    let trial = Trial::new().await;
    trial.install(1, "").await;
    let second = trial.install(2, "").await;
    trial.set_state(&second, Quarantined, Some("by the operator")).await;
    assert!(!retreat(&trial.host, &plugin_id(), second.digest, "it trapped").await.expect("no error"));
    let held = stands("2.0.0", Quarantined, Some("by the operator"));
    assert_eq!(trial.states().await, [held, stands("1.0.0", Superseded, None)]);
}

#[tokio::test]
async fn where_there_is_no_way_back_the_host_stays_and_where_it_fails_it_says_so() {
    let trial = Trial::new().await;
    let rotten = Plugin { manifest: RawValue::from_string("{}".to_owned()).expect("JSON"), ..trial.release(1, "") };
    trial.write(async |tx| plugins::install(tx, &rotten).await).await;
    let second = trial.install(2, "").await;
    let retreat = async || super::retreat(&trial.host, &plugin_id(), second.digest, "it trapped").await;
    let failed = retreat().await.expect_err("its manifest cannot be read");
    assert!(!failed.is_refusal(), "{failed}");
    trial.revoke(rotten.digest).await;
    assert!(!retreat().await.expect("a refusal is no error"));
    assert_eq!(trial.states().await[0], stands("2.0.0", Active, None));
}
