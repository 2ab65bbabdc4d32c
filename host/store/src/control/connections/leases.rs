//! Leases: which worker runs which connection. Every lease has a fence, one higher than the one before; the workspace's
//! file takes pages of the highest alone (`fences`), so that a worker that comes back late writes nothing.

use std::time::Duration;

use domain::{ConnectionId, Digest, Instant, PluginId, WorkspaceId};

use crate::row::Row;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// The right to run a connection, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The connection.
    pub connection: ConnectionId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The plugin to run.
    pub plugin: PluginId,
    /// Who holds the lease.
    pub owner: String,
    /// Its number: to be raised in the workspace's file before the first page.
    pub fence: i64,
    /// When it ends by itself.
    pub until: Instant,
    /// Failed runs since the last good one, from which the back-off is computed.
    pub failures: u32,
}

/// How a leased run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It brought what it should: the count of failures starts again.
    Succeeded,
    /// It failed, and waiting may help: the count of failures goes up.
    Retry,
    /// It failed, and waiting cannot help: it stops, with the reason.
    Failed(String),
    /// Its plugin faulted so often that nothing is left to try: it stops, until it is released or another release comes.
    Quarantined {
        /// Why, in one sentence.
        reason: String,
        /// The package that faulted.
        package: Digest,
    },
    /// It was broken off by the host: nothing is counted.
    Abandoned,
}

/// Whether a connection can run at $1 and nobody has it. A plugin whose live release is quarantined has no live one: its
/// connections wait for its release, and nothing is said of them meanwhile.
macro_rules! is_free {
    () => {
        "state = 'active' AND (lease_until IS NULL OR lease_until <= $1)
            AND (EXISTS (SELECT 1 FROM plugins AS p WHERE p.plugin_id = connections.plugin_id AND p.state = 'active')
                OR NOT EXISTS (SELECT 1 FROM plugins AS p
                    WHERE p.plugin_id = connections.plugin_id AND p.state = 'quarantined'))"
    };
}

/// One statement finds and takes, so that no connection has two owners.
macro_rules! claim {
    ($which:expr) => {
        concat!(
            "UPDATE connections SET lease_owner = $2, lease_until = $3, fence = fence + 1
            WHERE ",
            $which,
            " RETURNING id, workspace_id, plugin_id, lease_owner, fence, lease_until, failures"
        )
    };
}

sql::statements! {
    DUE = concat!(
        "SELECT workspace_id FROM connections WHERE due_at <= $1 AND ", is_free!(),
        " GROUP BY workspace_id ORDER BY min(due_at) LIMIT $2"
    );
    CLAIM_DUE = claim!(concat!(
        "id = (SELECT id FROM connections WHERE workspace_id = $4 AND due_at <= $1 AND ", is_free!(),
        " ORDER BY due_at LIMIT 1{skip locked})"
    ));
    CLAIM_ONE = claim!(concat!("id = $4 AND ", is_free!()));
    EXTEND = "UPDATE connections SET lease_until = $4 WHERE id = $1 AND lease_owner = $2 AND fence = $3";
    RELEASE = "UPDATE connections SET lease_owner = NULL, lease_until = NULL, due_at = $4,
            failures = CASE $5 WHEN 'succeeded' THEN 0 WHEN 'abandoned' THEN failures ELSE failures + 1 END,
            quarantined_by = CASE WHEN $5 = 'failed' AND state = 'active' THEN $7 ELSE quarantined_by END,
            state = CASE WHEN $5 = 'failed' AND state = 'active' THEN 'failed' ELSE state END,
            reason = CASE WHEN $5 = 'failed' THEN $6 WHEN $5 = 'succeeded' THEN NULL ELSE reason END
        WHERE id = $1 AND lease_owner = $2 AND fence = $3";
    CURRENT = "SELECT fence FROM connections WHERE id = $1";
}

