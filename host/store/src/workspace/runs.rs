//! Runs: what each did, whether it succeeded or not. Logs are cut at a bound, so that no plugin fills the disk with them;
//! the inspection comes bounded.

use domain::inspection::Inspection;
use domain::run::{LogLine, RunState, Usage};
use domain::{ConnectionId, Digest, Instant, PluginId, RunId};
use serde::Serialize;
use serde_json::Value;

use crate::row::{Row, json, stored, word};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

/// Bytes of JSON that a run keeps of its log.
const BOUND: usize = 256 * 1024;

/// A run that begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// The connection.
    pub connection: ConnectionId,
    /// The plugin that runs.
    pub plugin: PluginId,
    /// Its version.
    pub version: String,
    /// Its package.
    pub digest: Digest,
    /// The lease under which it runs.
    pub fence: i64,
    /// When it begins.
    pub started_at: Instant,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Finish<'a> {
    /// How.
    pub state: RunState,
    /// What it used in all.
    pub usage: Usage,
    /// What went wrong, in words.
    pub error: Option<&'a str>,
    /// What the plugin logged; what is over the bound is cut off.
    pub log: &'a [LogLine],
    /// What else is to be known, as bounded as its maker made it.
    pub inspection: &'a Inspection,
    /// When.
    pub at: Instant,
}

/// A run as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The connection.
    pub connection: ConnectionId,
    /// The plugin.
    pub plugin: PluginId,
    /// Its version.
    pub version: String,
    /// Its package.
    pub digest: Digest,
    /// The lease under which it ran.
    pub fence: i64,
    /// Whether and how it ended.
    pub state: RunState,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Committed pages.
    pub pages: u64,
    /// Records in them.
    pub records: u64,
    /// What it used.
    pub usage: Usage,
    /// What went wrong.
    pub error: Option<String>,
    /// What the plugin logged.
    pub log: Vec<LogLine>,
    /// The requests, one by one, of runs that were recorded before there were inspections.
    pub egress: Vec<Value>,
    /// What else is to be known; empty until it has ended.
    pub inspection: Inspection,
}

sql::statements! {
    BEGIN = "INSERT INTO runs ({scope}id, connection_id, plugin_id, version, digest, fence, state, started_at, usage)
        VALUES ({scoped}$1, $2, $3, $4, $5, $6, 'running', $7, $8)";
    COUNT_PAGE = "UPDATE runs SET pages = pages + 1, records = records + $2 WHERE {mine} AND id = $1";
    PROGRESS = "UPDATE runs SET usage = $2 WHERE {mine} AND id = $1 AND state = 'running'";
    FINISH = "UPDATE runs SET state = $2, usage = $3, error = $4, log = $5, inspection = $6, finished_at = $7
        WHERE {mine} AND id = $1";
    /// Runs of a host that died: those of an older lease than the connection's current one.
    ABANDON = "UPDATE runs SET state = 'abandoned', finished_at = $3
        WHERE {mine} AND connection_id = $1 AND fence < $2 AND state = 'running'";
    GET = "SELECT id, connection_id, plugin_id, version, digest, fence, state, started_at, finished_at, pages, records,
            usage, error, log, egress, inspection
        FROM @runs WHERE id = $1";
    /// Without what only the one run is asked for: lines and requests can be half a megabyte.
    LIST = "SELECT id, connection_id, plugin_id, version, digest, fence, state, started_at, finished_at, pages, records,
            usage, error, '[]' AS log, '[]' AS egress, '{}' AS inspection
        FROM @runs WHERE (connection_id = $1 OR $1 IS NULL) AND (id < $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3";
    LAST_SUCCESS = "SELECT finished_at FROM @runs
        WHERE connection_id = $1 AND state = 'succeeded' ORDER BY id DESC LIMIT 1";
}

/// Writes a run that begins. Runs of older leases that never ended are closed as abandoned.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin(tx: &mut WorkspaceTx, run: &NewRun) -> Result<(), StoreError> {
    let NewRun { id, connection, plugin, version, digest, fence, started_at } = run;
    sql::query(&ABANDON).bind(connection).bind(*fence).bind(started_at.as_micros()).execute(tx.conn()).await?;
    sql::query(&BEGIN)
        .bind(id)
        .bind(connection)
        .bind(plugin.as_str().to_owned())
        .bind(version.clone())
        .bind(digest)
        .bind(*fence)
        .bind(started_at.as_micros())
        .bind(json(&Usage::default())?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Counts a committed page.
pub(crate) async fn count_page(tx: &mut WorkspaceTx, run: RunId, records: u64) -> Result<(), StoreError> {
    let query = sql::query(&COUNT_PAGE).bind(run).bind(stored(records));
    let done = query.execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("run", &run)) } else { Ok(()) }
}

