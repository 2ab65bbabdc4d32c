//! Pull requests with their history, by the instants they were opened, merged and closed.

use std::collections::HashMap;

use domain::Instant;
use domain::fact::{CommentFact, Key, PullRequestFact, ReviewFact, Undeployed};

use super::{author, class, connection};
use crate::row::Row;
use crate::sql::Statement;
use crate::{StoreError, WorkspaceRead, sql};

/// The pull requests of a range; each of the three instants has an index of its own.
macro_rules! in_range {
    ($statement:expr) => {
        concat!(
            "WITH hit AS MATERIALIZED (
                SELECT q.connection_id, q.id FROM @pull_requests AS q
                    WHERE q.created_at >= $1 AND q.created_at < $2 AND q.deleted_at IS NULL
                UNION SELECT q.connection_id, q.id FROM @pull_requests AS q
                    WHERE q.merged_at >= $1 AND q.merged_at < $2 AND q.deleted_at IS NULL
                UNION SELECT q.connection_id, q.id FROM @pull_requests AS q
                    WHERE q.closed_at >= $1 AND q.closed_at < $2 AND q.deleted_at IS NULL) ",
            $statement
        )
    };
}

sql::statements! {
    PULL_REQUESTS = in_range!(concat!(
        "SELECT r.connection_id, r.id, r.repository, r.author, ", class!("r.author"), " AS author_class,
            r.created_at, r.merged_at, r.closed_at, r.first_commit_at, r.additions, r.deletions,
            y.deployed_at, y.obstacle
        FROM hit {then}JOIN @pull_requests AS r ON r.connection_id = hit.connection_id AND r.id = hit.id
        LEFT JOIN @deliveries AS y ON y.connection_id = r.connection_id AND y.pull_request = r.id
        LEFT JOIN @people AS p ON p.connection_id = r.connection_id AND p.id = r.author
        ORDER BY r.created_at, r.connection_id, r.id"));
    READY = in_range!(
        "SELECT t.connection_id, t.subject AS pull_request, t.at
        FROM hit {then}JOIN @transitions AS t ON t.connection_id = hit.connection_id AND t.subject = hit.id
            AND t.subject_kind = 'pull-request' AND t.after = 'ready'
        WHERE t.deleted_at IS NULL ORDER BY t.at, t.id");
    REVIEWS = in_range!(concat!(
        "SELECT v.connection_id, v.pull_request, v.author, ", class!("v.author"), " AS author_class,
            v.state = 'approved' AS approves, v.submitted_at AS at
        FROM hit {then}JOIN @reviews AS v ON v.connection_id = hit.connection_id AND v.pull_request = hit.id
        LEFT JOIN @people AS p ON p.connection_id = v.connection_id AND p.id = v.author
        WHERE v.deleted_at IS NULL ORDER BY v.submitted_at, v.id"));
    COMMENTS = in_range!(concat!(
        "SELECT c.connection_id, c.subject AS pull_request, c.author, ", class!("c.author"), " AS author_class,
            c.created_at AS at
        FROM hit {then}JOIN @comments AS c ON c.connection_id = hit.connection_id AND c.subject = hit.id
            AND c.subject_kind = 'pull-request' AND c.kind = 'review'
        LEFT JOIN @people AS p ON p.connection_id = c.connection_id AND p.id = c.author
        WHERE c.deleted_at IS NULL ORDER BY c.created_at, c.id"));
}

/// The pull requests of which at least one of the three instants, opened, merged and closed, lies from `from` until
/// before `to`; in the order in which they were opened.
///
/// # Errors
/// When the database cannot be read.
pub async fn pull_requests(
    tx: &mut WorkspaceRead,
    from: Instant,
    to: Instant,
) -> Result<Vec<PullRequestFact>, StoreError> {
    let mut facts = fetch(tx, &PULL_REQUESTS, from, to).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let places: HashMap<Key, usize> = facts.iter().enumerate().map(|(place, fact)| (fact.key.clone(), place)).collect();
    for row in fetch(tx, &READY, from, to).await? {
        if let Some(place) = places.get(&subject(&row)?) {
            facts[*place].ready_at.push(row.instant("at")?);
        }
    }
    for row in fetch(tx, &REVIEWS, from, to).await? {
        if let Some(place) = places.get(&subject(&row)?) {
            let review = review(&row, &facts[*place])?;
            facts[*place].reviews.push(review);
        }
    }
    for row in fetch(tx, &COMMENTS, from, to).await? {
        if let Some(place) = places.get(&subject(&row)?) {
            facts[*place].review_comments.push(CommentFact { author: author(&row)?, at: row.instant("at")? });
        }
    }
    Ok(facts)
}

async fn fetch(
    tx: &mut WorkspaceRead,
    statement: &'static Statement,
    from: Instant,
    to: Instant,
) -> Result<Vec<Row>, StoreError> {
    Ok(sql::query(statement).bind(from.as_micros()).bind(to.as_micros()).fetch_all(tx.conn()).await?)
}

fn read(row: &Row) -> Result<PullRequestFact, StoreError> {
    let connection = connection(row)?;
    Ok(PullRequestFact {
        repository: Key { connection: connection.clone(), id: row.cell("repository")? },
        key: Key { connection, id: row.cell("id")? },
        author: author(row)?,
        created_at: row.instant("created_at")?,
        merged_at: row.opt_instant("merged_at")?,
        closed_at: row.opt_instant("closed_at")?,
        first_commit_at: row.opt_instant("first_commit_at")?,
        additions: row.opt_u32("additions")?,
        deletions: row.opt_u32("deletions")?,
        deployed_at: deployed_at(row)?,
        ready_at: Vec::new(),
        reviews: Vec::new(),
        review_comments: Vec::new(),
    })
}

/// What was not merged was not deployed either.
fn deployed_at(row: &Row) -> Result<Result<Instant, Undeployed>, StoreError> {
    Ok(match (row.opt_instant("deployed_at")?, row.cell::<Option<&str>>("obstacle")?) {
        (Some(at), _) => Ok(at),
        (None, Some(_)) => Err(row.word("obstacle")?),
        (None, None) => Err(Undeployed::NotDeployed),
    })
}

/// The pull request that a row of its history belongs to.
fn subject(row: &Row) -> Result<Key, StoreError> {
    Ok(Key { connection: connection(row)?, id: row.cell("pull_request")? })
}

fn review(row: &Row, of: &PullRequestFact) -> Result<ReviewFact, StoreError> {
    Ok(ReviewFact {
        pull_request: of.key.clone(),
        repository: Some(of.repository.clone()),
        author: author(row)?,
        pull_request_author: of.author.as_ref().map(|author| author.key.clone()),
        approves: row.cell("approves")?,
        at: row.instant("at")?,
    })
}
