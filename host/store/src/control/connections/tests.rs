use std::time::Duration;

use domain::{ConnectionId, Consent, Digest, Instant, WorkspaceId};
use serde_json::json;
use serde_json::value::RawValue;

use super::{ConnectionState, Lease, NewConnection, Outcome, leases};
use crate::keys::{self, SealedKey};
use crate::plugins::{Plugin, PluginState};
use crate::sealed::SealedSecret;
use crate::testing::{Bench, also_on_postgres, new_workspace, noon};
use crate::{Store, StoreError, SystemTx, connections, credentials, plugins};

const MINUTE: Duration = Duration::from_secs(60);

async fn connect(store: &Store, workspace: WorkspaceId, name: &str) -> ConnectionId {
    let new = NewConnection {
        id: ConnectionId::generate(),
        workspace,
        plugin: "acme/test".parse().expect("a plugin id"),
        name: name.to_owned(),
        settings: json!({"owner": "acme"}),
        directory: None,
        interval_seconds: 900,
        consented: Consent::default(),
        created_at: noon(1),
    };
    store.system("connect", async |tx| connections::create(tx, &new).await).await.expect("a connection");
    new.id
}

/// Up to so many, of whichever workspaces have them.
async fn claim(store: &Store, now: Instant, owner: &str, limit: usize) -> Vec<Lease> {
    let claim = async |tx: &mut SystemTx| {
        let mut leases = Vec::new();
        for workspace in leases::due(tx, now, 100).await? {
            while leases.len() < limit
                && let Some(lease) = leases::claim_due(tx, workspace, now, owner, MINUTE).await?
            {
                leases.push(lease);
            }
        }
        Ok(leases)
    };
    store.system("claim", claim).await.expect("leases")
}

#[tokio::test]
async fn claims_never_give_one_connection_to_two_owners() {
    let bench = Bench::new().await;
    for number in 0..40 {
        connect(&bench.store, bench.workspace, &format!("c{number}")).await;
    }
    let workers = (0..8).map(|worker| {
        let store = bench.store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for _ in 0..40 {
                mine.extend(claim(&store, noon(2), &format!("w{worker}"), 3).await);
            }
            mine
        })
    });
    let mut claimed = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        claimed.extend(worker.await.expect("a worker").into_iter().map(|lease| lease.connection));
    }
    assert_eq!(claimed.len(), 40);
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), 40);
}

#[tokio::test]
async fn workspaces_that_have_something_due_come_by_how_long_and_once_each() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let store = &bench.store;
    let other = new_workspace(store, "second").await;
    let ids = [connect(store, bench.workspace, "a").await, connect(store, bench.workspace, "b").await];
    let first = connect(store, other, "c").await;
    let due = async |tx: &mut SystemTx| connections::set_due(tx, other, first, noon(0)).await;
    store.system("be due", due).await?;
    let waiting =
        async |day, limit| store.system_read("look", async |tx| leases::due(tx, noon(day), limit).await).await;
    assert_eq!(waiting(2, 9).await?, [other, bench.workspace]);
    assert_eq!(waiting(2, 1).await?, [other]);
    assert_eq!(waiting(0, 9).await?, [other]);
    let take = async |workspace| {
        let claim = async |tx: &mut SystemTx| leases::claim_due(tx, workspace, noon(2), "w", MINUTE).await;
        store.system("claim", claim).await
    };
    assert_eq!(take(other).await?.map(|lease| lease.connection), Some(first));
    assert_eq!(take(other).await?, None, "another workspace's are not its own");
    assert_eq!(waiting(2, 9).await?, [bench.workspace]);
    let taken = [take(bench.workspace).await?, take(bench.workspace).await?];
    assert!(taken.iter().flatten().all(|lease| ids.contains(&lease.connection)));
    assert!(waiting(2, 9).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_lease_that_ran_out_goes_on_with_a_higher_fence() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    connect(&bench.store, bench.workspace, "one").await;
    assert!(claim(&bench.store, noon(0), "early", 9).await.is_empty(), "not due yet");
    let first = claim(&bench.store, noon(2), "first", 9).await.remove(0);
    assert!(claim(&bench.store, noon(2), "second", 9).await.is_empty());
    let later = noon(2).after(MINUTE);
    let second = claim(&bench.store, later, "second", 9).await.remove(0);
    assert_eq!((first.fence, second.fence), (1, 2));

    let store = &bench.store;
    let late = store.system("extend", async |tx| leases::extend(tx, &first, noon(9)).await).await;
    assert!(matches!(late, Err(StoreError::StaleFence { held: 1, current: 2, .. })), "{late:?}");
    let late = store.system("release", async |tx| leases::release(tx, &first, noon(9), &Outcome::Retry).await).await;
    assert!(matches!(late, Err(StoreError::StaleFence { .. })), "{late:?}");
    store.system("extend", async |tx| leases::extend(tx, &second, noon(3)).await).await?;
    assert!(claim(store, noon(3).after(Duration::ZERO), "third", 9).await.len() == 1, "at its very end it is free");
    Ok(())
}

