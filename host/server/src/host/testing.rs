//! A host on a folder of its own, with a publisher whom it trusts, releases of one plugin and connections that run them.

use std::time::Duration;

use domain::{ConnectionId, Consent, Digest, Instant, WorkspaceId};
use sandbox::package::{Manifest, UnverifiedPackage, assemble};
use sandbox::trust::{self, PublisherKey, SigningKey, TrustPolicy, VerifiedPackage};
use serde_json::json;
use store::audit::{self, Entry};
use store::connections::{self, Connection, ConnectionState, NewConnection, Outcome, leases};
use store::plugins::{self, Plugin, PluginState};
use store::{Store, StoreError, SystemRead, SystemTx};
use tempfile::TempDir;

use super::{Host, Keys};
use crate::backend::testing::{at, new_workspace, package, plugin_id};
use crate::config::Config;
use crate::upgrade;

/// The first release asks for this alone.
const MANIFEST: &str = "title = \"Forge\"\nlicense = \"Apache-2.0\"\nkinds = [\"team\"]\n";
/// What asks for more than that: of the operator, and of each workspace.
pub(crate) const MORE: &str = "[capabilities]\nstate = true\n";
/// Settings that no connection has.
pub(crate) const UNFIT: &str = "[settings]\ntype = \"object\"\nadditionalProperties = false\nrequired = [\"owner\"]\n\
    [settings.properties.owner]\ntype = \"string\"\n";

pub(crate) struct Trial {
    pub(crate) host: Host,
    pub(crate) workspace: WorkspaceId,
    key: SigningKey,
    _folder: TempDir,
}

