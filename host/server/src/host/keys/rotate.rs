//! Changing keys while hosts serve.
//!
//! The host key: every workspace's key is wrapped anew in one transaction, together with the value that tells which host key
//! is the store's. So at any moment all of them open with one of the two.
//!
//! A workspace's key: a new version is made first, which seals everything from then on; what older versions sealed is sealed
//! anew in batches, each replaced only where it is still what was read; a version goes once nothing names it. Broken off
//! anywhere, both versions are there, and the next rotation goes on.

use std::collections::BTreeMap;

use domain::capability::AuthSlot;
use domain::{Instant, PluginId, WorkspaceId};
use store::audit::Entry;
use store::sealed::{self, Outdated, Place, SealedSecret};
use store::{Store, StoreError, SystemRead, SystemTx, audit, keys, meta, plugins};
use vault::{HostKey, Sealed, WorkspaceKey, open, seal};

use super::{Keys, KeysError, is_current, place};

/// Secrets between two transactions.
const BATCH: u32 = 100;
/// How often what was changed meanwhile is looked for again.
const PASSES: u32 = 5;

/// What a rotation of a workspace's key did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// The version that seals now.
    pub version: u32,
    /// Secrets that were sealed anew.
    pub resealed: u64,
    /// Older versions that were destroyed.
    pub retired: u64,
    /// Secrets that do not open for any release that was ever installed: their versions stay.
    pub stuck: Vec<String>,
}

impl Keys {
    /// Make `next` the store's host key, with an entry that says so; how many workspaces' keys it wraps now.
    ///
    /// # Errors
    /// When a key does not open, or the store cannot be written. Then nothing was changed.
    pub async fn rotate_host(&self, store: &Store, next: &HostKey, entry: &Entry) -> Result<usize, KeysError> {
        let host = self.host();
        let rotated = store.system("wrap the workspaces' keys with another host key", async |tx| {
            if !is_current(tx, &host).await? {
                return Ok(Err(KeysError::Changed));
            }
            let known = keys::list_all(tx).await?;
            let wrapped: Result<Vec<_>, KeysError> = known
                .iter()
                .map(|(workspace, key)| {
                    let bare = self.unwrap(&host, *workspace, key)?;
                    Ok((*workspace, self.wrap(next, *workspace, key.version, &bare)?))
                })
                .collect();
            match wrapped {
                Ok(wrapped) => commit(tx, wrapped, next, entry).await.map(Ok),
                // Nothing was written yet.
                Err(error) => Ok(Err(error)),
            }
        });
        rotated.await?
    }

    /// Give a workspace a new key, and seal everything of it anew.
    ///
    /// # Errors
    /// When a key does not open, or the store cannot be written. What was done until then stays, and another rotation goes
    /// on from there.
    pub async fn rotate_workspace(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        entry: &Entry,
    ) -> Result<Rotated, KeysError> {
        let version = self.add_version(store, workspace, entry).await?;
        let (_, key) = self.newest(store, workspace).await?;
        let mut rotation = Rotation { keys: self, store, workspace, version, key, slots: BTreeMap::new() };
        let mut rotated = Rotated { version, ..Rotated::default() };
        for _ in 0..PASSES {
            rotated.stuck.clear();
            let mut missed = false;
            for place in Place::ALL {
                missed |= rotation.pass(place, &mut rotated).await?;
            }
            if !missed {
                break;
            }
        }
        let retire =
            store.system("destroy keys that nothing names", async |tx| keys::retire(tx, workspace, version).await);
        rotated.retired = retire.await?;
        Ok(rotated)
    }

    /// A version after the newest.
    async fn add_version(&self, store: &Store, workspace: WorkspaceId, entry: &Entry) -> Result<u32, KeysError> {
        let (newest, _) = self.newest(store, workspace).await?;
        let host = self.host();
        let version = newest + 1;
        let fresh = self.wrap(&host, workspace, version, &WorkspaceKey::generate()?)?;
        let added = store.system("give a workspace another key", async |tx| {
            if !is_current(tx, &host).await? {
                return Ok(false);
            }
            keys::put(tx, workspace, &fresh, entry.at).await?;
            audit::append(tx, entry).await?;
            Ok(true)
        });
        if added.await? { Ok(version) } else { Err(KeysError::Changed) }
    }
}

