//! Connections: one plugin, one set of settings, in one workspace. The row is also the lease of the worker that runs
//! it; what a worker does with it is in [`leases`].

pub mod leases;

use domain::{ConnectionId, Consent, Digest, Instant, PluginId, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::row::{Row, json, word};
use crate::{StoreError, SystemRead, SystemTx, sql};

pub use leases::{Lease, Outcome};

/// What a connection is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct NewConnection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The plugin that it runs.
    pub plugin: PluginId,
    /// Its name, unique among the workspace's.
    pub name: String,
    /// A JSON object that fits the manifest's schema, without secrets.
    pub settings: Value,
    /// The directory that it may read, where it is given one.
    pub directory: Option<String>,
    /// Seconds from the end of a run to the next.
    pub interval_seconds: u32,
    /// What its workspace lets the plugin have.
    pub consented: Consent,
    /// When it is made; its first run is due at once.
    pub created_at: Instant,
}

/// A connection as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The plugin that it runs.
    pub plugin: PluginId,
    /// Its name.
    pub name: String,
    /// Its settings.
    pub settings: Value,
    /// The directory that it may read.
    pub directory: Option<String>,
    /// Seconds from the end of a run to the next.
    pub interval_seconds: u32,
    /// What its workspace lets the plugin have.
    pub consented: Consent,
    /// The release that it stays on, since the live one asks for more; none where it runs the live one.
    pub package: Option<Digest>,
    /// Where it stands.
    pub state: ConnectionState,
    /// The package whose faults stopped it, where faults did.
    pub quarantined_by: Option<Digest>,
    /// Why it failed.
    pub reason: Option<String>,
    /// Failed runs since the last good one.
    pub failures: u32,
    /// When it was made.
    pub created_at: Instant,
    /// When its next run is due.
    pub due_at: Instant,
    /// Until when a worker has it, if one has.
    pub leased_until: Option<Instant>,
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionState {
    /// It runs when it is due.
    Active,
    /// Somebody paused it.
    Paused,
    /// It stopped, because waiting cannot help: the reason says what has to change.
    Failed,
    /// It was disconnected.
    Removed,
}

sql::statements! {
    CREATE = "INSERT INTO connections
            (id, workspace_id, plugin_id, name, settings, directory, interval_seconds, consented, state, created_at,
            due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $9)";
    FIND = "SELECT id, workspace_id, plugin_id, name, settings, directory, interval_seconds, consented, package,
            state, quarantined_by, reason, failures, created_at, due_at, lease_until
        FROM connections WHERE workspace_id = $1 AND id = $2";
    LIST = "SELECT id, workspace_id, plugin_id, name, settings, directory, interval_seconds, consented, package,
            state, quarantined_by, reason, failures, created_at, due_at, lease_until
        FROM connections WHERE workspace_id = $1 AND state <> 'removed' ORDER BY id";
    LIST_OF_PLUGIN = "SELECT id, workspace_id, plugin_id, name, settings, directory, interval_seconds, consented, package,
            state, quarantined_by, reason, failures, created_at, due_at, lease_until
        FROM connections WHERE plugin_id = $1 AND state <> 'removed' ORDER BY id";
    SET_DUE = "UPDATE connections SET due_at = {least due_at, $3}, failures = 0, reason = NULL, quarantined_by = NULL,
            state = 'active'
        WHERE workspace_id = $1 AND id = $2 AND state IN ('active', 'failed')";
    SET_STATE = "UPDATE connections SET state = $3, reason = $4, quarantined_by = NULL
        WHERE workspace_id = $1 AND id = $2 AND state <> 'removed'";
    SET_SETTINGS = "UPDATE connections SET settings = $3
        WHERE workspace_id = $1 AND id = $2 AND state <> 'removed'";
    SET_CONSENT = "UPDATE connections SET consented = $3, package = NULL
        WHERE workspace_id = $1 AND id = $2 AND state <> 'removed'";
    SET_PACKAGE = "UPDATE connections SET package = $2 WHERE id = $1";
    DROP_CREDENTIALS = "DELETE FROM credentials WHERE connection_id = $1";
    DROP_AUTHORIZATIONS = "DELETE FROM authorizations WHERE connection_id = $1";
}

/// Makes a connection.
///
/// # Errors
/// [`StoreError::Exists`] when the workspace has one of this name.
pub async fn create(tx: &mut SystemTx, connection: &NewConnection) -> Result<(), StoreError> {
    let NewConnection { id, workspace, plugin, name, settings, directory, interval_seconds, consented, created_at } =
        connection;
    sql::query(&CREATE)
        .bind(id)
        .bind(workspace)
        .bind(plugin.as_str().to_owned())
        .bind(name.clone())
        .bind(settings.to_string())
        .bind(directory.clone())
        .bind(*interval_seconds)
        .bind(json(consented)?)
        .bind(created_at.as_micros())
        .execute(tx.conn())
        .await
        .map_err(StoreError::exists("connection", name))?;
    Ok(())
}

