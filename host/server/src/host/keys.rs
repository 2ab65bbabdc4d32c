//! What is encrypted with what: the host key wraps a key for each workspace, and that seals its credentials.

use domain::capability::{AuthScheme, AuthSlot, OAuth2};
use domain::{ConnectionId, Instant, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use store::keys::{self, SealedKey};
use store::{Store, StoreError, SystemRead, credentials, meta};
use vault::{Binding, HostKey, HostKeyError, NoRandomness, OpenError, Sealed, WorkspaceKey, open_text, seal};

use crate::config::Config;

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The host key.
    #[error(transparent)]
    Host(#[from] HostKeyError),
    /// The machine gives no randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key is another store's.
    #[error("`{0}` is not the key of this store: restore the file that `weighbridge init` made for it")]
    WrongKey(String),
    /// The store has a key, and its file is gone.
    #[error(
        "the host key `{0}` is not there, and the store was made with it: restore that file from your copy; \
         a new key could not open what the store holds"
    )]
    Lost(String),
    /// The store was not made whole.
    #[error("the store has no identity: run `weighbridge init` on it")]
    NoIdentity,
    /// A ciphertext that does not open.
    #[error("{what} does not open: it was altered, or given for other hosts than the plugin has now; give it again")]
    Sealed {
        /// What it is.
        what: String,
        /// Why.
        #[source]
        source: OpenError,
    },
}

/// The host key, and the instance that it belongs to.
pub struct Keys {
    host: HostKey,
    instance: String,
}

/// The only version that there is until keys are rotated.
const VERSION: u32 = 1;

/// The tables that hold what is sealed for a slot.
const CREDENTIALS: &str = "credentials";
const AUTHORIZATIONS: &str = "authorizations";

impl Keys {
    /// Give a new store its identity, and note which key is its own: the one that is there, or a new one. What has an
    /// identity keeps it; whether it had none is the answer.
    ///
    /// # Errors
    /// When the key is lost, cannot be read or cannot be made, or the store cannot be written.
    pub async fn establish(config: &Config, store: &Store) -> Result<bool, KeysError> {
        let file = &config.vault.key_file;
        let known = store.system_read("find the store's identity", async |tx| meta::find(tx, meta::INSTANCE_ID).await);
        let host = match (known.await?, file.exists()) {
            (Some(_), true) => return Ok(false),
            (Some(_), false) => return Err(KeysError::Lost(file.display().to_string())),
            (None, true) => HostKey::load(file, &config.storage.data)?,
            (None, false) => HostKey::create(file, &config.storage.data)?,
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
        let host = HostKey::load(&config.vault.key_file, &config.storage.data)?;
        let read = async |tx: &mut SystemRead| {
            let instance = meta::find(tx, meta::INSTANCE_ID).await?;
            let check = meta::find(tx, meta::KEY_CHECK).await?;
            Ok(instance.zip(check))
        };
        let (instance, check) =
            store.system_read("read the store's identity", read).await?.ok_or(KeysError::NoIdentity)?;
        if !host.check().matches(&check) {
            return Err(KeysError::WrongKey(config.vault.key_file.display().to_string()));
        }
        Ok(Self { host, instance: String::from_utf8_lossy(&instance).into_owned() })
    }

    /// What authenticates compiled components.
    #[must_use]
    pub fn cache_key(&self) -> [u8; 32] {
        *self.host.derive("compiled components").expose_bytes()
    }

    /// What authenticates the API's cursors.
    #[must_use]
    pub fn cursor_key(&self) -> [u8; 32] {
        *self.host.derive("cursors of the api").expose_bytes()
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
    ) -> Result<Vec<u8>, KeysError> {
        let key = self.workspace_key(store, workspace).await?;
        let row = row(connection, slot);
        let binding = self.binding(workspace, CREDENTIALS, &row);
        Ok(seal(&key, &binding, secret.expose_secret().as_bytes())?.into_bytes())
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
    ) -> Result<Vec<u8>, KeysError> {
        let key = self.workspace_key(store, workspace).await?;
        let row = row_of_tokens(connection, slot);
        let binding = self.binding(workspace, AUTHORIZATIONS, &row);
        Ok(seal(&key, &binding, tokens.expose_secret().as_bytes())?.into_bytes())
    }

    /// Open what [`Keys::seal_tokens`] sealed.
    ///
    /// # Errors
    /// When it does not open, or the store cannot be read.
    pub async fn open_tokens(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        connection: ConnectionId,
        slot: &AuthSlot,
        sealed: Vec<u8>,
    ) -> Result<SecretString, KeysError> {
        let key = self.workspace_key(store, workspace).await?;
        let row = row_of_tokens(connection, slot);
        open_text(&key, &self.binding(workspace, AUTHORIZATIONS, &row), &Sealed::from_bytes(sealed))
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
        let read = async |tx: &mut SystemRead| {
            let sealed = credentials::find(tx, connection, &slot.name).await?;
            Ok(sealed.zip(keys::list(tx, workspace).await?.into_iter().next()))
        };
        let Some((sealed, key)) = store.system_read("read a credential", read).await? else { return Ok(None) };
        let key = self.unwrap(workspace, &key)?;
        let row = row(connection, slot);
        open_text(&key, &self.binding(workspace, CREDENTIALS, &row), &Sealed::from_bytes(sealed))
            .map(Some)
            .map_err(|source| KeysError::Sealed { what: format!("the credential `{}`", slot.name), source })
    }

    /// The workspace's key. A new one is stored only where there is none yet, in the transaction that looked.
    async fn workspace_key(&self, store: &Store, workspace: WorkspaceId) -> Result<WorkspaceKey, KeysError> {
        let known = store.system_read("find a workspace's key", async |tx| keys::list(tx, workspace).await).await?;
        if let Some(key) = known.into_iter().next() {
            return self.unwrap(workspace, &key);
        }
        let fresh = WorkspaceKey::generate()?.wrap(&self.host, &self.wrapping(workspace, VERSION))?;
        let fresh = SealedKey { version: VERSION, sealed: fresh.into_bytes() };
        let key = store
            .system("find or make a workspace's key", async |tx| {
                match keys::list(tx, workspace).await?.into_iter().next() {
                    Some(known) => Ok(known),
                    None => keys::put(tx, workspace, &fresh, Instant::now()).await.map(|()| fresh),
                }
            })
            .await?;
        self.unwrap(workspace, &key)
    }

    fn unwrap(&self, workspace: WorkspaceId, key: &SealedKey) -> Result<WorkspaceKey, KeysError> {
        let sealed = Sealed::from_bytes(key.sealed.clone());
        WorkspaceKey::unwrap(&self.host, &self.wrapping(workspace, key.version), &sealed)
            .map_err(|source| KeysError::Sealed { what: format!("the key of {workspace}"), source })
    }

    fn wrapping(&self, workspace: WorkspaceId, key_version: u32) -> Binding<'_> {
        Binding { instance: &self.instance, workspace, table: "keys", row: b"", column: "sealed", key_version }
    }

