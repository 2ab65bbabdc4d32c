//! Names for the keys of buckets, and who is in which team.

use std::collections::BTreeMap;

use domain::rollup::Grain;
use domain::{ConnectionId, Instant};

use crate::row::{Row, json};
use crate::{StoreError, WorkspaceRead, sql};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// `CONNECTION/ID`.
    pub key: String,
    /// The name shown.
    pub name: String,
    /// The key of the team that it is part of.
    pub parent: Option<String>,
}

/// A person in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The team's key.
    pub team: String,
    /// The person's key.
    pub person: String,
    /// From when, where the source says.
    pub since: Option<Instant>,
    /// Until when, where it has ended.
    pub until: Option<Instant>,
}

sql::statements! {
    REPOSITORIES = "SELECT connection_id, id, name FROM @repositories";
    REPOSITORIES_OF = "SELECT r.connection_id, r.id, r.name FROM {rows $1 AS j}
        {then}JOIN @repositories AS r ON r.connection_id = {id j.value->>0} AND r.id = j.value->>1";
    PEOPLE = "SELECT connection_id, id, COALESCE(login, name, id) AS name FROM @people";
    PEOPLE_OF = "SELECT r.connection_id, r.id, COALESCE(r.login, r.name, r.id) AS name FROM {rows $1 AS j}
        {then}JOIN @people AS r ON r.connection_id = {id j.value->>0} AND r.id = j.value->>1";
    TEAMS = "SELECT connection_id, id, name, parent FROM @teams WHERE deleted_at IS NULL
        ORDER BY name, connection_id, id";
    MEMBERS = "SELECT m.connection_id, m.team, m.person, m.since, COALESCE(m.until, m.deleted_at) AS until
        FROM @memberships AS m
        JOIN @teams AS t ON t.connection_id = m.connection_id AND t.id = m.team AND t.deleted_at IS NULL
        ORDER BY m.connection_id, m.team, m.person, m.id";
}

/// The names of these keys, or of all of the grain: a repository's name, a person's login or name. A key that nothing
/// is known of is left out, but for `email:…`, which is named by its address. What is deleted keeps its name.
///
/// # Errors
/// When the database cannot be read.
pub async fn labels(
    tx: &mut WorkspaceRead,
    grain: Grain,
    keys: Option<&[String]>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let (all, some) = match grain {
        Grain::Workspace => return Ok(BTreeMap::new()),
        Grain::Repository => (&REPOSITORIES, &REPOSITORIES_OF),
        Grain::Person => (&PEOPLE, &PEOPLE_OF),
    };
    let rows = match keys {
        None => sql::query(all).fetch_all(tx.conn()).await?,
        Some(keys) => sql::query(some).bind(encode(keys)?).fetch_all(tx.conn()).await?,
    };
    let mut labels: BTreeMap<_, _> = keys.unwrap_or_default().iter().filter_map(|key| by_address(key)).collect();
    for row in &rows {
        labels.insert(key(row, "id")?, row.cell("name")?);
    }
    Ok(labels)
}

/// The workspace's teams, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn teams(tx: &mut WorkspaceRead) -> Result<Vec<Team>, StoreError> {
    let rows = sql::query(&TEAMS).fetch_all(tx.conn()).await?;
    let read = |row: &Row| {
        let parent: Option<String> = row.cell("parent")?;
        let parent = parent.map(|_| key(row, "parent")).transpose()?;
        Ok(Team { key: key(row, "id")?, name: row.cell("name")?, parent })
    };
    rows.iter().map(read).collect()
}

/// Who is, or was, in which of the teams. A membership that the source has dropped without a date ended when that was
/// noticed.
///
/// # Errors
/// When the database cannot be read.
pub async fn members(tx: &mut WorkspaceRead) -> Result<Vec<Member>, StoreError> {
    let rows = sql::query(&MEMBERS).fetch_all(tx.conn()).await?;
    let read = |row: &Row| {
        Ok(Member {
            team: key(row, "team")?,
            person: key(row, "person")?,
            since: row.opt_instant("since")?,
            until: row.opt_instant("until")?,
        })
    };
    rows.iter().map(read).collect()
}

/// `CONNECTION/ID`, as `domain::fact::Key` writes it.
fn key(row: &Row, column: &str) -> Result<String, StoreError> {
    let id: String = row.cell(column)?;
    Ok(format!("{}/{id}", row.id::<ConnectionId>("connection_id")?))
}

/// Keys as pairs of the connection in hexadecimal and the id; what is no key matches nothing.
fn encode(keys: &[String]) -> Result<String, StoreError> {
    let pairs = keys.iter().filter_map(|key| {
        let (connection, id) = key.split_once('/')?;
        Some((connection.strip_prefix("con_")?, id))
    });
    json(&pairs.collect::<Vec<_>>())
}

fn by_address(key: &str) -> Option<(String, String)> {
    let (_, id) = key.split_once('/')?;
    Some((key.to_owned(), id.strip_prefix("email:")?.to_owned()))
}
