use domain::Consent;
use serde_json::json;

use super::*;
use crate::authorizations::{self, AuthorizationState, NewTokens, Seen};
use crate::connections::{self, NewConnection};
use crate::keys::{self, SealedKey};
use crate::testing::{Bench, also_on_postgres, new_workspace, noon};
use crate::{Store, credentials};

fn secret(byte: u8, key_version: u32) -> SealedSecret {
    SealedSecret { sealed: vec![byte; 4], key_version }
}

/// A connection with a credential in each of these slots, and tokens in slot `api`, under the first version of the key.
async fn connect(store: &Store, workspace: WorkspaceId, slots: &[&str]) -> ConnectionId {
    let new = NewConnection {
        id: ConnectionId::generate(),
        workspace,
        plugin: "acme/test".parse().expect("a plugin id"),
        name: "one".to_owned(),
        settings: json!({}),
        directory: None,
        interval_seconds: 900,
        consented: Consent::default(),
        created_at: noon(1),
    };
    let tokens = NewTokens { sealed: secret(9, 1), refresh_at: None, expires_at: None };
    let made = store.system("connect", async |tx| {
        connections::create(tx, &new).await?;
        keys::put(tx, workspace, &SealedKey { version: 1, sealed: vec![1] }, noon(1)).await?;
        for slot in slots {
            credentials::put(tx, new.id, slot, &secret(1, 1), noon(1)).await?;
        }
        authorizations::reset(tx, new.id, "api", AuthorizationState::Pending, noon(1)).await?;
        authorizations::keep(tx, Seen { connection: new.id, slot: "api", version: 1 }, &tokens, noon(1)).await
    });
    assert!(made.await.expect("a connection"));
    new.id
}

#[tokio::test]
async fn a_key_goes_when_nothing_that_it_sealed_is_left() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let other = new_workspace(&bench.store, "second").await;
    let id = connect(&bench.store, bench.workspace, &["a", "b"]).await;
    connect(&bench.store, other, &["a"]).await;
    bench
        .store
        .system("rotate", async |tx| {
            let workspace = bench.workspace;
            keys::put(tx, workspace, &SealedKey { version: 2, sealed: vec![2] }, noon(2)).await?;
            for place in Place::ALL {
                let mut last = None;
                loop {
                    assert_eq!(keys::retire(tx, workspace, 2).await?, 0, "something names it still");
                    let Some(next) = list_outdated(tx, place, workspace, 2, last.as_ref(), 1).await?.pop() else {
                        break;
                    };
                    assert_eq!((next.connection, next.secret.key_version), (id, 1));
                    assert!(replace(tx, place, &next, &secret(next.secret.sealed[0], 2)).await?);
                    assert!(
                        !replace(tx, place, &Outdated { secret: secret(7, 1), ..next.clone() }, &secret(8, 2)).await?
                    );
                    last = Some(next);
                    if place == Place::Authorizations {
                        break;
                    }
                }
            }
            assert_eq!(keys::retire(tx, workspace, 2).await?, 1);
            assert_eq!(keys::list(tx, workspace).await?.len(), 1);
            assert_eq!(keys::list(tx, other).await?.len(), 1, "another workspace's");
            let refused = credentials::put(tx, id, "a", &secret(3, 1), noon(3)).await;
            assert!(matches!(refused, Err(StoreError::KeyRetired)), "sealed before, stored after: {refused:?}");
            assert_eq!(credentials::find(tx, id, "b").await?, Some(secret(1, 2)));
            let kept = authorizations::find(tx, id, "api").await?.expect("one");
            assert_eq!((kept.sealed, kept.version), (Some(secret(9, 2)), 2), "who refreshes sees no change");
            Ok(())
        })
        .await
}

also_on_postgres!(a_key_goes_when_nothing_that_it_sealed_is_left);
