//! What a page leaves behind: a note of what the graph has to look at, and the answers for its own pull requests.

use domain::{ConnectionId, RecordKind};

use super::answers;
use crate::sql::Statement;
use crate::{StoreError, WorkspaceTx, sql};

sql::statements! {
    /// A deployment that changes its repository concerns both.
    DEPLOYMENTS = "INSERT INTO unsettled ({scope}connection_id, repository, kind, id)
        SELECT {scoped}$1, d.repository, 'deployment', d.id
        FROM {each $2 AS j} {then}JOIN @deployments AS d ON d.connection_id = $1 AND d.id = j.value
        WHERE d.repository IS NOT NULL
        UNION ALL SELECT {scoped}$1, r.repository, 'deployment', r.deployment
        FROM {each $2 AS j} {then}JOIN @releases AS r ON r.connection_id = $1 AND r.deployment = j.value
        WHERE true ON CONFLICT DO NOTHING";
    /// Only those that are marked, and were walked with other parents, or not at all since they had not arrived.
    COMMITS = "INSERT INTO unsettled ({scope}connection_id, repository, kind, id)
        SELECT {scoped}$1, c.repository, 'commit', c.sha
        FROM {each $2 AS j} {then}JOIN @commits AS c ON c.connection_id = $1 AND c.id = j.value
        {then}JOIN @deployed AS g ON g.connection_id = $1 AND g.repository = c.repository AND g.sha = c.sha
        WHERE g.parents IS DISTINCT FROM c.parents ON CONFLICT DO NOTHING";
}

/// Notes what has come, or gone, with these records, which are written: $1 connection, $2 JSON array of ids.
pub(crate) async fn note(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    kind: RecordKind,
    ids: &str,
) -> Result<(), StoreError> {
    match kind {
        RecordKind::Deployment => run(tx, connection, &DEPLOYMENTS, ids).await,
        RecordKind::Commit => run(tx, connection, &COMMITS, ids).await,
        // Their days are marked as those of every record; what is known of them follows from the marks that there are.
        RecordKind::PullRequest => run(tx, connection, &answers::OF_PULL_REQUESTS, ids).await,
        _ => Ok(()),
    }
}

async fn run(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    statement: &'static Statement,
    ids: &str,
) -> Result<(), StoreError> {
    let query = sql::query(statement).bind(connection).bind(ids.to_owned());
    query.execute(tx.conn()).await?;
    Ok(())
}
