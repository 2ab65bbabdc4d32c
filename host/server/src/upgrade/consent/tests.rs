use domain::{Capabilities, RecordKind};

use super::*;
use crate::host::testing::{MORE, Trial};

fn state_alone() -> Consent {
    Consent { capabilities: Capabilities { state: true, ..Capabilities::default() }, kinds: Vec::new() }
}

#[tokio::test]
async fn only_what_goes_beyond_the_consent_is_lacking() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let connection = trial.connect("forge", &first).await;
    assert!(lacking(&trial.host, &connection).await.expect("no error").is_none());
    assert_eq!(lacking_consent(&connection, &first).expect("a manifest"), None);
    let wider = trial.install(2, MORE).await;
    let (live, beyond) = lacking(&trial.host, &connection).await.expect("no error").expect("it asks for more");
    assert_eq!((live.digest, beyond), (wider.digest, state_alone()));
    let words = lacking_consent(&connection, &wider).expect("a manifest").expect("it asks for more");
    assert!(
        words.starts_with("acme/forge 2.0.0 asks for more") && words.ends_with("consent forge` shows it"),
        "{words}"
    );
}

#[tokio::test]
async fn a_consent_is_to_all_of_the_live_release_and_runs_it_at_once() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let connection = trial.connect("forge", &first).await;
    let wider = trial.install(2, MORE).await;
    trial.write(async |tx| connections::set_package(tx, connection.id, Some(first.digest)).await).await;
    consent(&trial.host, &trial.find(connection.id).await, &wider).await.expect("a consent");
    let now = trial.find(connection.id).await;
    assert_eq!((now.consented.capabilities.state, now.consented.kinds.as_slice()), (true, &[RecordKind::Team][..]));
    assert!(now.package.is_none() && now.due_at <= Instant::now(), "{now:?}");
    let entry = trial.audited("connection.consent").await.remove(0);
    assert_eq!((entry.workspace, entry.subject), (Some(trial.workspace), connection.id.to_string()));
    assert_eq!((&entry.detail["to"], &entry.detail["version"]), (&json!(state_alone()), &json!("2.0.0")));
}

#[tokio::test]
async fn a_consent_wakes_neither_what_is_paused_nor_what_this_release_broke() {
    let trial = Trial::new().await;
    let (first, wider) = (trial.install(1, "").await, trial.install(2, MORE).await);
    let paused = trial.connect("paused", &first).await;
    let paused = trial.move_to(&paused, ConnectionState::Paused).await;
    consent(&trial.host, &paused, &wider).await.expect("a consent");
    assert_eq!(trial.find(paused.id).await.state, ConnectionState::Paused);
    for (name, by, state) in [
        ("broken by it", wider.digest, ConnectionState::Failed),
        ("broken by another", first.digest, ConnectionState::Active),
    ] {
        let broken = trial.connect(name, &first).await;
        let broken = trial.quarantine(&broken, by).await;
        consent(&trial.host, &broken, &wider).await.expect("a consent");
        assert_eq!(trial.find(broken.id).await.state, state, "{name}");
    }
}