async fn commit(
    tx: &mut SystemTx,
    wrapped: Vec<(WorkspaceId, keys::SealedKey)>,
    next: &HostKey,
    entry: &Entry,
) -> Result<usize, StoreError> {
    for (workspace, key) in &wrapped {
        keys::replace(tx, *workspace, key).await?;
    }
    meta::set(tx, meta::KEY_CHECK, next.check().as_bytes()).await?;
    audit::append(tx, entry).await?;
    Ok(wrapped.len())
}

/// A rotation that goes on.
struct Rotation<'a> {
    keys: &'a Keys,
    store: &'a Store,
    workspace: WorkspaceId,
    version: u32,
    key: WorkspaceKey,
    /// The slots of every release of a plugin that was ever installed, the newest first: a secret is bound to its slot as it
    /// was when it was given.
    slots: BTreeMap<PluginId, Vec<AuthSlot>>,
}

impl Rotation<'_> {
    /// Seal anew what lies here; whether something was changed by others meanwhile.
    async fn pass(&mut self, place: Place, rotated: &mut Rotated) -> Result<bool, KeysError> {
        let (workspace, version) = (self.workspace, self.version);
        let (mut last, mut missed): (Option<Outdated>, bool) = (None, false);
        loop {
            let read = async |tx: &mut SystemRead| {
                sealed::list_outdated(tx, place, workspace, version, last.as_ref(), BATCH).await
            };
            let batch = self.store.system_read("list secrets under older keys", read).await?;
            let mut replacements = Vec::new();
            for outdated in &batch {
                match self.reseal(place, outdated).await {
                    Ok(Some(secret)) => replacements.push((outdated, secret)),
                    Ok(None) => rotated.stuck.push(format!("`{}` of `{}`", outdated.slot, outdated.name)),
                    // Another rotation was quicker.
                    Err(KeysError::Retired) => missed = true,
                    Err(error) => return Err(error),
                }
            }
            let replaced = self.store.system("seal secrets with a newer key", async |tx| {
                let mut replaced = 0;
                for (before, after) in &replacements {
                    replaced += u64::from(sealed::replace(tx, place, before, after).await?);
                }
                Ok(replaced)
            });
            let replaced = replaced.await?;
            rotated.resealed += replaced;
            missed |= replaced < replacements.len() as u64;
            match batch.into_iter().last() {
                Some(end) => last = Some(end),
                None => return Ok(missed),
            }
        }
    }

    /// The same secret under the newer key; nothing where it does not open for any release.
    async fn reseal(&mut self, place: Place, outdated: &Outdated) -> Result<Option<SealedSecret>, KeysError> {
        let Outdated { connection, plugin, slot, secret, .. } = outdated;
        let key = self.keys.version(self.store, self.workspace, secret.key_version).await?;
        let sealed = Sealed::from_bytes(secret.sealed.clone());
        let slots = self.slots(plugin).await?;
        let rows = slots.iter().filter(|known| known.name == *slot).map(|slot| match place {
            Place::Credentials => place::row(*connection, slot),
            Place::Authorizations => place::row_of_tokens(*connection, slot),
        });
        let opened = rows.into_iter().find_map(|row| {
            let binding = self.keys.binding(self.workspace, place, &row, secret.key_version);
            Some((open(&key, &binding, &sealed).ok()?, row))
        });
        let Some((plain, row)) = opened else { return Ok(None) };
        let binding = self.keys.binding(self.workspace, place, &row, self.version);
        let sealed = seal(&self.key, &binding, secrecy::ExposeSecret::expose_secret(&plain))?.into_bytes();
        Ok(Some(SealedSecret { sealed, key_version: self.version }))
    }

    async fn slots(&mut self, plugin: &PluginId) -> Result<Vec<AuthSlot>, KeysError> {
        if let Some(known) = self.slots.get(plugin) {
            return Ok(known.clone());
        }
        let all = self.store.system_read("list releases", async |tx| plugins::list(tx).await).await?;
        let slots: Vec<_> =
            all.into_iter().filter(|release| release.id == *plugin).flat_map(|release| release.granted.auth).collect();
        self.slots.insert(plugin.clone(), slots.clone());
        Ok(slots)
    }
}

/// An entry of the audit log about keys.
pub(crate) fn entry(action: &str, subject: &str, workspace: Option<WorkspaceId>, detail: serde_json::Value) -> Entry {
    let (actor, action, subject) = ("operator".to_owned(), action.to_owned(), subject.to_owned());
    Entry { at: Instant::now(), actor, action, subject, workspace, detail }
}
