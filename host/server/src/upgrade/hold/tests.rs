use domain::{Failure, FailureKind};
use store::connections::ConnectionState::{Active, Failed};
use store::faults::{Fault, NO_STREAM};
use store::{StoreError, WorkspaceRead, fences, streams};

use super::*;
use crate::backend::testing::package;
use crate::host::testing::Trial;

/// How often a connection's calls faulted in a row.
async fn faults(trial: &Trial, connection: &Connection) -> u32 {
    let find = async |tx: &mut WorkspaceRead| streams::find(tx, connection.id, NO_STREAM).await;
    let found = trial.host.store.workspace_read(trial.workspace, "count faults", find).await.expect("a stream");
    found.and_then(|stream| stream.faults).map_or(0, |faults| faults.count)
}

/// A connection that this package's faults have stopped.
async fn broken(trial: &Trial, name: &str, by: &Plugin) -> Connection {
    let connection = trial.connect(name, by).await;
    let failure =
        Failure { kind: FailureKind::GuestFault, message: "it trapped".to_owned(), retry_after_seconds: None };
    let fault = Fault {
        connection: connection.id,
        fence: 1,
        package: by.digest,
        sequence: by.sequence,
        stream: None,
        failure: &failure,
        limit: 5,
        now: Instant::now(),
    };
    let note = async |tx: &mut store::WorkspaceTx| -> Result<(), StoreError> {
        fences::raise(tx, connection.id, 1).await?;
        faults::note(tx, &fault).await.map(drop)
    };
    trial.host.store.workspace(trial.workspace, "fault", note).await.expect("a fault");
    trial.quarantine(&connection, by.digest).await
}

#[tokio::test]
async fn why_a_release_is_held_and_the_way_out_are_said() {
    let trial = Trial::new().await;
    let held = Plugin { reason: Some("it trapped".to_owned()), ..trial.release(2, "") };
    let way_out = "`weighbridge plugin release acme/forge@2.0.0` lets it run again";
    assert_eq!(held_in_words(&held), format!("acme/forge 2.0.0 is quarantined: it trapped; {way_out}"));
    let silent = Plugin { reason: None, ..held };
    assert_eq!(held_in_words(&silent), format!("acme/forge 2.0.0 is quarantined: it faulted too often; {way_out}"));
}

#[tokio::test]
async fn a_release_is_held_itself_when_it_has_stopped_as_many_connections_as_are_too_many() {
    let trial = Trial::new().await;
    let (old, live) = (trial.install(1, "").await, trial.install(2, "").await);
    let state = async || trial.states().await[0].1;
    broken(&trial, "by another", &old).await;
    for (name, expected) in
        [("one", PluginState::Active), ("two", PluginState::Active), ("three", PluginState::Quarantined)]
    {
        let connection = broken(&trial, name, &live).await;
        note_quarantine(&trial.host, &connection, live.digest, "it trapped").await.expect("no error");
        assert_eq!(state().await, expected, "{name}");
    }
    let entries = trial.audited("connection.quarantine").await;
    assert!(entries.len() == 3 && entries.iter().all(|entry| entry.workspace == Some(trial.workspace)), "{entries:?}");
    let entry = trial.audited("plugin.quarantine").await.remove(0);
    assert_eq!((entry.actor.as_str(), entry.subject.as_str(), entry.workspace), ("host", "acme/forge", None));
    let reason = "its faults have stopped 3 connections; of the last: it trapped";
    assert_eq!((trial.states().await.remove(0).2.as_deref(), &entry.detail["reason"]), (Some(reason), &json!(reason)));
}

#[tokio::test]
async fn a_release_that_is_not_live_any_more_is_not_held_for_what_it_did() {
    let trial = Trial::new().await;
    let (old, _live) = (trial.install(1, "").await, trial.install(2, "").await);
    for name in ["one", "two", "three"] {
        let connection = broken(&trial, name, &old).await;
        note_quarantine(&trial.host, &connection, old.digest, "it trapped").await.expect("no error");
    }
    let states: Vec<_> = trial.states().await.into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, [PluginState::Active, PluginState::Superseded]);
}

#[tokio::test]
async fn a_released_connection_is_due_at_once_and_its_faults_are_forgotten() {
    let trial = Trial::new().await;
    let live = trial.install(1, "").await;
    let connection = broken(&trial, "forge", &live).await;
    assert_eq!((connection.state, faults(&trial, &connection).await), (Failed, 1));
    release_connection(&trial.host, &connection).await.expect("no error");
    let now = trial.find(connection.id).await;
    assert_eq!((now.state, now.quarantined_by, faults(&trial, &now).await), (Active, None, 0));
    assert!(now.due_at <= Instant::now(), "{now:?}");
    let entry = trial.audited("connection.release").await.remove(0);
    assert_eq!((entry.actor.as_str(), entry.workspace), ("operator", Some(trial.workspace)));
    assert_eq!((entry.subject, &entry.detail["name"]), (connection.id.to_string(), &json!("forge")));
}

#[tokio::test]
async fn the_release_that_is_meant_runs_again_and_with_it_what_it_had_stopped() {
    let trial = Trial::new().await;
    let (first, second) = (trial.install(1, "").await, trial.install(2, "").await);
    let live = trial.install(3, "").await;
    let other =
        Plugin { signer: live.signer.clone(), ..package("acme/anvil", 9, live.manifest.get(), live.granted.clone()) };
    trial.write(async |tx| plugins::install(tx, &other).await).await;
    for held in [&first, &second, &other] {
        trial.set_state(held, PluginState::Quarantined, Some("it trapped")).await;
    }
    let release = async |version| release_plugin(&trial.host, &live.id, version).await;
    for none in [Some("3.0.0"), Some("9.0.0")] {
        let error = release(none).await.expect_err("it is not held").to_string();
        assert!(
            error.contains("is quarantined: `weighbridge plugin list`") && error.contains(none.unwrap_or("")),
            "{error}"
        );
    }
    let (released, _) = release(Some("1.0.0")).await.expect("it is held");
    assert_eq!(released.digest, first.digest);

    let connection = broken(&trial, "forge", &second).await;
    let (released, affected) = release(None).await.expect("one is held");
    assert_eq!((released.digest, affected.runs), (second.digest, 1));
    let now = trial.find(connection.id).await;
    assert_eq!((now.state, faults(&trial, &now).await), (Active, 0), "though this very release had stopped it");
    let running = trial.read(async |tx| plugins::get_active(tx, &live.id).await).await;
    assert_eq!(running.digest, second.digest);
    let entry = trial.audited("plugin.release").await.remove(0);
    assert_eq!((entry.actor.as_str(), &entry.detail["version"]), ("operator", &json!("2.0.0")));
    assert!(release(None).await.is_err(), "none of this plugin is held any more");
}

#[tokio::test]
async fn what_is_revoked_is_not_released() {
    let trial = Trial::new().await;
    let held = trial.install(1, "").await;
    trial.set_state(&held, PluginState::Quarantined, Some("it trapped")).await;
    trial.revoke(held.digest).await;
    let refused = release_plugin(&trial.host, &held.id, None).await.expect_err("it is revoked");
    assert!(refused.is_refusal() && trial.states().await[0].1 == PluginState::Quarantined, "{refused}");
}
