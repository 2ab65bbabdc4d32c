//! From marks to what is known of each merged pull request. What does not change is not written.

use super::Place;
use super::graph::Reach;
use crate::row::json;
use crate::{StoreError, WorkspaceTx, sql};

/// What is known of the pull requests `q` that these rows are.
///
/// A release that reaches a gap may contain the merge commit; it matters where it ended at or after the merge, and before
/// the one that surely contains it. What a gap was first reached by ended no later than any other that reaches it.
macro_rules! answering {
    ($($rows:literal)*) => {
        concat!(
            "INSERT INTO deliveries ({scope}connection_id, pull_request, deployed_at, obstacle)
            SELECT {scoped}connection_id, id, CASE WHEN obstacle IS NULL THEN production_at END, obstacle FROM (
                SELECT q.connection_id, q.id, g.production_at, CASE
                    WHEN q.merge_commit IS NULL THEN 'merge-commit-unknown'
                    WHEN g.first_at < COALESCE(g.production_at, 9223372036854775807) THEN 'production-unknown'
                    WHEN EXISTS (SELECT 1 FROM @deployed AS gap
                        WHERE gap.connection_id = q.connection_id AND gap.repository = q.repository
                            AND gap.parents IS NULL AND gap.first_at >= q.merged_at
                            AND gap.first_at < COALESCE(g.production_at, 9223372036854775807)) THEN 'commits-unknown'
                    WHEN g.production_at IS NULL THEN 'not-deployed' END AS obstacle
                FROM ",
            $($rows,)*
            " LEFT JOIN @deployed AS g ON g.connection_id = q.connection_id AND g.repository = q.repository
                    AND g.sha = q.merge_commit
                WHERE q.merged_at IS NOT NULL) AS answer
            WHERE true
            ON CONFLICT ({scope}connection_id, pull_request) DO UPDATE
                SET deployed_at = excluded.deployed_at, obstacle = excluded.obstacle
                WHERE (deliveries.deployed_at, deliveries.obstacle)
                    IS DISTINCT FROM (excluded.deployed_at, excluded.obstacle)
            RETURNING pull_request"
        )
    };
}

sql::statements! {
    pub(super) OF_PULL_REQUESTS = answering!("{each $2 AS j}
        {then}JOIN @pull_requests AS q ON q.connection_id = $1 AND q.id = j.value");
    OF_COMMITS = answering!("{each $3 AS j}
        {then}JOIN @pull_requests AS q{by pull_requests_of_merge}
            ON q.connection_id = $1 AND q.repository = $2 AND q.merge_commit = j.value AND q.merged_at IS NOT NULL");
    OF_REPOSITORY = answering!("(SELECT * FROM @pull_requests{by pull_requests_of_merge}
        WHERE connection_id = $1 AND repository = $2 AND merged_at IS NOT NULL) AS q");
}

/// Answers anew for the pull requests that a change of marks concerns: the ids of those of which something else is known
/// now.
pub(super) async fn of(tx: &mut WorkspaceTx, place: &Place, reach: &Reach) -> Result<Vec<String>, StoreError> {
    let (statement, commits) = match reach {
        Reach::Commits(commits) if commits.is_empty() => return Ok(Vec::new()),
        Reach::Commits(commits) => (&OF_COMMITS, Some(json(commits)?)),
        Reach::Repository => (&OF_REPOSITORY, None),
    };
    let query = sql::query(statement).bind(place.connection).bind(place.repository.clone());
    let query = match commits {
        Some(commits) => query.bind(commits),
        None => query,
    };
    query.fetch_all(tx.conn()).await?.iter().map(|row| row.cell("pull_request")).collect()
}