/// Notes what a run has used so far.
///
/// # Errors
/// When the database cannot be written.
pub async fn progress(tx: &mut WorkspaceTx, run: RunId, usage: &Usage) -> Result<(), StoreError> {
    sql::query(&PROGRESS).bind(run).bind(json(usage)?).execute(tx.conn()).await?;
    Ok(())
}

/// Writes how a run ended.
///
/// # Errors
/// [`StoreError::Missing`] when it has not begun.
pub async fn finish(tx: &mut WorkspaceTx, run: RunId, finish: &Finish<'_>) -> Result<(), StoreError> {
    let Finish { state, usage, error, log, inspection, at } = finish;
    let done = sql::query(&FINISH)
        .bind(run)
        .bind(word(state)?)
        .bind(json(usage)?)
        .bind(error.map(str::to_owned))
        .bind(bounded(log)?)
        .bind(json(inspection)?)
        .bind(at.as_micros())
        .execute(tx.conn())
        .await?;
    if done == 0 { Err(StoreError::missing("run", &run)) } else { Ok(()) }
}

/// The run of this id.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub async fn get(tx: &mut WorkspaceRead, run: RunId) -> Result<Run, StoreError> {
    let row = sql::query(&GET).bind(run).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()?.ok_or_else(|| StoreError::missing("run", &run))
}

/// Runs of one connection or of all, the newest first, older than the run `before`; without their log and requests.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    tx: &mut WorkspaceRead,
    connection: Option<ConnectionId>,
    before: Option<RunId>,
    limit: u32,
) -> Result<Vec<Run>, StoreError> {
    let rows = sql::query(&LIST).bind(connection).bind(before).bind(limit).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// When a connection's last run that caught up with every stream ended, as far back as runs are kept.
///
/// # Errors
/// When the database cannot be read.
pub async fn last_success(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<Option<Instant>, StoreError> {
    let query = sql::scalar(&LAST_SUCCESS).bind(connection);
    let last: Option<Option<i64>> = query.fetch_optional(tx.conn()).await?;
    Ok(last.flatten().map(Instant::from_micros))
}

/// A JSON array of the first entries, as many as fit the bound.
fn bounded<T: Serialize>(entries: &[T]) -> Result<String, StoreError> {
    let mut text = String::from("[");
    for entry in entries {
        let entry = json(entry)?;
        if text.len() + entry.len() + 2 > BOUND {
            break;
        }
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&entry);
    }
    text.push(']');
    Ok(text)
}

fn read(row: &Row) -> Result<Run, StoreError> {
    Ok(Run {
        id: row.id("id")?,
        connection: row.id("connection_id")?,
        plugin: row.parsed("plugin_id")?,
        version: row.cell("version")?,
        digest: row.digest("digest")?,
        fence: row.cell("fence")?,
        state: row.word("state")?,
        started_at: row.instant("started_at")?,
        finished_at: row.opt_instant("finished_at")?,
        pages: row.count("pages")?,
        records: row.count("records")?,
        usage: row.json("usage")?,
        error: row.cell("error")?,
        log: row.json("log")?,
        egress: row.json("egress")?,
        inspection: row.json("inspection")?,
    })
}

#[cfg(test)]
mod tests;