impl Trial {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut config = Config::parse("", "of a test", std::iter::empty()).expect("the defaults");
        config.storage.data = folder.path().join("data");
        config.vault.key_file = folder.path().join("host.key");
        let store = Store::open(&config.storage.data).await.expect("a store");
        assert!(Keys::establish(&config, &store).await.expect("an identity"));
        store.close().await;
        let host = Host::open(config).await.expect("a host");
        let workspace = new_workspace(&host.store, "first").await;
        let trial = Self { host, workspace, key: SigningKey::generate().expect("a key"), _folder: folder };
        trial.trust().await;
        trial
    }

    async fn trust(&self) {
        let public = self.key.public();
        let key = store::trust::PublisherKey {
            id: public.id().to_string(),
            name: "Acme".to_owned(),
            public_key: public.to_pem().into_bytes(),
            patterns: vec!["acme/*".to_owned()],
            valid_from: None,
            valid_until: None,
            added_at: at("2026-01-01T00:00:00Z"),
            revoked_at: None,
        };
        self.write(async |tx| store::trust::add_key(tx, &key).await).await;
    }

    pub(crate) async fn read<T>(&self, read: impl AsyncFnOnce(&mut SystemRead) -> Result<T, StoreError>) -> T {
        self.host.store.system_read("read for a test", read).await.expect("what was read")
    }

    pub(crate) async fn write<T>(&self, write: impl AsyncFnOnce(&mut SystemTx) -> Result<T, StoreError>) -> T {
        self.host.store.system("write for a test", write).await.expect("what was written")
    }

    /// A release that was never installed; `more` follows the first one's manifest.
    pub(crate) fn release(&self, number: u8, more: &str) -> Plugin {
        let manifest = manifest(number, more);
        let text = serde_json::to_string(&manifest).expect("JSON");
        let signer = self.key.public().id().to_string();
        Plugin { signer, ..package(plugin_id().as_str(), number, &text, manifest.capabilities) }
    }

    /// A release that is live.
    pub(crate) async fn install(&self, number: u8, more: &str) -> Plugin {
        let plugin = self.release(number, more);
        self.write(async |tx| plugins::install(tx, &plugin).await).await;
        plugin
    }

    /// The same as a file that is signed and verified, which is not installed.
    pub(crate) fn package(&self, number: u8, more: &str) -> VerifiedPackage {
        const COMPONENT: &str = "(component (component $empty) (instance $source (instantiate $empty))
            (export \"weighbridge:connector/source@0.1.0\" (instance $source)))";
        let component = wat::parse_str(COMPONENT).expect("a component");
        let bytes = assemble(&component, &manifest(number, more)).expect("a package");
        let unsigned = UnverifiedPackage::from_bytes(bytes.clone(), None).expect("a package");
        let expires = at("2100-01-01T00:00:00Z");
        let envelope = trust::sign(&unsigned, &[&self.key], expires).expect("a signature").to_json();
        let signed = UnverifiedPackage::from_bytes(bytes, Some(envelope.into_bytes())).expect("a package");
        let plugins = vec!["acme/*".parse().expect("a pattern")];
        let (name, public_key) = ("Acme".to_owned(), self.key.public());
        let key = PublisherKey { name, public_key, plugins, not_before: None, not_after: None };
        let policy = TrustPolicy { keys: vec![key], ..TrustPolicy::default() };
        trust::verify(signed, &policy, Instant::now()).expect("a verified package")
    }

    pub(crate) async fn set_state(&self, plugin: &Plugin, state: PluginState, reason: Option<&str>) {
        self.write(async |tx| plugins::set_state(tx, &plugin.id, plugin.digest, state, reason).await).await;
    }

    /// Version and state of each release, with the reason, the newest first.
    pub(crate) async fn states(&self) -> Vec<(String, PluginState, Option<String>)> {
        let all = self.read(async |tx| plugins::list(tx).await).await;
        all.into_iter().map(|plugin| (plugin.version, plugin.state, plugin.reason)).collect()
    }

    pub(crate) async fn revoke(&self, package: Digest) {
        self.write(async |tx| store::trust::revoke_digest(tx, package, "stolen", Instant::now()).await).await;
    }

    /// A connection that consents to what this release asks for, and is not due before the year 2100.
    pub(crate) async fn connect(&self, name: &str, release: &Plugin) -> Connection {
        let consented = upgrade::asks_of(release).expect("a manifest");
        self.connect_with(name, consented).await
    }

    pub(crate) async fn connect_with(&self, name: &str, consented: Consent) -> Connection {
        let id = ConnectionId::generate();
        let new = NewConnection {
            id,
            workspace: self.workspace,
            plugin: plugin_id(),
            name: name.to_owned(),
            settings: json!({}),
            directory: None,
            interval_seconds: 3600,
            consented,
            created_at: at("2100-01-01T00:00:00Z"),
        };
        self.write(async |tx| connections::create(tx, &new).await).await;
        self.find(id).await
    }

    /// A connection as it stands now.
    pub(crate) async fn find(&self, id: ConnectionId) -> Connection {
        self.read(async |tx| connections::get(tx, self.workspace, id).await).await
    }

    pub(crate) async fn move_to(&self, connection: &Connection, state: ConnectionState) -> Connection {
        let (workspace, id) = (connection.workspace, connection.id);
        self.write(async |tx| connections::set_state(tx, workspace, id, state, None).await).await;
        self.find(id).await
    }

    /// End a run of a connection so; the next is due in the year 2100.
    pub(crate) async fn end(&self, connection: &Connection, outcome: &Outcome) -> Connection {
        let (id, now) = (connection.id, Instant::now());
        let claim = async |tx: &mut SystemTx| leases::claim(tx, id, now, "a test", Duration::from_secs(30)).await;
        let lease = self.write(claim).await.expect("a lease");
        self.write(async |tx| leases::release(tx, &lease, at("2100-01-01T00:00:00Z"), outcome).await).await;
        self.find(id).await
    }

    /// Stop a connection for the faults of this package.
    pub(crate) async fn quarantine(&self, connection: &Connection, package: Digest) -> Connection {
        self.end(connection, &Outcome::Quarantined { reason: "it trapped".to_owned(), package }).await
    }

    /// The entries of the audit log about this action, the newest first.
    pub(crate) async fn audited(&self, action: &str) -> Vec<Entry> {
        let all = self.read(async |tx| audit::list(tx, None, None, 100).await).await;
        all.into_iter().map(|(_, entry)| entry).filter(|entry| entry.action == action).collect()
    }
}

fn manifest(number: u8, more: &str) -> Manifest {
    let id = plugin_id();
    let head = format!("id = \"{id}\"\nversion = \"{number}.0.0\"\nsequence = {number}\n");
    Manifest::from_toml(&format!("{head}{MANIFEST}{more}")).expect("a manifest")
}
