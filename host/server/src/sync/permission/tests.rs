use std::time::Duration;

use domain::Capabilities;
use store::plugins::PluginState;
use tokio::time::timeout;

use super::*;
use crate::host::testing::{MORE, Trial};

/// What a run of this connection is told that began with this package.
async fn check(trial: &Trial, connection: &Connection, plugin: &Plugin) -> Result<(), Interruption> {
    Permission { host: &trial.host, connection, plugin, yes: &Yes::never() }.check().await
}

#[tokio::test]
async fn a_connection_that_nobody_touched_runs_on() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    assert!(check(&trial, &connection, &release).await.is_ok());
}

#[tokio::test]
async fn a_connection_that_was_paused_stopped_or_removed_ends_its_run_and_says_which() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    for (state, word) in [
        (ConnectionState::Paused, "paused"),
        (ConnectionState::Failed, "stopped"),
        (ConnectionState::Removed, "removed"),
    ] {
        let before = connection.clone();
        trial.move_to(&connection, state).await;
        let ended = check(&trial, &before, &release).await;
        assert!(matches!(ended, Err(Interruption::Withdrawn(what)) if what.contains(word)), "{ended:?}");
    }
}

#[tokio::test]
async fn another_package_or_another_grant_of_the_same_one_takes_its_place() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    let granted = Capabilities { state: true, ..Capabilities::default() };
    let narrowed = Plugin { granted, ..release.clone() };
    assert!(matches!(check(&trial, &connection, &narrowed).await, Err(Interruption::Replaced)), "another grant");
    let other = trial.release(2, "");
    assert!(matches!(check(&trial, &connection, &other).await, Err(Interruption::Replaced)), "another package");
}

#[tokio::test]
async fn what_trust_a_consent_or_faults_took_back_is_told() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    let wider = trial.install(2, MORE).await;
    let ended = check(&trial, &connection, &wider).await;
    assert!(matches!(&ended, Err(Interruption::Refused(why)) if why.contains("consent")), "{ended:?}");
    let other = trial.connect("other", &wider).await;
    trial.revoke(wider.digest).await;
    let ended = check(&trial, &other, &wider).await;
    assert!(matches!(&ended, Err(Interruption::Refused(why)) if why.contains("stolen")), "{ended:?}");
    trial.set_state(&wider, PluginState::Quarantined, Some("it trapped")).await;
    let ended = check(&trial, &other, &wider).await;
    assert!(matches!(&ended, Err(Interruption::Held(why)) if why.contains("it trapped")), "{ended:?}");
}

#[tokio::test]
async fn a_yes_holds_until_something_changes() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    let yes = Yes::never();
    // One that is told no whenever everything is asked.
    let replaced = trial.release(2, "");
    let asks = |plugin| Permission { host: &trial.host, connection: &connection, plugin, yes: &yes };
    assert!(matches!(asks(&replaced).check().await, Err(Interruption::Replaced)), "the first time all is asked");
    assert!(matches!(asks(&replaced).check().await, Err(Interruption::Replaced)), "a no does not hold");
    assert!(asks(&release).check().await.is_ok());
    assert!(asks(&replaced).check().await.is_ok(), "nothing changed since the yes: nothing is asked");
    trial.revoke(replaced.digest).await;
    assert!(matches!(asks(&replaced).check().await, Err(Interruption::Replaced)), "something did");
}

#[tokio::test]
async fn a_call_under_way_hears_within_a_second_what_was_taken_back() {
    let trial = Trial::new().await;
    let release = trial.install(1, "").await;
    let connection = trial.connect("forge", &release).await;
    let yes = Yes::never();
    let permission = Permission { host: &trial.host, connection: &connection, plugin: &release, yes: &yes };
    assert!(timeout(LOOK * 3, permission.taken_back()).await.is_err(), "nothing was");
    let revoke = async {
        tokio::time::sleep(LOOK * 3 / 2).await;
        trial.revoke(release.digest).await;
        std::time::Instant::now()
    };
    let both = async { tokio::join!(permission.taken_back(), revoke) };
    let (told, revoked) = timeout(Duration::from_secs(20), both).await.expect("it hears of it");
    assert!(matches!(&told, Interruption::Refused(why) if why.contains("stolen")), "{told:?}");
    assert!(revoked.elapsed() < Duration::from_secs(1), "{:?}", revoked.elapsed());
}
