//! Dirty marks: which days have to be computed again because these records change.
//!
//! Each statement is run on the ids of a page before the records are written and once more after, so that a record that
//! moves from one day to another marks both. Whatever joins into a fact marks the days of that fact: a review marks its
//! own day and the days of its pull request; a pull request marks the days of its reviews, which take their repository
//! and author from it; an account that turns out to be a bot marks the days of all its work.

use domain::ConnectionId;
use domain::rollup::Family;

use super::{Provenance, Table};
use crate::facts::{bot_address, class};
use crate::row::{json, word};
use crate::sql::Statement;
use crate::{StoreError, WorkspaceTx, sql};

/// Marks from rows of `family` and `at`; 86,400,000,000 microseconds are a day, and instants are never before 1970.
macro_rules! marking {
    ($($rows:literal)*) => {
        concat!(
            "INSERT INTO dirty ({scope}family, day, version) SELECT DISTINCT {scoped}family, at / 86400000000, {int $3} FROM (",
            $($rows,)*
            ") AS days WHERE at IS NOT NULL ON CONFLICT ({scope}family, day) DO UPDATE SET version = excluded.version"
        )
    };
}

sql::statements! {
    pub(super) COMMITS = marking!("SELECT 'commits' AS family, r.authored_at AS at
        FROM {each $2 AS j} {then}JOIN @commits AS r ON r.connection_id = $1 AND r.id = j.value");
    pub(super) PULL_REQUESTS = marking!("
        WITH r AS (SELECT p.created_at, p.merged_at, p.closed_at
            FROM {each $2 AS j} {then}JOIN @pull_requests AS p ON p.connection_id = $1 AND p.id = j.value)
        SELECT 'pull-requests' AS family, created_at AS at FROM r
        UNION ALL SELECT 'pull-requests', merged_at FROM r
        UNION ALL SELECT 'pull-requests', closed_at FROM r
        UNION ALL SELECT 'reviews', v.submitted_at
            FROM {each $2 AS j} {then}JOIN @reviews AS v ON v.connection_id = $1 AND v.pull_request = j.value");
    pub(super) REVIEWS = marking!("
        WITH r AS (SELECT v.pull_request, v.submitted_at
            FROM {each $2 AS j} {then}JOIN @reviews AS v ON v.connection_id = $1 AND v.id = j.value),
        p AS (SELECT q.created_at, q.merged_at, q.closed_at
            FROM r {then}JOIN @pull_requests AS q ON q.connection_id = $1 AND q.id = r.pull_request)
        SELECT 'reviews' AS family, submitted_at AS at FROM r
        UNION ALL SELECT 'pull-requests', created_at FROM p
        UNION ALL SELECT 'pull-requests', merged_at FROM p
        UNION ALL SELECT 'pull-requests', closed_at FROM p");
    pub(super) COMMENTS = marking!("
        WITH p AS (SELECT q.created_at, q.merged_at, q.closed_at
            FROM {each $2 AS j}
            {then}JOIN @comments AS c ON c.connection_id = $1 AND c.id = j.value
                AND c.subject_kind = 'pull-request' AND c.kind = 'review'
            {then}JOIN @pull_requests AS q ON q.connection_id = $1 AND q.id = c.subject)
        SELECT 'pull-requests' AS family, created_at AS at FROM p
        UNION ALL SELECT 'pull-requests', merged_at FROM p
        UNION ALL SELECT 'pull-requests', closed_at FROM p");
    pub(super) TRANSITIONS = marking!("
        WITH p AS (SELECT q.created_at, q.merged_at, q.closed_at
            FROM {each $2 AS j}
            {then}JOIN @transitions AS t ON t.connection_id = $1 AND t.id = j.value AND t.subject_kind = 'pull-request'
            {then}JOIN @pull_requests AS q ON q.connection_id = $1 AND q.id = t.subject)
        SELECT 'pull-requests' AS family, created_at AS at FROM p
        UNION ALL SELECT 'pull-requests', merged_at FROM p
        UNION ALL SELECT 'pull-requests', closed_at FROM p");
    pub(super) WORK_ITEMS = marking!("
        WITH r AS (SELECT w.created_at, w.closed_at
            FROM {each $2 AS j} {then}JOIN @work_items AS w ON w.connection_id = $1 AND w.id = j.value)
        SELECT 'work-items' AS family, created_at AS at FROM r
        UNION ALL SELECT 'work-items', closed_at FROM r");
    pub(super) DEPLOYMENTS = marking!("SELECT 'deployments' AS family, COALESCE(r.finished_at, r.created_at) AS at
        FROM {each $2 AS j} {then}JOIN @deployments AS r ON r.connection_id = $1 AND r.id = j.value");
    pub(super) WORKFLOW_RUNS = marking!("SELECT 'workflow-runs' AS family, r.finished_at AS at
        FROM {each $2 AS j} {then}JOIN @workflow_runs AS r ON r.connection_id = $1 AND r.id = j.value");

    /// The days on which these pull requests were merged.
    MERGES = marking!("SELECT 'pull-requests' AS family, q.merged_at AS at
        FROM {each $2 AS j} {then}JOIN @pull_requests AS q ON q.connection_id = $1 AND q.id = j.value");

    /// Accounts of a page whose class is about to change, or to become known as another than was assumed of them: by
    /// their name, or, in a commit, by its address.
    FIND_RECLASSIFIED = concat!(
        "SELECT {array j.value->>'id'}
        FROM {rows $2 AS j} LEFT JOIN @people AS p ON p.connection_id = $1 AND p.id = j.value->>'id'
        WHERE ", class!("j.value->>'id'"), " <> j.value->>'kind'
            OR EXISTS (SELECT 1 FROM @commits AS c{by commits_by_bot_address}
                WHERE c.connection_id = $1 AND c.author_account = j.value->>'id' AND ", bot_address!("c.author_email"), "
                    AND ", class!("c.author_account", "c.author_email"), " <> j.value->>'kind')");
    /// Walks the records once: accounts change their class seldom, and an index on every author would cost every page.
    WORK_OF = marking!("
        WITH who AS (SELECT j.value AS id FROM {each $2 AS j}),
        p AS (
            SELECT q.created_at, q.merged_at, q.closed_at FROM @pull_requests AS q
                WHERE q.connection_id = $1 AND (q.author IN (SELECT id FROM who)
                    OR q.id IN (SELECT pull_request FROM @reviews
                        WHERE connection_id = $1 AND author IN (SELECT id FROM who))
                    OR q.id IN (SELECT subject FROM @comments
                        WHERE connection_id = $1 AND subject_kind = 'pull-request' AND kind = 'review'
                            AND author IN (SELECT id FROM who))))
        SELECT 'commits' AS family, authored_at AS at FROM @commits
            WHERE connection_id = $1 AND author_account IN (SELECT id FROM who)
        UNION ALL SELECT 'pull-requests', created_at FROM p
        UNION ALL SELECT 'pull-requests', merged_at FROM p
        UNION ALL SELECT 'pull-requests', closed_at FROM p
        UNION ALL SELECT 'reviews', submitted_at FROM @reviews
            WHERE connection_id = $1 AND author IN (SELECT id FROM who)
        UNION ALL SELECT 'work-items', created_at FROM @work_items
            WHERE connection_id = $1 AND (author IN (SELECT id FROM who)
                OR EXISTS (SELECT 1 FROM {each assignees AS a} WHERE a.value IN (SELECT id FROM who)))
        UNION ALL SELECT 'work-items', closed_at FROM @work_items
            WHERE connection_id = $1 AND (author IN (SELECT id FROM who)
                OR EXISTS (SELECT 1 FROM {each assignees AS a} WHERE a.value IN (SELECT id FROM who)))
        UNION ALL SELECT 'deployments', COALESCE(finished_at, created_at) FROM @deployments
            WHERE connection_id = $1 AND author IN (SELECT id FROM who)");
    /// All days of a family: those of its records, and those of its buckets, which another time zone may have put beside
    /// them. A family that was not asked for costs nothing: its condition is decided before its rows are looked at.
    OF_FAMILY = marking!("
        SELECT 'commits' AS family, authored_at AS at FROM @commits WHERE $1 = 'commits'
        UNION ALL SELECT 'pull-requests', created_at FROM @pull_requests WHERE $1 = 'pull-requests'
        UNION ALL SELECT 'pull-requests', merged_at FROM @pull_requests WHERE $1 = 'pull-requests'
        UNION ALL SELECT 'pull-requests', closed_at FROM @pull_requests WHERE $1 = 'pull-requests'
        UNION ALL SELECT 'reviews', submitted_at FROM @reviews WHERE $1 = 'reviews'
        UNION ALL SELECT 'work-items', created_at FROM @work_items WHERE $1 = 'work-items'
        UNION ALL SELECT 'work-items', closed_at FROM @work_items WHERE $1 = 'work-items'
        UNION ALL SELECT 'deployments', COALESCE(finished_at, created_at) FROM @deployments WHERE $1 = 'deployments'
        UNION ALL SELECT 'workflow-runs', finished_at FROM @workflow_runs WHERE $1 = 'workflow-runs'
        UNION ALL SELECT $1, day * 86400000000 FROM @rollups WHERE metric IN {list $2}");
}

/// Marks the days of these records, where metrics rest on their kind.
pub(super) async fn mark(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    table: &Table,
    ids: &str,
) -> Result<(), StoreError> {
    match table.mark {
        Some(statement) => run(tx, from, statement, ids).await,
        None => Ok(()),
    }
}

/// The accounts of this JSON array of people whose class is about to change, as a JSON array of ids.
pub(super) async fn find_reclassified(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    people: &str,
) -> Result<Option<String>, StoreError> {
    let found: String =
        sql::scalar(&FIND_RECLASSIFIED).bind(from.connection).bind(people.to_owned()).fetch_one(tx.conn()).await?;
    Ok((found != "[]").then_some(found))
}

/// Marks the days of all that these accounts did.
pub(super) async fn mark_work_of(tx: &mut WorkspaceTx, from: Provenance<'_>, people: &str) -> Result<(), StoreError> {
    run(tx, from, &WORK_OF, people).await
}

/// Marks the days on which these pull requests were merged.
pub(crate) async fn mark_merges(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    pull_requests: &[String],
    version: i64,
) -> Result<(), StoreError> {
    let query = sql::query(&MERGES).bind(connection).bind(json(&pull_requests)?).bind(version);
    query.execute(tx.conn()).await?;
    Ok(())
}

/// Marks all days of a family, of which these are the metrics.
pub(crate) async fn mark_family(
    tx: &mut WorkspaceTx,
    family: Family,
    metrics: &[&str],
    version: i64,
) -> Result<(), StoreError> {
    let query = sql::query(&OF_FAMILY).bind(word(family)?).bind(json(&metrics)?).bind(version);
    query.execute(tx.conn()).await?;
    Ok(())
}

async fn run(
    tx: &mut WorkspaceTx,
    from: Provenance<'_>,
    statement: &'static Statement,
    ids: &str,
) -> Result<(), StoreError> {
    sql::query(statement).bind(from.connection).bind(ids.to_owned()).bind(from.version).execute(tx.conn()).await?;
    Ok(())
}
