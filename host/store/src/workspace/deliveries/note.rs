//! What a page leaves behind: a note of what the graph has to look at, and the answers for its own pull requests.

use domain::{ConnectionId, RecordKind};

use super::answers;
use crate::{StoreError, WorkspaceTx, sql};

sql::statements! {
    /// A deployment that changes its repository concerns both.
    DEPLOYMENTS = "INSERT OR IGNORE INTO unsettled (connection_id, repository, kind, id)
        SELECT $1, d.repository, 'deployment', d.id
        FROM json_each($2) AS j CROSS JOIN deployments AS d ON d.connection_id = $1 AND d.id = j.value
        WHERE d.repository IS NOT NULL
        UNION ALL SELECT $1, r.repository, 'deployment', r.deployment
        FROM json_each($2) AS j CROSS JOIN releases AS r ON r.connection_id = $1 AND r.deployment = j.value";
    /// Only those that are marked, and were walked with other parents, or not at all since they had not arrived.
    COMMITS = "INSERT OR IGNORE INTO unsettled (connection_id, repository, kind, id)
        SELECT $1, c.repository, 'commit', c.sha
        FROM json_each($2) AS j CROSS JOIN commits AS c ON c.connection_id = $1 AND c.id = j.value
        CROSS JOIN deployed AS g ON g.connection_id = $1 AND g.repository = c.repository AND g.sha = c.sha
        WHERE g.parents IS NOT c.parents";
}

/// Notes what has come, or gone, with these records, which are written: $1 connection, $2 JSON array of ids.
pub(crate) async fn note(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    kind: RecordKind,
    ids: &str,
) -> Result<(), StoreError> {
    match kind {
        RecordKind::Deployment => run(tx, connection, DEPLOYMENTS, ids).await,
        RecordKind::Commit => run(tx, connection, COMMITS, ids).await,
        // Their days are marked as those of every record; what is known of them follows from the marks that there are.
        RecordKind::PullRequest => run(tx, connection, answers::OF_PULL_REQUESTS, ids).await,
        _ => Ok(()),
    }
}

async fn run(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    statement: &'static str,
    ids: &str,
) -> Result<(), StoreError> {
    let query = sqlx::query(statement).bind(connection.as_bytes().to_vec()).bind(ids.to_owned());
    query.execute(tx.conn()).await?;
    Ok(())
}
