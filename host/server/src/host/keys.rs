//! What is encrypted with what: the host key wraps the keys of each workspace, and the newest of those seals its secrets.
//!
//! Both change while hosts serve ([`rotate`]). So whoever opens asks for the version that sealed, and where the host key does
//! not fit any more, its source is asked once more: it gives the new one by then.

mod error;
mod place;
pub mod rotate;
mod source;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use domain::capability::AuthSlot;
use domain::{ConnectionId, Instant, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use store::keys::{self, SealedKey};
use store::sealed::{Place, SealedSecret};
use store::{Store, StoreError, SystemRead, credentials, meta};
use vault::{Binding, DerivedKey, HostKey, KeyCheck, Sealed, WorkspaceKey, open_text, seal};

pub use error::KeysError;
pub use source::{KeySource, VARIABLE};

use crate::config::Config;

/// The host key, and the instance that it belongs to.
pub struct Keys {
    source: KeySource,
    data: PathBuf,
    instance: String,
    host: RwLock<Arc<HostKey>>,
}

/// The version of a workspace's first key.
const FIRST: u32 = 1;

impl Keys {
    /// Give a new store its identity, and note which key is its own: the one that is there, or a new one. What has an
    /// identity keeps it; whether it had none is the answer.
    ///
    /// # Errors
    /// When the key is lost, cannot be read or cannot be made, or the store cannot be written.
    pub async fn establish(config: &Config, store: &Store) -> Result<bool, KeysError> {
        let (source, data) = (KeySource::of(&config.vault), &config.storage.data);
        let known = store.system_read("find the store's identity", async |tx| meta::find(tx, meta::INSTANCE_ID).await);
        let host = match (known.await?, &source) {
            (Some(_), KeySource::File(file)) if !file.exists() => {
                return Err(KeysError::Lost(file.display().to_string()));
            }
            (Some(_), _) => return Ok(false),
            (None, KeySource::File(file)) if !file.exists() => HostKey::create(file, data)?,
            (None, _) => source.load(data).await?.remove(0),
        };
        let instance = uuid::Uuid::now_v7().to_string();
        store
            .system("give the store its identity", async |tx| {
                if meta::find(tx, meta::INSTANCE_ID).await?.is_none() {
                    meta::set(tx, meta::INSTANCE_ID, instance.as_bytes()).await?;
                    meta::set(tx, meta::KEY_CHECK, host.check().as_bytes()).await?;
                }
                Ok(())
            })
            .await?;
        Ok(true)
    }

    /// The keys of a store that has an identity.
    ///
    /// # Errors
    /// When the key cannot be read, or is not this store's.
    pub async fn open(config: &Config, store: &Store) -> Result<Self, KeysError> {
        let source = KeySource::of(&config.vault);
        let given = source.load(&config.storage.data).await?;
        Self::of(source, config.storage.data.clone(), given, store).await
    }

    /// The keys of a store, where the host key is one of those that are given.
    ///
    /// # Errors
    /// When none of them is the store's.
    pub async fn of(source: KeySource, data: PathBuf, given: Vec<HostKey>, store: &Store) -> Result<Self, KeysError> {
        let read = async |tx: &mut SystemRead| {
            let instance = meta::find(tx, meta::INSTANCE_ID).await?;
            let check = meta::find(tx, meta::KEY_CHECK).await?;
            Ok(instance.zip(check))
        };
        let (instance, check) =
            store.system_read("read the store's identity", read).await?.ok_or(KeysError::NoIdentity)?;
        let host = given.into_iter().find(|key| key.check().matches(&check));
        let host = host.ok_or_else(|| KeysError::WrongKey(source.to_string()))?;
        let instance = String::from_utf8_lossy(&instance).into_owned();
        Ok(Self { source, data, instance, host: RwLock::new(Arc::new(host)) })
    }

    /// The instance's own id.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Where the host key comes from.
    #[must_use]
    pub fn source(&self) -> &KeySource {
        &self.source
    }

    /// The host key's name.
    #[must_use]
    pub fn check(&self) -> KeyCheck {
        self.host().check()
    }

    /// What authenticates compiled components.
    #[must_use]
    pub fn cache_key(&self) -> [u8; 32] {
        *self.host().derive("compiled components").expose_bytes()
    }

    /// What authenticates the API's cursors.
    #[must_use]
    pub fn cursor_key(&self) -> [u8; 32] {
        *self.host().derive("cursors of the api").expose_bytes()
    }

    /// What authenticates backups.
    #[must_use]
    pub fn backup_key(&self) -> DerivedKey {
        self.host().derive(BACKUPS)
    }

    /// Seal a credential for its connection and slot. The workspace's key is made when it is first needed.
    ///
    /// # Errors
    /// When the workspace's key does not open, or the store cannot be written.
    pub async fn seal_credential(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        connection: ConnectionId,
        slot: &AuthSlot,
        secret: &SecretString,
    ) -> Result<SealedSecret, KeysError> {
        self.seal_in(store, workspace, Place::Credentials, &place::row(connection, slot), secret).await
    }

    /// Seal what a provider gave for a slot. It opens only for the very same provider, asked for the same.
    ///
    /// # Errors
    /// When the workspace's key does not open, or the store cannot be written.
    pub async fn seal_tokens(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        connection: ConnectionId,
        slot: &AuthSlot,
        tokens: &SecretString,
    ) -> Result<SealedSecret, KeysError> {
        self.seal_in(store, workspace, Place::Authorizations, &place::row_of_tokens(connection, slot), tokens).await
    }

    /// Open what [`Keys::seal_tokens`] sealed.
    ///
    /// # Errors
    /// When it does not open, or the store cannot be read; [`KeysError::Retired`] when it is sealed anew by now.
    pub async fn open_tokens(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        connection: ConnectionId,
        slot: &AuthSlot,
        sealed: SealedSecret,
    ) -> Result<SecretString, KeysError> {
        let SealedSecret { sealed, key_version } = sealed;
        let key = self.version(store, workspace, key_version).await?;
        let row = place::row_of_tokens(connection, slot);
        let binding = self.binding(workspace, Place::Authorizations, &row, key_version);
        open_text(&key, &binding, &Sealed::from_bytes(sealed))
            .map_err(|source| KeysError::Sealed { what: format!("the authorization `{}`", slot.name), source })
    }

    /// The credential in a slot, if it is filled.
    ///
    /// # Errors
    /// When it does not open, or the store cannot be read.
    pub async fn open_credential(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        connection: ConnectionId,
        slot: &AuthSlot,
    ) -> Result<Option<SecretString>, KeysError> {
        let find = async |tx: &mut SystemRead| credentials::find(tx, connection, &slot.name).await;
        let Some(mut secret) = store.system_read("read a credential", find).await? else { return Ok(None) };
        let mut key = self.version(store, workspace, secret.key_version).await;
        if matches!(key, Err(KeysError::Retired)) {
            // It is sealed anew by now: a key goes only after all that it sealed.
            let Some(again) = store.system_read("read a credential again", find).await? else { return Ok(None) };
            key = self.version(store, workspace, again.key_version).await;
            secret = again;
        }
        let (key, SealedSecret { sealed, key_version }) = (key?, secret);
        let row = place::row(connection, slot);
        let binding = self.binding(workspace, Place::Credentials, &row, key_version);
        open_text(&key, &binding, &Sealed::from_bytes(sealed))
            .map(Some)
            .map_err(|source| KeysError::Sealed { what: format!("the credential `{}`", slot.name), source })
    }

    async fn seal_in(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        place: Place,
        row: &[u8],
        secret: &SecretString,
    ) -> Result<SealedSecret, KeysError> {
        let (key_version, key) = self.newest(store, workspace).await?;
        let binding = self.binding(workspace, place, row, key_version);
        let sealed = seal(&key, &binding, secret.expose_secret().as_bytes())?.into_bytes();
        Ok(SealedSecret { sealed, key_version })
    }

    /// The workspace's key of this version.
    async fn version(&self, store: &Store, workspace: WorkspaceId, version: u32) -> Result<WorkspaceKey, KeysError> {
        let found = Box::pin(self.find_version(store, workspace, version)).await;
        if is_outdated(&found) && Box::pin(self.renew(store)).await? {
            return Box::pin(self.find_version(store, workspace, version)).await;
        }
        found
    }

    async fn find_version(&self, store: &Store, id: WorkspaceId, version: u32) -> Result<WorkspaceKey, KeysError> {
        let known = store.system_read("find a workspace's key", async |tx| keys::list(tx, id).await).await?;
        let key = known.iter().find(|key| key.version == version).ok_or(KeysError::Retired)?;
        self.unwrap(&self.host(), id, key)
    }

    /// The workspace's newest key and its version. A first one is made where there is none.
    async fn newest(&self, store: &Store, workspace: WorkspaceId) -> Result<(u32, WorkspaceKey), KeysError> {
        let found = Box::pin(self.find_newest(store, workspace)).await;
        if is_outdated(&found) && Box::pin(self.renew(store)).await? {
            return Box::pin(self.find_newest(store, workspace)).await;
        }
        found
    }

    async fn find_newest(&self, store: &Store, id: WorkspaceId) -> Result<(u32, WorkspaceKey), KeysError> {
        let host = self.host();
        let known = store.system_read("find a workspace's key", async |tx| keys::list(tx, id).await).await?;
        let key = match known.into_iter().next() {
            Some(known) => known,
            None => self.make(store, id, &host).await?,
        };
        Ok((key.version, self.unwrap(&host, id, &key)?))
    }

    /// A first key. It is stored only where there is none yet, and only while the host key that wraps it is the store's: in
    /// the transaction that looked.
    async fn make(&self, store: &Store, workspace: WorkspaceId, host: &HostKey) -> Result<SealedKey, KeysError> {
        let fresh = self.wrap(host, workspace, FIRST, &WorkspaceKey::generate()?)?;
        store
            .system("find or make a workspace's key", async |tx| {
                if let Some(known) = keys::list(tx, workspace).await?.into_iter().next() {
                    return Ok(Some(known));
                }
                if !is_current(tx, host).await? {
                    return Ok(None);
                }
                keys::put(tx, workspace, &fresh, Instant::now()).await.map(|()| Some(fresh))
            })
            .await?
            .ok_or(KeysError::Changed)
    }

    /// Ask the source again, if the store's host key is not the one that is known; whether there is another now.
    async fn renew(&self, store: &Store) -> Result<bool, KeysError> {
        let read = async |tx: &mut SystemRead| meta::find(tx, meta::KEY_CHECK).await;
        let check =
            store.system_read("look which host key is the store's", read).await?.ok_or(KeysError::NoIdentity)?;
        if self.check().matches(&check) {
            return Ok(false);
        }
        let given = self.source.load(&self.data).await?;
        let host = given.into_iter().find(|key| key.check().matches(&check));
        let host = host.ok_or_else(|| KeysError::WrongKey(self.source.to_string()))?;
        *self.host.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(host);
        tracing::info!(key = %self.check(), "keys.host.changed");
        Ok(true)
    }

    fn host(&self) -> Arc<HostKey> {
        Arc::clone(&self.host.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn wrap(
        &self,
        host: &HostKey,
        workspace: WorkspaceId,
        version: u32,
        key: &WorkspaceKey,
    ) -> Result<SealedKey, KeysError> {
        let sealed = key.wrap(host, &wrapping(&self.instance, workspace, version))?.into_bytes();
        Ok(SealedKey { version, sealed })
    }

    fn unwrap(&self, host: &HostKey, workspace: WorkspaceId, key: &SealedKey) -> Result<WorkspaceKey, KeysError> {
        unwrap(host, &self.instance, workspace, key)
    }

    fn binding<'a>(&'a self, workspace: WorkspaceId, place: Place, row: &'a [u8], key_version: u32) -> Binding<'a> {
        let table = match place {
            Place::Credentials => "credentials",
            Place::Authorizations => "authorizations",
        };
        Binding { instance: &self.instance, workspace, table, row, column: "sealed", key_version }
    }
}

/// The purpose of the key that authenticates backups.
pub(crate) const BACKUPS: &str = "backups";

/// Refuses a workspace's key that this host key does not open.
pub(crate) fn unwraps(
    host: &HostKey,
    instance: &str,
    workspace: WorkspaceId,
    key: &SealedKey,
) -> Result<(), KeysError> {
    unwrap(host, instance, workspace, key).map(drop)
}

fn unwrap(host: &HostKey, instance: &str, workspace: WorkspaceId, key: &SealedKey) -> Result<WorkspaceKey, KeysError> {
    let sealed = Sealed::from_bytes(key.sealed.clone());
    WorkspaceKey::unwrap(host, &wrapping(instance, workspace, key.version), &sealed)
        .map_err(|source| KeysError::Sealed { what: format!("the key of {workspace}"), source })
}

fn wrapping(instance: &str, workspace: WorkspaceId, key_version: u32) -> Binding<'_> {
    Binding { instance, workspace, table: "keys", row: b"", column: "sealed", key_version }
}

/// Whether another host key may be the store's by now.
fn is_outdated<T>(found: &Result<T, KeysError>) -> bool {
    matches!(found, Err(KeysError::Sealed { .. } | KeysError::Changed))
}

/// Whether this is the store's host key.
async fn is_current(tx: &mut SystemRead, host: &HostKey) -> Result<bool, StoreError> {
    Ok(meta::find(tx, meta::KEY_CHECK).await?.is_some_and(|check| host.check().matches(&check)))
}
