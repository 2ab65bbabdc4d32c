//! Steps of trust: each changes one thing and notes who changed it, from what to what, in the same transaction. What stands
//! so already is no step, so that anything can be said twice.

use domain::{Digest, Instant, PluginId};
use serde::Serialize;
use serde_json::{Value, json};
use store::audit::{self, Entry};
use store::trust::{self, PublisherKey};
use store::{StoreError, SystemTx};

/// Steps in one transaction.
pub(super) struct Steps<'a> {
    pub(super) tx: &'a mut SystemTx,
    pub(super) now: Instant,
    pub(super) done: Vec<Step>,
}

/// One change.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    action: &'static str,
    subject: String,
    before: Value,
    after: Value,
}

impl Step {
    /// The same for people.
    pub(super) fn line(&self) -> String {
        let Self { action, subject, before, after } = self;
        let words = |value: &Value| if value.is_null() { "nothing".to_owned() } else { value.to_string() };
        format!("{action} {subject}: {} → {}", words(before), words(after))
    }
}

impl<'a> Steps<'a> {
    pub(super) fn new(tx: &'a mut SystemTx) -> Self {
        Self { tx, now: Instant::now(), done: Vec::new() }
    }

    /// Trust a key in this way.
    pub(super) async fn key(&mut self, key: &PublisherKey) -> Result<(), StoreError> {
        let before = trust::find_key(self.tx, &key.id).await?.as_ref().map_or(Value::Null, said);
        trust::add_key(self.tx, key).await?;
        self.note("trust.key", key.id.clone(), before, said(key)).await
    }

    /// Forbid all that a key signed.
    pub(super) async fn revoke_key(&mut self, id: &str, reason: &str) -> Result<(), StoreError> {
        if trust::find_revoked_key(self.tx, id).await?.is_some() {
            return Ok(());
        }
        let before = trust::find_key(self.tx, id).await?.as_ref().map_or(Value::Null, said);
        trust::revoke_key(self.tx, id, reason, self.now).await?;
        self.note("trust.revoke-key", id.to_owned(), before, json!({ "revoked": reason })).await
    }

    /// Forbid a package.
    pub(super) async fn revoke_package(&mut self, digest: Digest, reason: &str) -> Result<(), StoreError> {
        if trust::find_revoked_digest(self.tx, digest).await?.is_some() {
            return Ok(());
        }
        trust::revoke_digest(self.tx, digest, reason, self.now).await?;
        self.note("trust.revoke-package", digest.to_string(), Value::Null, json!({ "revoked": reason })).await
    }

    /// Set a floor.
    pub(super) async fn floor(&mut self, plugin: &PluginId, sequence: u64) -> Result<(), StoreError> {
        let before = trust::find_floor(self.tx, plugin).await?.map_or(Value::Null, |floor| json!({ "floor": floor }));
        let after = json!({ "floor": sequence });
        if before == after {
            return Ok(());
        }
        trust::set_floor(self.tx, plugin, sequence, self.now).await?;
        self.note("trust.floor", plugin.to_string(), before, after).await
    }

    /// Note a change; none where both are the same.
    pub(super) async fn note(
        &mut self,
        action: &'static str,
        subject: String,
        before: Value,
        after: Value,
    ) -> Result<(), StoreError> {
        if before == after {
            return Ok(());
        }
        let entry = Entry {
            at: self.now,
            actor: "operator".to_owned(),
            action: action.to_owned(),
            subject: subject.clone(),
            workspace: None,
            detail: json!({ "by": user(), "before": before, "after": after }),
        };
        audit::append(self.tx, &entry).await?;
        self.done.push(Step { action, subject, before, after });
        Ok(())
    }
}

/// What the log says of a key.
fn said(key: &PublisherKey) -> Value {
    // Destructured whole, so that what is forgotten here does not compile.
    let PublisherKey { id: _, name, public_key: _, patterns, valid_from, valid_until, added_at: _, revoked_at } = key;
    let text = |at: &Option<Instant>| at.map(|at| at.to_string());
    json!({
        "name": name,
        "for": patterns,
        "from": text(valid_from),
        "until": text(valid_until),
        "revoked_at": text(revoked_at),
    })
}

/// Whose process this is, as the system knows it where it can be asked, and as whom they logged in, as they say.
fn user() -> Value {
    let name = ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok());
    let uid = std::fs::metadata("/proc/self").map(|process| std::os::unix::fs::MetadataExt::uid(&process)).ok();
    json!({ "uid": uid, "login": name })
}
