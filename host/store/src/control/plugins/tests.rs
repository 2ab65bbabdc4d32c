use domain::{Capabilities, Digest, PluginId};
use serde_json::value::RawValue;

use super::{Plugin, PluginState};
use crate::testing::{Bench, noon};
use crate::{StoreError, plugins};

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
