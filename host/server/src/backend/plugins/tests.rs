use domain::capability::{HttpRule, Scheme};
use store::trust::PublisherKey;

use super::*;
use crate::backend::testing::{Bench, at, package};

const MANIFEST: &str = r#"{
    "kinds": ["commit", "pull-request"],
    "capabilities": { "http": [{ "host": "forge.example", "methods": ["GET"] }], "state": true },
    "what-a-later-version-knows": 1
}"#;

async fn listed(bench: &Bench) -> Vec<(String, String, PluginState)> {
    let plugins = list(&bench.store, bench.workspace, Budget::CEILING).await.expect("plugins");
    plugins.into_iter().map(|plugin| (plugin.id.to_string(), plugin.version, plugin.state)).collect()
}

#[tokio::test]
async fn a_plugin_shows_what_it_asked_for_beside_what_it_was_granted() {
    let bench = Bench::new().await;
    let rule = HttpRule {
        scheme: Scheme::Https,
        host: "forge.example".to_owned(),
        port: 443,
        methods: vec!["GET".to_owned()],
        path: "/v3/".to_owned(),
    };
    let granted = Capabilities { http: vec![rule], ..Capabilities::default() };
    bench.install(&package("acme/forge", 1, MANIFEST, granted)).await;
    let plugin = list(&bench.store, bench.workspace, Budget::CEILING).await.expect("plugins").remove(0);
    assert_eq!(plugin.kinds, ["commit", "pull-request"]);
    assert_eq!(
        (plugin.requested.http, plugin.requested.state),
        (vec!["GET https://forge.example:443/".to_owned()], true)
    );
    assert_eq!(
        (plugin.granted.http, plugin.granted.state),
        (vec!["GET https://forge.example:443/v3/".to_owned()], false)
    );
    assert_eq!((&*plugin.signed_by, plugin.installed_at.0), ("a key", at("2026-02-01T00:00:00Z")));
}

#[tokio::test]
async fn what_runs_and_what_is_kept_from_running_is_listed_and_nothing_else() {
    let bench = Bench::new().await;
    let [old, new, odd] = [("acme/forge", 1), ("acme/forge", 2), ("acme/board", 3)]
        .map(|(id, number)| package(id, number, "{}", Capabilities::default()));
    for plugin in [&old, &new, &odd] {
        bench.install(plugin).await;
    }
    let quarantine = async |tx: &mut store::SystemTx| {
        plugins::set_state(tx, &odd.id, odd.digest, Stored::Quarantined, Some("it failed too often")).await
    };
    bench.store.system("quarantine", quarantine).await.expect("a state");
    let of = |id: &str, version: &str, state| (id.to_owned(), version.to_owned(), state);
    let board = of("acme/board", "3.0.0", PluginState::Quarantined);
    assert_eq!(listed(&bench).await, [board.clone(), of("acme/forge", "2.0.0", PluginState::Active)]);

    let remove =
        async |tx: &mut store::SystemTx| plugins::set_state(tx, &new.id, new.digest, Stored::Removed, None).await;
    bench.store.system("remove", remove).await.expect("a state");
    assert_eq!(listed(&bench).await, [board]);
}

#[tokio::test]
async fn a_plugin_whose_key_or_digest_was_revoked_says_so() {
    let bench = Bench::new().await;
    let forge = package("acme/forge", 1, "{}", Capabilities::default());
    let board = package("acme/board", 2, "{}", Capabilities::default());
    let board = plugins::Plugin { signer: "another key".to_owned(), ..board };
    bench.install(&forge).await;
    bench.install(&board).await;
    let key = PublisherKey {
        id: forge.signer.clone(),
        name: "Forge".to_owned(),
        public_key: Vec::new(),
        patterns: Vec::new(),
        valid_from: None,
        valid_until: None,
        added_at: forge.installed_at,
        revoked_at: None,
    };
    let states = async || listed(&bench).await.into_iter().map(|(_, _, state)| state).collect::<Vec<_>>();
    bench.store.system("trust", async |tx| trust::add_key(tx, &key).await).await.expect("a key");
    assert_eq!(states().await, [PluginState::Active, PluginState::Active]);
    let revoke = async |tx: &mut store::SystemTx| trust::revoke_key(tx, &key.id, "stolen", key.added_at).await;
    bench.store.system("revoke", revoke).await.expect("a revocation");
    assert_eq!(states().await, [PluginState::Active, PluginState::Revoked]);
    let revoke =
        async |tx: &mut store::SystemTx| trust::revoke_digest(tx, board.digest, "it leaked", key.added_at).await;
    bench.store.system("revoke", revoke).await.expect("a revocation");
    assert_eq!(states().await, [PluginState::Revoked, PluginState::Revoked]);
}
