use serde_json::json;

use super::*;
use crate::connections::{self, ConnectionState, NewConnection};
use crate::keys;
use crate::testing::{Bench, also_on_postgres, noon};

const MINUTE: Duration = Duration::from_secs(60);

/// A connection with a pending authorization in slot `api`.
async fn pending(bench: &Bench) -> ConnectionId {
    let new = NewConnection {
        id: ConnectionId::generate(),
        workspace: bench.workspace,
        plugin: "acme/test".parse().expect("a plugin id"),
        name: "one".to_owned(),
        settings: json!({}),
        directory: None,
        interval_seconds: 900,
        consented: domain::Consent::default(),
        created_at: noon(1),
    };
    let made = bench.store.system("connect", async |tx| {
        connections::create(tx, &new).await?;
        keys::put(tx, bench.workspace, &keys::SealedKey { version: 1, sealed: vec![1] }, noon(1)).await?;
        reset(tx, new.id, "api", AuthorizationState::Pending, noon(1)).await
    });
    made.await.expect("a connection");
    new.id
}

fn tokens(byte: u8) -> NewTokens {
    NewTokens {
        sealed: SealedSecret { sealed: vec![byte; 40], key_version: 1 },
        refresh_at: Some(noon(2)),
        expires_at: Some(noon(3)),
    }
}

async fn found(bench: &Bench, connection: ConnectionId) -> Authorization {
    let found = bench.store.system_read("find", async |tx| find(tx, connection, "api").await).await;
    found.expect("readable").expect("one")
}

#[tokio::test]
async fn of_many_who_would_ask_one_may() {
    let bench = Bench::new().await;
    let connection = pending(&bench).await;
    let askers = (0..20).map(|number| {
        let store = bench.store.clone();
        tokio::spawn(async move {
            let seen = Seen { connection, slot: "api", version: 1 };
            let claimed =
                store.system("claim", async |tx| claim(tx, seen, &format!("a{number}"), noon(2), MINUTE).await);
            claimed.await.expect("an answer")
        })
    });
    let mut winners = 0;
    for asker in askers.collect::<Vec<_>>() {
        winners += u32::from(asker.await.expect("an asker"));
    }
    assert_eq!(winners, 1);
    let later = noon(2).after(MINUTE);
    let again = bench.store.system("claim", async |tx| {
        claim(tx, Seen { connection, slot: "api", version: 1 }, "next", later, MINUTE).await
    });
    assert!(again.await.expect("an answer"), "who never came back does not hold it for ever");
}

#[tokio::test]
async fn tokens_are_kept_by_whoever_still_sees_what_it_asked_with() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let connection = pending(&bench).await;
    let seen = Seen { connection, slot: "api", version: 1 };
    let outcome = bench
        .store
        .system("keep twice", async |tx| {
            assert!(claim(tx, seen, "first", noon(2), MINUTE).await?);
            // The first was paused for so long that the second has the lease, and comes back in time nevertheless.
            assert!(claim(tx, seen, "second", noon(3), MINUTE).await?);
            let first = keep(tx, seen, &tokens(1), noon(3)).await?;
            let late = keep(tx, seen, &tokens(2), noon(3)).await?;
            let gives_up = lose(tx, seen, "refused", noon(3)).await?;
            postpone(tx, seen, "second", noon(4)).await?;
            Ok((first, late, gives_up))
        })
        .await?;
    assert_eq!(outcome, (true, false, false));
    let kept = found(&bench, connection).await;
    assert_eq!((kept.state, kept.version, kept.sealed), (AuthorizationState::Active, 2, Some(tokens(1).sealed)));
    assert_eq!((kept.failures, kept.retry_at, kept.leased_until), (0, None, None));
    Ok(())
}

#[tokio::test]
async fn a_wait_that_began_after_the_row_was_looked_at_counts() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let connection = pending(&bench).await;
    let seen = Seen { connection, slot: "api", version: 1 };
    let outcome = bench
        .store
        .system("postpone and claim", async |tx| {
            assert!(claim(tx, seen, "first", noon(2), MINUTE).await?);
            postpone(tx, seen, "first", noon(3)).await?;
            let too_soon = claim(tx, seen, "second", noon(2).after(MINUTE), MINUTE).await?;
            let ends_it = hold(tx, seen, "remover", noon(2).after(MINUTE), MINUTE).await?;
            Ok((too_soon, ends_it))
        })
        .await?;
    assert_eq!(outcome, (false, true));
    Ok(())
}

#[tokio::test]
async fn what_is_lost_or_removed_leaves_no_ciphertext() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let connection = pending(&bench).await;
    let seen = |version| Seen { connection, slot: "api", version };
    bench
        .store
        .system("keep and lose", async |tx| {
            assert!(keep(tx, seen(1), &tokens(1), noon(2)).await?);
            assert!(lose(tx, seen(2), "the provider refused", noon(2)).await?);
            Ok(())
        })
        .await?;
    let lost = found(&bench, connection).await;
    assert_eq!((lost.state, lost.sealed.is_none(), lost.version), (AuthorizationState::Lost, true, 3));
    assert_eq!(lost.reason.as_deref(), Some("the provider refused"));
    bench
        .store
        .system("remove", async |tx| {
            connections::set_state(tx, bench.workspace, connection, ConnectionState::Removed, None).await?;
            assert_eq!(list(tx, connection).await?, []);
            Ok(())
        })
        .await
}

also_on_postgres!(
    of_many_who_would_ask_one_may,
    tokens_are_kept_by_whoever_still_sees_what_it_asked_with,
    a_wait_that_began_after_the_row_was_looked_at_counts,
    what_is_lost_or_removed_leaves_no_ciphertext
);
