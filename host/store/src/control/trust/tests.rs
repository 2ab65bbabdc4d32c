use super::*;
use crate::sqlite::{Commits, Database, Migrations};
use crate::testing::{Bench, also_on_postgres, noon};
use crate::{Store, changes, plugins};

fn key() -> PublisherKey {
    PublisherKey {
        id: "k".to_owned(),
        name: "Acme".to_owned(),
        public_key: vec![1; 32],
        patterns: vec!["acme/*".to_owned()],
        valid_from: None,
        valid_until: Some(noon(9)),
        added_at: noon(1),
        revoked_at: None,
    }
}

fn revocation(reason: &str, day: i64) -> Revocation {
    Revocation { reason: reason.to_owned(), at: noon(day) }
}

#[tokio::test]
async fn trust_that_was_taken_away_does_not_come_back_by_adding_the_key_again() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench
        .store
        .system("revoke", async |tx| {
            add_key(tx, &key()).await?;
            assert_eq!(find_key(tx, "k").await?, Some(key()));
            assert_eq!(find_revoked_key(tx, "k").await?, None);
            revoke_key(tx, "k", "stolen", noon(2)).await?;
            add_key(tx, &key()).await?;
            revoke_key(tx, "k", "again", noon(3)).await?;
            assert_eq!(list_keys(tx).await?[0].revoked_at, Some(noon(2)));
            assert_eq!(find_revoked_key(tx, "k").await?, Some(revocation("stolen", 2)));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_key_that_was_never_trusted_can_be_revoked_and_stays_so() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench
        .store
        .system("revoke", async |tx| {
            revoke_key(tx, "k", "stolen", noon(2)).await?;
            assert_eq!(list_revoked_keys(tx).await?, [("k".to_owned(), revocation("stolen", 2))]);
            assert!(list_keys(tx).await?.is_empty());
            add_key(tx, &key()).await?;
            assert_eq!(find_key(tx, "k").await?.and_then(|key| key.revoked_at), Some(noon(2)));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_revoked_package_keeps_its_first_reason() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let digest = Digest::from_bytes([9; 32]);
    bench
        .store
        .system("revoke", async |tx| {
            assert_eq!(find_revoked_digest(tx, digest).await?, None);
            revoke_digest(tx, digest, "malware", noon(2)).await?;
            revoke_digest(tx, digest, "a rumour", noon(3)).await?;
            assert_eq!(find_revoked_digest(tx, digest).await?, Some(revocation("malware", 2)));
            assert_eq!(list_revoked_digests(tx).await?, [(digest, revocation("malware", 2))]);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_floor_is_the_operators_to_raise_and_to_lower() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let id: PluginId = "acme/git".parse().expect("an id");
    bench
        .store
        .system("floors", async |tx| {
            set_floor(tx, &id, 7, noon(1)).await?;
            set_floor(tx, &id, 5, noon(2)).await?;
            assert_eq!(find_floor(tx, &id).await?, Some(5));
            assert_eq!(list_floors(tx).await?, [(id.clone(), 5)]);
            assert!(plugins::list_highest(tx).await?.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn every_change_of_trust_counts_and_reading_does_not() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let id: PluginId = "acme/git".parse().expect("an id");
    bench
        .store
        .system("count", async |tx| {
            let mut before = changes::number(tx).await?;
            let mut counted = async |tx: &mut SystemTx| {
                let now = changes::number(tx).await?;
                let more = now > before;
                before = now;
                Ok::<_, StoreError>(more)
            };
            add_key(tx, &key()).await?;
            assert!(counted(tx).await?, "a key");
            add_key(tx, &PublisherKey { valid_until: None, ..key() }).await?;
            assert!(counted(tx).await?, "its dates");
            revoke_key(tx, "k", "stolen", noon(2)).await?;
            assert!(counted(tx).await?, "a revoked key");
            revoke_digest(tx, Digest::from_bytes([9; 32]), "malware", noon(2)).await?;
            assert!(counted(tx).await?, "a revoked package");
            set_floor(tx, &id, 7, noon(1)).await?;
            assert!(counted(tx).await?, "a floor");
            set_floor(tx, &id, 8, noon(1)).await?;
            assert!(counted(tx).await?, "a higher floor");
            let _ = (list_keys(tx).await?, list_floors(tx).await?);
            assert!(!counted(tx).await?, "reading");
            Ok(())
        })
        .await
}

/// A store of the first version: a key that was revoked, one that was not, and a floor that an install wrote.
const OLDER: &str = "
    INSERT INTO publishers (key_id, public_key, patterns, added_at, revoked_at)
    VALUES ('gone', x'01', '[\"acme/*\"]', 1, 2), ('good', x'02', '[\"acme/*\"]', 1, NULL);
    INSERT INTO floors (plugin_id, sequence, set_at) VALUES ('acme/git', 7, 1);";

#[tokio::test]
async fn an_older_store_keeps_its_revoked_keys_and_lets_go_of_the_floors_of_installs() -> Result<(), StoreError> {
    let folder = tempfile::TempDir::new().expect("a folder");
    let first = Migrations(&[include_str!("../../../migrations/sqlite/control/0001_tables.sql")]);
    let older = Database::open(folder.path().join("control.db"), &first, Commits::AtOnce).await?;
    let mut tx = older.write().await?;
    sqlx::raw_sql(OLDER).execute(&mut *tx).await?;
    tx.commit().await?;
    older.close().await;

    let store = Store::open(folder.path()).await?;
    store
        .system_read("look", async |tx| {
            let keys = list_keys(tx).await?;
            let revoked: Vec<_> = keys.iter().map(|key| (key.id.as_str(), key.revoked_at)).collect();
            assert_eq!(revoked, [("gone", Some(Instant::from_micros(2))), ("good", None)]);
            assert_eq!(list_revoked_keys(tx).await?.len(), 1);
            assert!(list_floors(tx).await?.is_empty());
            Ok(())
        })
        .await
}

also_on_postgres!(
    trust_that_was_taken_away_does_not_come_back_by_adding_the_key_again,
    a_key_that_was_never_trusted_can_be_revoked_and_stays_so,
    a_revoked_package_keeps_its_first_reason,
    a_floor_is_the_operators_to_raise_and_to_lower,
    every_change_of_trust_counts_and_reading_does_not,
    an_older_store_keeps_its_revoked_keys_and_lets_go_of_the_floors_of_installs
);
