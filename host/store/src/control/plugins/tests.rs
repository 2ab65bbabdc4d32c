use domain::{Capabilities, Digest, PluginId};
use serde_json::value::RawValue;

use super::{Plugin, PluginState};
use crate::offers::{Offer, OfferState};
use crate::testing::{Bench, also_on_postgres, noon};
use crate::{StoreError, offers, plugins};

fn package(sequence: u64) -> Plugin {
    Plugin {
        id: "acme/test".parse().expect("a plugin id"),
        version: format!("{sequence}.0.0"),
        sequence,
        digest: Digest::from_bytes([u8::try_from(sequence).expect("a small number"); 32]),
        manifest: RawValue::from_string("{\"a\":  1}".to_owned()).expect("JSON"),
        signer: "key".to_owned(),
        granted: Capabilities { files: true, ..Capabilities::default() },
        state: PluginState::Active,
        reason: None,
        installed_at: noon(1),
        previous: None,
    }
}

#[tokio::test]
async fn installing_supersedes_and_the_floor_only_rises() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let id: PluginId = package(1).id;
    let install = async |sequence| {
        bench
            .store
            .system("install", async |tx| {
                plugins::install(tx, &package(sequence)).await?;
                let states = plugins::list(tx).await?.into_iter().map(|plugin| (plugin.sequence, plugin.state));
                Ok((states.collect::<Vec<_>>(), plugins::floor(tx, &id).await?))
            })
            .await
    };
    assert_eq!(install(3).await?, (vec![(3, PluginState::Active)], Some(3)));
    let (states, floor) = install(4).await?;
    assert_eq!((states, floor), (vec![(4, PluginState::Active), (3, PluginState::Superseded)], Some(4)));
    let (states, floor) = install(3).await?;
    assert_eq!((states, floor), (vec![(4, PluginState::Superseded), (3, PluginState::Active)], Some(4)));

    let active = bench.store.system_read("get", async |tx| plugins::get_active(tx, &id).await).await?;
    assert_eq!(active.manifest.get(), "{\"a\":  1}", "the manifest's bytes are kept as they were signed");
    assert!(active.granted.files && !active.granted.state);
    Ok(())
}

#[tokio::test]
async fn a_quarantined_package_does_not_run_and_says_why() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let package = package(1);
    bench
        .store
        .system("quarantine", async |tx| {
            plugins::install(tx, &package).await?;
            let why = Some("it trapped five times");
            plugins::set_state(tx, &package.id, package.digest, PluginState::Quarantined, why).await?;
            assert!(plugins::find_active(tx, &package.id).await?.is_none());
            assert_eq!(plugins::list(tx).await?[0].reason.as_deref(), why);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn each_release_remembers_in_whose_place_it_went_live() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let install = async |sequence| {
        let run = async |tx: &mut crate::SystemTx| {
            plugins::install(tx, &package(sequence)).await?;
            plugins::get_active(tx, &package(sequence).id).await
        };
        Ok::<_, StoreError>(bench.store.system("install", run).await?.previous)
    };
    assert_eq!(install(1).await?, None);
    assert_eq!(install(1).await?, None, "the same again takes nobody's place");
    assert_eq!(install(2).await?, Some(package(1).digest));
    assert_eq!(install(2).await?, Some(package(1).digest));
    assert_eq!(install(3).await?, Some(package(2).digest));
    Ok(())
}

#[tokio::test]
async fn one_release_waits_at_a_time_and_is_no_offer_any_more_once_it_is_live() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let offer = |sequence| {
        let Plugin { id, digest, sequence, version, manifest, signer, .. } = package(sequence);
        let state = OfferState::Pending;
        Offer { id, digest, sequence, version, manifest, signer, state, reason: None, offered_at: noon(1) }
    };
    bench
        .store
        .system("offer", async |tx| {
            let id = &package(1).id;
            offers::put(tx, &offer(2)).await?;
            offers::put(tx, &offer(3)).await?;
            assert_eq!(offers::find_pending(tx, id).await?.map(|offer| offer.sequence), Some(3));
            let states: Vec<_> =
                offers::list(tx).await?.into_iter().map(|offer| (offer.sequence, offer.state)).collect();
            assert_eq!(states, [(3, OfferState::Pending), (2, OfferState::Rejected)]);
            assert_eq!(plugins::floor(tx, id).await?, None, "what never went live is no floor");

            plugins::install(tx, &package(3)).await?;
            assert!(offers::find_pending(tx, id).await?.is_none());
            let refused = offers::reject(tx, id, package(2).digest, "no").await;
            assert!(matches!(refused, Err(StoreError::Missing { .. })), "it does not wait");
            offers::put(tx, &offer(2)).await?;
            offers::reject(tx, id, package(2).digest, "no").await?;
            assert_eq!(offers::list(tx).await?[0].reason.as_deref(), Some("no"));
            Ok(())
        })
        .await
}

also_on_postgres!(
    installing_supersedes_and_the_floor_only_rises,
    a_quarantined_package_does_not_run_and_says_why,
    each_release_remembers_in_whose_place_it_went_live,
    one_release_waits_at_a_time_and_is_no_offer_any_more_once_it_is_live
);
