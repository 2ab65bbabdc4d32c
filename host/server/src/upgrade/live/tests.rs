use store::connections::Outcome;

use super::*;
use crate::backend::testing::at;
use crate::host::testing::{MORE, Trial, UNFIT};
use crate::upgrade::{asks_of, manifest_of};

fn manifest(plugin: &Plugin) -> Manifest {
    manifest_of(&plugin.id, &plugin.manifest).expect("a manifest")
}

async fn go_live(trial: &Trial, plugin: &Plugin) -> Affected {
    let manifest = manifest(plugin);
    trial.write(async |tx| make_live(tx, plugin, &manifest, Wake::OfOthers, Instant::now()).await).await
}

fn names(list: &[Named]) -> Vec<&str> {
    list.iter().map(|named| named.connection.as_str()).collect()
}

#[tokio::test]
async fn only_those_are_woken_who_failed_and_whom_this_release_may_help() {
    let trial = Trial::new().await;
    let (live, other) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
    let connection = trial.connect("forge", &trial.release(1, "")).await;
    let woken = |state, failures, quarantined_by, wake| {
        let connection = Connection { state, failures, quarantined_by, ..connection.clone() };
        is_to_wake(&connection, live, wake)
    };
    use ConnectionState::{Active, Failed, Paused, Removed};
    for (state, failures, by, of_others, all) in [
        (Active, 0, None, false, false),
        (Active, 1, None, true, true),
        (Active, 9, Some(live), true, true),
        (Failed, 1, None, false, false),
        (Failed, 1, Some(live), false, true),
        (Failed, 1, Some(other), true, true),
        (Paused, 1, Some(other), false, false),
        (Removed, 1, Some(other), false, false),
    ] {
        let seen = (woken(state, failures, by, Wake::OfOthers), woken(state, failures, by, Wake::All));
        assert_eq!(seen, (of_others, all), "{state:?} {failures} {by:?}");
    }
}

#[tokio::test]
async fn what_a_release_would_do_is_foreseen_and_nothing_is_done() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let release = trial.release(2, &format!("{MORE}{UNFIT}"));
    let asks = asks_of(&release).expect("a manifest");
    let wide = trial.connect("wide", &release).await;
    let wider = trial.connect("wider", &release).await;
    let narrow = trial.connect("narrow", &first).await;
    let affected = trial.read(async |tx| foresee(tx, &asks, &manifest(&release)).await).await;
    assert_eq!((affected.runs, names(&affected.waits_for_consent)), (2, vec!["narrow"]));
    assert_eq!(names(&affected.unfit), ["wide", "wider", "narrow"]);
    assert!(
        affected.unfit.iter().all(|named| named.workspace == "first"
            && named.problem.as_ref().is_some_and(|problem| problem.contains("owner")))
    );
    for before in [wide, wider, narrow] {
        assert_eq!(trial.find(before.id).await, before);
    }
}

#[tokio::test]
async fn a_connection_stays_on_what_it_ran_until_its_workspace_consents_or_a_release_asks_for_less() {
    let trial = Trial::new().await;
    let (first, wider, narrower) = (trial.install(1, "").await, trial.release(2, MORE), trial.release(3, ""));
    let stays = trial.connect("stays", &first).await;
    let goes = trial.connect("goes", &wider).await;
    let affected = go_live(&trial, &wider).await;
    assert_eq!((affected.runs, names(&affected.waits_for_consent)), (1, vec!["stays"]));
    assert_eq!(trial.find(stays.id).await.package, Some(first.digest));
    assert_eq!(trial.find(goes.id).await, goes, "it runs the live one, and was due no sooner");
    assert_eq!(go_live(&trial, &wider).await.runs, 1, "the same again");
    assert_eq!(trial.find(stays.id).await.package, Some(first.digest), "it stays where it stood");
    assert_eq!(go_live(&trial, &narrower).await.runs, 2);
    assert_eq!(trial.find(stays.id).await.package, None);
    let states: Vec<_> = trial.states().await.into_iter().map(|(version, state, _)| (version, state)).collect();
    let expected =
        [("3.0.0", PluginState::Active), ("2.0.0", PluginState::Superseded), ("1.0.0", PluginState::Superseded)];
    assert_eq!(states, expected.map(|(version, state)| (version.to_owned(), state)));
}