    fn binding<'a>(&'a self, workspace: WorkspaceId, table: &'static str, row: &'a [u8]) -> Binding<'a> {
        Binding { instance: &self.instance, workspace, table, row, column: "sealed", key_version: VERSION }
    }
}

/// What a credential is sealed for: its connection, and its slot as it was when the secret was given, hosts and all. A
/// newer version of a plugin that would send it somewhere else cannot open it.
fn row(connection: ConnectionId, slot: &AuthSlot) -> Vec<u8> {
    // Destructured whole, so that a part that is forgotten does not compile.
    let AuthSlot { name, scheme, hosts, optional: _ } = slot;
    let scheme = match scheme {
        AuthScheme::Bearer => "bearer".to_owned(),
        AuthScheme::Basic => "basic".to_owned(),
        AuthScheme::Header(header) => format!("header {header}"),
        // Where a client's secret goes; what is asked for there is the tokens' affair.
        AuthScheme::OAuth2(oauth) => {
            let OAuth2 { grant: _, token_url, revocation_url, client_auth, .. } = &**oauth;
            format!("oauth2 {client_auth:?} {token_url} {}", revocation_url.as_deref().unwrap_or_default())
        }
    };
    let mut hosts = hosts.clone();
    hosts.sort();
    // A client's secret goes to its provider alone, tokens to the hosts.
    if matches!(slot.scheme, AuthScheme::OAuth2(_)) {
        hosts.clear();
    }
    // None of these texts has a line end in it: the manifest's rules see to that.
    [connection.as_bytes().as_slice(), [name.clone(), scheme, hosts.join(" ")].join("\n").as_bytes()].concat()
}

/// What tokens are sealed for: all of the slot. A consent counts for what it was given for, and for nothing else.
fn row_of_tokens(connection: ConnectionId, slot: &AuthSlot) -> Vec<u8> {
    let AuthSlot { name, scheme, hosts, optional: _ } = slot;
    let mut hosts = hosts.clone();
    hosts.sort();
    // Maps and lists of texts, which JSON can always tell.
    let text = serde_json::json!([name, scheme, hosts]).to_string();
    [connection.as_bytes().as_slice(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_sealed_for_the_hosts_that_it_was_given_for() {
        let connection = ConnectionId::generate();
        let slot = |hosts: &[&str], scheme| AuthSlot {
            name: "token".to_owned(),
            scheme,
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            optional: false,
        };
        let given = row(connection, &slot(&["a.example", "b.example"], AuthScheme::Bearer));
        assert_eq!(given, row(connection, &slot(&["b.example", "a.example"], AuthScheme::Bearer)));
        for wider in [
            slot(&["a.example", "b.example", "evil.example"], AuthScheme::Bearer),
            slot(&["a.example"], AuthScheme::Bearer),
            slot(&["a.example", "b.example"], AuthScheme::Header("x-debug".to_owned())),
        ] {
            assert_ne!(given, row(connection, &wider));
        }
        assert_ne!(given, row(ConnectionId::generate(), &slot(&["a.example", "b.example"], AuthScheme::Bearer)));
    }
}