/// The workspaces that have connections which are due and that nobody has, the longest due first; up to `limit`.
///
/// # Errors
/// When the database cannot be read.
pub async fn due(tx: &mut SystemRead, now: Instant, limit: u32) -> Result<Vec<WorkspaceId>, StoreError> {
    let rows = sql::query(&DUE).bind(now.as_micros()).bind(limit).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| row.id("workspace_id")).collect()
}

/// Takes the connection of a workspace that is due the longest and that nobody has, if there is one.
///
/// # Errors
/// When the database cannot be written.
pub async fn claim_due(
    tx: &mut SystemTx,
    workspace: WorkspaceId,
    now: Instant,
    owner: &str,
    duration: Duration,
) -> Result<Option<Lease>, StoreError> {
    let row = sql::query(&CLAIM_DUE)
        .bind(now.as_micros())
        .bind(owner.to_owned())
        .bind(now.after(duration).as_micros())
        .bind(workspace)
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Takes this connection, due or not, unless somebody has it or it cannot run.
///
/// # Errors
/// When the database cannot be written.
pub async fn claim(
    tx: &mut SystemTx,
    connection: ConnectionId,
    now: Instant,
    owner: &str,
    duration: Duration,
) -> Result<Option<Lease>, StoreError> {
    let row = sql::query(&CLAIM_ONE)
        .bind(now.as_micros())
        .bind(owner.to_owned())
        .bind(now.after(duration).as_micros())
        .bind(connection)
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(read).transpose()
}

/// Holds on to a lease until `until`.
///
/// # Errors
/// [`StoreError::StaleFence`] when somebody else has it.
pub async fn extend(tx: &mut SystemTx, lease: &Lease, until: Instant) -> Result<(), StoreError> {
    let done = sql::query(&EXTEND)
        .bind(lease.connection)
        .bind(lease.owner.clone())
        .bind(lease.fence)
        .bind(until.as_micros())
        .execute(tx.conn())
        .await?;
    if done == 0 { Err(stale(tx, lease).await?) } else { Ok(()) }
}

/// Gives a lease back, and says when the next run is due and how this one ended.
///
/// # Errors
/// [`StoreError::StaleFence`] when somebody else has it.
pub async fn release(tx: &mut SystemTx, lease: &Lease, next_due: Instant, outcome: &Outcome) -> Result<(), StoreError> {
    let (word, reason, package) = match outcome {
        Outcome::Succeeded => ("succeeded", None, None),
        Outcome::Retry => ("retry", None, None),
        Outcome::Failed(reason) => ("failed", Some(reason.clone()), None),
        Outcome::Quarantined { reason, package } => ("failed", Some(reason.clone()), Some(package)),
        Outcome::Abandoned => ("abandoned", None, None),
    };
    let done = sql::query(&RELEASE)
        .bind(lease.connection)
        .bind(lease.owner.clone())
        .bind(lease.fence)
        .bind(next_due.as_micros())
        .bind(word)
        .bind(reason)
        .bind(package)
        .execute(tx.conn())
        .await?;
    if done == 0 { Err(stale(tx, lease).await?) } else { Ok(()) }
}

async fn stale(tx: &mut SystemTx, lease: &Lease) -> Result<StoreError, StoreError> {
    let current: Option<i64> = sql::scalar(&CURRENT).bind(lease.connection).fetch_optional(tx.conn()).await?;
    Ok(StoreError::StaleFence { connection: lease.connection, held: lease.fence, current: current.unwrap_or(0) })
}

fn read(row: &Row) -> Result<Lease, StoreError> {
    Ok(Lease {
        connection: row.id("id")?,
        workspace: row.id("workspace_id")?,
        plugin: row.parsed("plugin_id")?,
        owner: row.cell("lease_owner")?,
        fence: row.cell("fence")?,
        until: row.opt_instant("lease_until")?.unwrap_or(Instant::from_micros(0)),
        failures: row.cell("failures")?,
    })
}