#[tokio::test]
async fn how_a_run_ended_decides_when_and_whether_the_next_is_due() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let id = connect(&bench.store, bench.workspace, "one").await;
    let mut day = 2;
    let mut after = async |outcome: Outcome| {
        let store = &bench.store;
        let lease = claim(store, noon(day), "w", 1).await.remove(0);
        day += 1;
        let next = noon(day);
        store.system("release", async |tx| leases::release(tx, &lease, next, &outcome).await).await?;
        assert!(claim(store, noon(day - 1), "w", 1).await.is_empty(), "not before it is due");
        store.system_read("look", async |tx| connections::get(tx, bench.workspace, id).await).await
    };
    assert_eq!(after(Outcome::Retry).await?.failures, 1);
    assert_eq!(after(Outcome::Retry).await?.failures, 2);
    assert_eq!(after(Outcome::Abandoned).await?.failures, 2);
    assert_eq!(after(Outcome::Succeeded).await?.failures, 0);
    let failed = after(Outcome::Failed("the token is wrong".to_owned())).await?;
    assert_eq!((failed.state, failed.reason.as_deref()), (ConnectionState::Failed, Some("the token is wrong")));
    assert!(claim(&bench.store, noon(99), "w", 1).await.is_empty(), "a failed one waits for somebody");

    let due = async |tx: &mut crate::SystemTx| connections::set_due(tx, bench.workspace, id, noon(3)).await;
    bench.store.system("sync now", due).await?;
    assert_eq!(claim(&bench.store, noon(3), "w", 1).await.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_connection_is_nothing_to_another_workspace() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let store = &bench.store;
    let id = connect(store, bench.workspace, "one").await;
    let other = new_workspace(store, "second").await;
    assert_eq!(store.system_read("find", async |tx| connections::find(tx, other, id).await).await?, None);
    let refused =
        store.system("pause", async |tx| connections::set_state(tx, other, id, ConnectionState::Paused, None).await);
    assert!(matches!(refused.await, Err(StoreError::Missing { .. })));
    let refused = store.system("sync", async |tx| connections::set_due(tx, other, id, noon(3)).await).await;
    assert!(matches!(refused, Err(StoreError::Missing { .. })));
    connect(store, other, "one").await;
    assert_eq!(store.system_read("list", async |tx| connections::list(tx, other).await).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn removing_a_connection_destroys_its_credentials_and_frees_its_name() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let store = &bench.store;
    let id = connect(store, bench.workspace, "one").await;
    let secret = |sealed: &[u8]| SealedSecret { sealed: sealed.to_vec(), key_version: 1 };
    store
        .system("fill", async |tx| {
            let refused = credentials::put(tx, id, "token", &secret(b"old"), noon(1)).await;
            assert!(matches!(refused, Err(StoreError::KeyRetired)), "{refused:?}");
            keys::put(tx, bench.workspace, &SealedKey { version: 1, sealed: vec![1] }, noon(1)).await?;
            credentials::put(tx, id, "token", &secret(b"old"), noon(1)).await?;
            credentials::put(tx, id, "token", &secret(b"sealed"), noon(2)).await
        })
        .await?;
    let find = async || store.system_read("find", async |tx| credentials::find(tx, id, "token").await).await;
    assert_eq!(find().await?, Some(secret(b"sealed")));
    let removed = ConnectionState::Removed;
    store.system("remove", async |tx| connections::set_state(tx, bench.workspace, id, removed, None).await).await?;
    assert_eq!(find().await?, None);
    assert!(claim(store, noon(9), "w", 1).await.is_empty());
    connect(store, bench.workspace, "one").await;
    Ok(())
}

#[tokio::test]
async fn a_quarantined_connection_is_not_claimed_until_it_is_due_again() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let store = &bench.store;
    let id = connect(store, bench.workspace, "one").await;
    let package = Digest::from_bytes([3; 32]);
    let lease = claim(store, noon(2), "w", 1).await.remove(0);
    let outcome = Outcome::Quarantined { reason: "it trapped".to_owned(), package };
    store.system("release", async |tx| leases::release(tx, &lease, noon(2), &outcome).await).await?;
    assert!(claim(store, noon(9), "w", 1).await.is_empty());
    let stands = async || store.system_read("look", async |tx| connections::get(tx, bench.workspace, id).await).await;
    let stopped = stands().await?;
    assert_eq!((stopped.state, stopped.quarantined_by), (ConnectionState::Failed, Some(package)));
    assert_eq!(stopped.reason.as_deref(), Some("it trapped"));
    store.system("release", async |tx| connections::set_due(tx, bench.workspace, id, noon(3)).await).await?;
    assert_eq!(stands().await?.quarantined_by, None);
    assert_eq!(claim(store, noon(9), "w", 1).await.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_connection_runs_the_live_release_or_the_one_it_stays_on_and_none_that_is_held() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let store = &bench.store;
    let id = connect(store, bench.workspace, "one").await;
    let package = |number: u8| Plugin {
        id: "acme/test".parse().expect("a plugin id"),
        version: format!("{number}.0.0"),
        sequence: number.into(),
        digest: Digest::from_bytes([number; 32]),
        manifest: RawValue::from_string("{}".to_owned()).expect("JSON"),
        signer: "key".to_owned(),
        granted: domain::Capabilities::default(),
        state: PluginState::Active,
        reason: None,
        installed_at: noon(1),
        previous: None,
    };
    let running = async || {
        let found = store.system_read("find", async |tx| plugins::find_running(tx, id).await).await;
        found.expect("readable").map(|plugin| plugin.sequence)
    };
    assert_eq!(running().await, None);
    for number in [1, 2] {
        store.system("install", async |tx| plugins::install(tx, &package(number)).await).await?;
    }
    assert_eq!(running().await, Some(2));
    let (old, new) = (package(1), package(2));
    store.system("pin", async |tx| connections::set_package(tx, id, Some(old.digest)).await).await?;
    assert_eq!(running().await, Some(1), "although another one is live");
    let hold = async |plugin: &Plugin| {
        let held = PluginState::Quarantined;
        store.system("hold", async |tx| plugins::set_state(tx, &plugin.id, plugin.digest, held, Some("x")).await).await
    };
    hold(&old).await?;
    assert_eq!(running().await, None, "held is held");
    let consent = Consent { kinds: vec![domain::RecordKind::Team], ..Consent::default() };
    store.system("consent", async |tx| connections::set_consent(tx, bench.workspace, id, &consent).await).await?;
    assert_eq!(running().await, Some(2));
    let kept = store.system_read("look", async |tx| connections::list_of_plugin(tx, &new.id).await).await?;
    assert_eq!((kept.len(), &kept[0].consented), (1, &consent));

    assert_eq!(claim(store, noon(2), "w", 1).await.len(), 1, "a release is live, whatever became of another one");
    hold(&new).await?;
    assert!(claim(store, noon(9), "w", 1).await.is_empty(), "nothing is tried while none is live");
    Ok(())
}

also_on_postgres!(
    claims_never_give_one_connection_to_two_owners,
    workspaces_that_have_something_due_come_by_how_long_and_once_each,
    a_lease_that_ran_out_goes_on_with_a_higher_fence,
    how_a_run_ended_decides_when_and_whether_the_next_is_due,
    a_connection_is_nothing_to_another_workspace,
    removing_a_connection_destroys_its_credentials_and_frees_its_name,
    a_quarantined_connection_is_not_claimed_until_it_is_due_again,
    a_connection_runs_the_live_release_or_the_one_it_stays_on_and_none_that_is_held
);
