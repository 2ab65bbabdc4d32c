//! Walks of the graph, from what has come to what it newly contains.

use std::collections::BTreeSet;

use domain::Instant;

use super::Place;
use crate::row::Row;
use crate::sql::Statement;
use crate::{StoreError, WorkspaceTx, sql};

/// A deployment as a release has it, where it is one. What is skipped or cancelled has deployed nothing.
macro_rules! release {
    () => {
        "COALESCE(d.sha, 'deployment:' || d.id) AS sha, COALESCE(d.finished_at, d.created_at) AS at,
            d.production IS TRUE AS production"
    };
}
macro_rules! is_release {
    () => {
        "d.outcome = 'succeeded' AND d.production IS NOT FALSE AND d.deleted_at IS NULL"
    };
}

sql::statements! {
    /// Whether marks are to be lifted, which no walk does: a release has changed or is none any more, or a commit has
    /// other parents than those that were walked.
    HAS_CHANGED = concat!(
        "SELECT EXISTS (SELECT 1 FROM @unsettled WHERE connection_id = $1 AND repository = $2 AND kind = 'repository')
        OR EXISTS (SELECT 1 FROM @unsettled AS u
            {then}JOIN @releases AS r
                ON r.connection_id = $1 AND r.deployment = u.id AND r.repository = $2
            LEFT JOIN (SELECT d.connection_id, d.id, d.repository, ", release!(), " FROM @deployments AS d
                    WHERE ", is_release!(), ") AS now
                ON now.connection_id = $1 AND now.id = u.id AND now.repository = $2
            WHERE u.connection_id = $1 AND u.repository = $2 AND u.kind = 'deployment'
                AND (now.sha, now.at, now.production) IS DISTINCT FROM (r.sha, r.at, r.production))
        OR EXISTS (SELECT 1 FROM @unsettled AS u
            {then}JOIN @deployed AS g ON g.connection_id = $1 AND g.repository = $2 AND g.sha = u.id
            WHERE u.connection_id = $1 AND u.repository = $2 AND u.kind = 'commit' AND g.parents IS NOT NULL)");
    FORGET_MARKS = "DELETE FROM deployed WHERE {mine} AND connection_id = $1 AND repository = $2";
    FORGET_RELEASES = "DELETE FROM releases WHERE {mine} AND connection_id = $1 AND repository = $2";
    ALL_RELEASES = concat!(
        "INSERT INTO releases ({scope}connection_id, deployment, repository, sha, at, production)
        SELECT {scoped}$1, d.id, $2, ", release!(), " FROM @deployments AS d
        WHERE d.connection_id = $1 AND d.repository = $2 AND ", is_release!(), "
        RETURNING sha, at, production");
    NEW_RELEASES = concat!(
        "INSERT INTO releases ({scope}connection_id, deployment, repository, sha, at, production)
        SELECT {scoped}$1, d.id, $2, ", release!(), " FROM @unsettled AS u
        {then}JOIN @deployments AS d ON d.connection_id = $1 AND d.id = u.id AND d.repository = $2
        WHERE u.connection_id = $1 AND u.repository = $2 AND u.kind = 'deployment' AND ", is_release!(), "
        ON CONFLICT DO NOTHING RETURNING sha, at, production");
    /// Commits that were missing. Their marks are taken away, and made again by the walk that goes on from there.
    ARRIVED = "DELETE FROM deployed WHERE {mine} AND connection_id = $1 AND repository = $2 AND parents IS NULL AND sha IN (
        SELECT id FROM @unsettled WHERE connection_id = $1 AND repository = $2 AND kind = 'commit')
        RETURNING sha, first_at, production_at";
    /// From $3 on, what no release contains that ended at $4 or before, if $5 no sure one. What is walked more than once
    /// in a merge is marked once.
    WALK = "INSERT INTO deployed ({scope}connection_id, repository, sha, first_at, production_at, parents)
        WITH RECURSIVE walk (sha, parents) AS (
            SELECT $3, (SELECT c.parents FROM @commits AS c
                WHERE c.connection_id = $1 AND c.repository = $2 AND c.sha = $3 LIMIT 1)
            WHERE NOT EXISTS (SELECT 1 FROM @deployed AS g
                WHERE g.connection_id = $1 AND g.repository = $2 AND g.sha = $3
                    AND CASE WHEN $5 THEN g.production_at ELSE g.first_at END <= $4)
            UNION
            SELECT p.value, (SELECT c.parents FROM @commits AS c
                WHERE c.connection_id = $1 AND c.repository = $2 AND c.sha = p.value LIMIT 1)
            FROM walk CROSS JOIN {each walk.parents AS p}
            WHERE NOT EXISTS (SELECT 1 FROM @deployed AS g
                WHERE g.connection_id = $1 AND g.repository = $2 AND g.sha = p.value
                    AND CASE WHEN $5 THEN g.production_at ELSE g.first_at END <= $4))
        SELECT {scoped}$1, $2, sha, $4, CASE WHEN $5 THEN $4 END, parents FROM walk WHERE true
        ON CONFLICT ({scope}connection_id, repository, sha) DO UPDATE SET
            first_at = {least deployed.first_at, excluded.first_at},
            production_at = COALESCE({least deployed.production_at, excluded.production_at}, deployed.production_at,
                excluded.production_at)
        RETURNING sha, parents IS NULL AS missing";
}

/// What a change of the marks concerns.
#[derive(Debug)]
pub(super) enum Reach {
    /// These commits, each once: an engine may refuse to answer for one twice.
    Commits(BTreeSet<String>),
    /// All pull requests of the repository: where the graph breaks off has changed, or all marks were made anew.
    Repository,
}

/// Where a walk begins.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    at: Instant,
    production: bool,
    sha: String,
}

/// Brings the marks of a repository up to what has come.
pub(super) async fn update(tx: &mut WorkspaceTx, place: &Place) -> Result<Reach, StoreError> {
    let changed: bool =
        sql::scalar(&HAS_CHANGED).bind(place.connection).bind(place.repository.clone()).fetch_one(tx.conn()).await?;
    let mut sources = Vec::new();
    let mut gaps = changed;
    if changed {
        run(tx, place, &FORGET_MARKS).await?;
        run(tx, place, &FORGET_RELEASES).await?;
    } else {
        let arrived = run(tx, place, &ARRIVED).await?;
        gaps = !arrived.is_empty();
        for row in &arrived {
            sources.extend(of_mark(row)?);
        }
    }
    for row in run(tx, place, if changed { &ALL_RELEASES } else { &NEW_RELEASES }).await? {
        sources.push(Source { at: row.instant("at")?, production: row.cell("production")?, sha: row.cell("sha")? });
    }
    // The earliest first: the later ones then stop where these have been.
    sources.sort_unstable();
    let mut commits = BTreeSet::new();
    for source in sources {
        for row in walk(tx, place, source).await? {
            gaps |= row.cell::<bool>("missing")?;
            if !gaps {
                commits.insert(row.cell("sha")?);
            }
        }
    }
    Ok(if gaps { Reach::Repository } else { Reach::Commits(commits) })
}

/// A mark that was taken away, as the releases that made it.
fn of_mark(row: &Row) -> Result<impl Iterator<Item = Source> + use<>, StoreError> {
    let (sha, first, sure): (String, _, _) =
        (row.cell("sha")?, row.instant("first_at")?, row.opt_instant("production_at")?);
    let unsure = (sure != Some(first)).then(|| Source { at: first, production: false, sha: sha.clone() });
    Ok(unsure.into_iter().chain(sure.map(|at| Source { at, production: true, sha })))
}

async fn run(tx: &mut WorkspaceTx, place: &Place, statement: &'static Statement) -> Result<Vec<Row>, StoreError> {
    let query = sql::query(statement).bind(place.connection).bind(place.repository.clone());
    Ok(query.fetch_all(tx.conn()).await?)
}

async fn walk(tx: &mut WorkspaceTx, place: &Place, source: Source) -> Result<Vec<Row>, StoreError> {
    let Source { at, production, sha } = source;
    let query = sql::query(&WALK)
        .bind(place.connection)
        .bind(place.repository.clone())
        .bind(sha)
        .bind(at.as_micros())
        .bind(production);
    Ok(query.fetch_all(tx.conn()).await?)
}