/// The connection of this id in this workspace, if there is one, removed or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    tx: &mut SystemRead,
    workspace: WorkspaceId,
    id: ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    let query = sql::query(&FIND).bind(workspace).bind(id);
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// The connection of this id in this workspace.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such connection.
pub async fn get(tx: &mut SystemRead, workspace: WorkspaceId, id: ConnectionId) -> Result<Connection, StoreError> {
    find(tx, workspace, id).await?.ok_or_else(|| StoreError::missing("connection", &id))
}

/// A workspace's connections, oldest first, without the removed.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, workspace: WorkspaceId) -> Result<Vec<Connection>, StoreError> {
    let rows = sql::query(&LIST).bind(workspace).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// Every workspace's connections of a plugin, oldest first, without the removed: whom another release of it concerns.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_of_plugin(tx: &mut SystemRead, plugin: &PluginId) -> Result<Vec<Connection>, StoreError> {
    let rows = sql::query(&LIST_OF_PLUGIN).bind(plugin.as_str().to_owned()).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// Gives a connection other settings. Whether they fit is for the caller to say.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such connection, or it was removed.
pub async fn set_settings(
    tx: &mut SystemTx,
    workspace: WorkspaceId,
    id: ConnectionId,
    settings: &Value,
) -> Result<(), StoreError> {
    let query = sql::query(&SET_SETTINGS).bind(workspace).bind(id);
    let done = query.bind(settings.to_string()).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("connection", &id)) } else { Ok(()) }
}

/// Writes what a workspace consents to, with which the connection leaves the release that it stayed on.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such connection, or it was removed.
pub async fn set_consent(
    tx: &mut SystemTx,
    workspace: WorkspaceId,
    id: ConnectionId,
    consented: &Consent,
) -> Result<(), StoreError> {
    let query = sql::query(&SET_CONSENT).bind(workspace).bind(id);
    let done = query.bind(json(consented)?).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("connection", &id)) } else { Ok(()) }
}

/// Lets a connection stay on a release, or run the live one.
///
/// # Errors
/// When the database cannot be written.
pub async fn set_package(tx: &mut SystemTx, id: ConnectionId, package: Option<Digest>) -> Result<(), StoreError> {
    let query = sql::query(&SET_PACKAGE).bind(id);
    query.bind(package).execute(tx.conn()).await?;
    Ok(())
}

/// Makes a connection due now; one that had failed is tried again.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such connection that could run.
pub async fn set_due(
    tx: &mut SystemTx,
    workspace: WorkspaceId,
    id: ConnectionId,
    now: Instant,
) -> Result<(), StoreError> {
    let done = sql::query(&SET_DUE).bind(workspace).bind(id).bind(now.as_micros()).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("connection that can run", &id)) } else { Ok(()) }
}

/// Moves a connection to another state. Removing it destroys its credentials in the same transaction.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such connection, or it was removed.
pub async fn set_state(
    tx: &mut SystemTx,
    workspace: WorkspaceId,
    id: ConnectionId,
    state: ConnectionState,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let done = sql::query(&SET_STATE)
        .bind(workspace)
        .bind(id)
        .bind(word(state)?)
        .bind(reason.map(str::to_owned))
        .execute(tx.conn())
        .await?;
    if done == 0 {
        return Err(StoreError::missing("connection", &id));
    }
    if state == ConnectionState::Removed {
        sql::query(&DROP_CREDENTIALS).bind(id).execute(tx.conn()).await?;
        sql::query(&DROP_AUTHORIZATIONS).bind(id).execute(tx.conn()).await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: row.id("id")?,
        workspace: row.id("workspace_id")?,
        plugin: row.parsed("plugin_id")?,
        name: row.cell("name")?,
        settings: row.json("settings")?,
        directory: row.cell("directory")?,
        interval_seconds: row.cell("interval_seconds")?,
        consented: consent(row)?,
        package: row.opt_digest("package")?,
        state: row.word("state")?,
        quarantined_by: row.opt_digest("quarantined_by")?,
        reason: row.cell("reason")?,
        failures: row.cell("failures")?,
        created_at: row.instant("created_at")?,
        due_at: row.instant("due_at")?,
        leased_until: row.opt_instant("lease_until")?,
    })
}

/// Nothing where none was written down: then no release is within it.
fn consent(row: &Row) -> Result<Consent, StoreError> {
    let written: Option<&str> = row.cell("consented")?;
    written.map_or_else(|| Ok(Consent::default()), |_| row.json("consented"))
}

#[cfg(test)]
mod tests;
