//! The host: the one place where store, keys, trust, sandbox and egress meet.
//!
//! [`Host`] is what every command opens: configuration, store and keys. [`Machinery`] is what runs plugins, and is
//! started only by those that do.

mod budgets;
mod keys;
mod lock;
mod machinery;
mod packages;
#[cfg(test)]
pub(crate) mod testing;
mod trust;

use std::sync::Arc;

use domain::Instant;
use sandbox::trust::TrustPolicy;
use serde_json::Value;
use store::audit::Entry;
use store::plugins::Plugin;
use store::workspaces::{self, Workspace};
use store::{Store, StoreError};

pub use budgets::Places;
pub(crate) use keys::{BACKUPS, unwraps};
pub use keys::{KeySource, Keys, KeysError, VARIABLE, rotate};
pub use lock::{Presence, Upkeep};
pub use machinery::{Machinery, MachineryError, Runnable, permits};
pub use packages::Packages;
pub use trust::Standing;

use crate::config::Config;
use crate::error::CommandError;
use crate::{erasures, oauth};

/// What every command works with. Clones share it.
#[derive(Clone)]
pub struct Host {
    /// The configuration.
    pub config: Arc<Config>,
    /// What is kept.
    pub store: Store,
    /// What it is encrypted with.
    pub keys: Arc<Keys>,
    /// The installed packages' files.
    pub packages: Packages,
    /// The way out to OAuth providers.
    pub providers: egress::Egress,
    /// Says to other processes that the store is open.
    _presence: Presence,
}

/// The store that the configuration names: a shared database, or the directory.
pub(crate) async fn open_store(config: &Config) -> Result<Store, StoreError> {
    match &config.storage.database {
        Some(database) => Store::connect(database.expose()).await,
        None => Store::open(&config.storage.data).await,
    }
}

impl Host {
    /// Open what `weighbridge init` made.
    ///
    /// # Errors
    /// A store that is not there or newer than this version, a key that is not the store's, or a ledger of erasures that
    /// cannot be used.
    pub async fn open(config: Config) -> Result<Self, CommandError> {
        if config.storage.database.is_none() && !config.storage.data.join("control.db").exists() {
            let data = config.storage.data.display();
            return Err(CommandError::failed(format!("there is no store in `{data}`: `weighbridge init` makes one")));
        }
        let presence = Presence::enter(&config.storage.data)?;
        let store = open_store(&config).await?;
        let keys = Keys::open(&config, &store).await?;
        for id in erasures::enforce(&store, &config.storage.data, keys.instance()).await? {
            tracing::warn!(workspace.id = %id, "store.purge.finished");
        }
        let packages = Packages::new(config.storage.data.join("packages"), &store);
        let providers = oauth::egress(&config).map_err(|error| CommandError::because(&error))?;
        Ok(Self { config: Arc::new(config), store, keys: Arc::new(keys), packages, providers, _presence: presence })
    }

    /// The workspace of this name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn workspace(&self, name: &str) -> Result<Workspace, CommandError> {
        self.store
            .system_read("find a workspace", async |tx| workspaces::find_by_name(tx, name).await)
            .await?
            .ok_or_else(|| CommandError::usage(format!("there is no workspace `{name}`")))
    }

    /// Whom the operator trusts now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trust_policy(&self) -> Result<TrustPolicy, CommandError> {
        trust::policy(&self.store).await
    }

    /// Why an installed package may not run, or what else an operator should know of the trust in it.
    #[must_use]
    pub fn trust_in(&self, policy: &TrustPolicy, plugin: &Plugin) -> Standing {
        trust::standing(policy, &self.packages, plugin, Instant::now())
    }

    /// Note what the operator did, or was refused, where nothing else is written with it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn audit(&self, action: &str, subject: &str, detail: Value) -> Result<(), CommandError> {
        let entry = operators(Instant::now(), action, subject, detail);
        Ok(self.store.system("note an event", async |tx| store::audit::append(tx, &entry).await).await?)
    }
}

fn operators(at: Instant, action: &str, subject: &str, detail: Value) -> Entry {
    let (actor, action, subject) = ("operator".to_owned(), action.to_owned(), subject.to_owned());
    Entry { at, actor, action, subject, workspace: None, detail }
}