#[tokio::test]
async fn the_same_release_under_a_wider_grant_leaves_nobody_on_itself() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    let connection = trial.connect_with("forge", Consent::default()).await;
    assert_eq!(go_live(&trial, &first).await.runs, 0);
    assert_eq!(trial.find(connection.id).await.package, None, "no release was before it");
}

#[tokio::test]
async fn a_held_release_is_what_connections_ran_before() {
    let trial = Trial::new().await;
    let first = trial.install(1, "").await;
    trial.set_state(&first, PluginState::Quarantined, Some("it trapped")).await;
    let stays = trial.connect("stays", &first).await;
    go_live(&trial, &trial.release(2, MORE)).await;
    assert_eq!(trial.find(stays.id).await.package, Some(first.digest));
}

#[tokio::test]
async fn another_release_wakes_what_failed_and_runs_it_and_nobody_else() {
    let trial = Trial::new().await;
    let (first, wider) = (trial.install(1, "").await, trial.release(2, MORE));
    let failing = trial.connect("failing", &wider).await;
    let failing = trial.end(&failing, &Outcome::Retry).await;
    let lacking = trial.connect("lacking", &first).await;
    let lacking = trial.end(&lacking, &Outcome::Retry).await;
    let stopped = trial.connect("stopped", &wider).await;
    let stopped = trial.quarantine(&stopped, first.digest).await;
    let well = trial.connect("well", &wider).await;
    let affected = go_live(&trial, &wider).await;
    let woken = async |connection: &Connection| trial.find(connection.id).await.due_at <= Instant::now();
    assert_eq!((woken(&failing).await, woken(&stopped).await), (true, true));
    assert_eq!((woken(&lacking).await, woken(&well).await), (false, false));
    assert_eq!(trial.find(stopped.id).await.state, ConnectionState::Active);
    assert_eq!(affected.runs, 3);
}

#[tokio::test]
async fn going_back_leaves_one_release_as_it_is_told_and_makes_the_other_live() {
    let trial = Trial::new().await;
    let (first, wider) = (trial.install(1, "").await, trial.install(2, MORE).await);
    let connection = trial.connect("forge", &first).await;
    let manifest = manifest(&first);
    let back = async |tx: &mut SystemTx| {
        go_back(tx, (&wider, PluginState::Quarantined, "it trapped"), (&first, &manifest), Instant::now()).await
    };
    assert_eq!(trial.write(back).await.runs, 1);
    let states = trial.states().await;
    assert_eq!(states[0], ("2.0.0".to_owned(), PluginState::Quarantined, Some("it trapped".to_owned())));
    assert_eq!(states[1], ("1.0.0".to_owned(), PluginState::Active, None));
    assert_eq!(trial.find(connection.id).await.package, None);
}

#[tokio::test]
async fn a_change_of_what_is_live_is_on_record_with_those_whom_it_concerns() {
    let trial = Trial::new().await;
    let release = trial.release(2, "");
    let named = |name: &str| Named { workspace: "first".to_owned(), connection: name.to_owned(), problem: None };
    let affected = Affected { runs: 1, waits_for_consent: vec![named("a"), named("b")], unfit: vec![named("c")] };
    let now = at("2026-03-01T00:00:00Z");
    let detail = json!({ "kept": true });
    trial.write(async |tx| note(tx, ("host", "plugin.test"), &release, &affected, detail, now).await).await;
    let entry = trial.audited("plugin.test").await.remove(0);
    let expected = json!({
        "kept": true, "version": "2.0.0", "digest": release.digest,
        "waits_for_consent": ["first/a", "first/b"], "unfit": ["first/c"],
    });
    assert_eq!((entry.actor.as_str(), entry.subject.as_str(), entry.at), ("host", "acme/forge", now));
    assert_eq!((entry.workspace, entry.detail), (None, expected));
}
