//! The tables of records: their columns, and the statements that follow from them.

use domain::RecordKind;

use super::marks;
use crate::sql::Statement;

/// A table, by its statements.
#[derive(Debug)]
pub(crate) struct Table {
    /// $1 connection, $2 stream, $3 run, $4 generation, $5 JSON array of records.
    pub(crate) upsert: Statement,
    /// $1 connection, $2 JSON array of ids, $3 now.
    pub(crate) bury: Statement,
    /// $1 connection, $2 stream, $3 generation; a JSON array of ids.
    pub(crate) unseen: Statement,
    /// No parameter; the records that are not deleted.
    pub(crate) count: Statement,
    /// Marks the days of records: $1 connection, $2 JSON array of ids, $3 data version.
    pub(crate) mark: Option<&'static Statement>,
    /// The table's name, and each column with where the record has it.
    #[cfg(test)]
    pub(crate) shape: (&'static str, &'static [(&'static str, &'static str)]),
}

/// Where a column's value stands in the record: under the column's name, unless a path is given.
macro_rules! place {
    ($column:ident) => {
        concat!("{field ", stringify!($column), "}")
    };
    ($column:ident = $path:literal) => {
        concat!("{path ", $path, "}")
    };
}

#[cfg(test)]
macro_rules! path {
    ($column:ident) => {
        stringify!($column)
    };
    ($column:ident = $path:literal) => {
        $path
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some(&$value)
    };
}

macro_rules! tables {
    ($($constant:ident = $table:literal ($($column:ident $(= $path:literal)?),* $(,)?) $(marks $mark:expr)?;)*) => {$(
        static $constant: Table = Table {
            upsert: Statement::new(concat!($table, "::upsert"), concat!(
                "INSERT INTO ", $table, " ({scope}connection_id, stream, run_id, generation, id",
                $(", ", stringify!($column),)*
                ") SELECT {scoped}$1, $2, $3, $4, j.value->>'id'",
                $(", ", place!($column $(= $path)?),)*
                " FROM {records $5 ", $table, "} WHERE true ON CONFLICT ({scope}connection_id, id) DO UPDATE SET",
                " stream = excluded.stream, run_id = excluded.run_id, generation = excluded.generation,",
                " deleted_at = NULL",
                $(", ", stringify!($column), " = excluded.", stringify!($column),)*
            )),
            bury: Statement::new(concat!($table, "::bury"), concat!(
                "UPDATE ", $table, " SET deleted_at = $3 WHERE {mine} AND connection_id = $1 AND deleted_at IS NULL",
                " AND id IN {list $2}"
            )),
            unseen: Statement::new(concat!($table, "::unseen"), concat!(
                "SELECT {array id} FROM @", $table,
                " WHERE connection_id = $1 AND stream = $2 AND generation < $3 AND deleted_at IS NULL"
            )),
            count: Statement::new(
                concat!($table, "::count"),
                concat!("SELECT COUNT(*) FROM @", $table, " WHERE deleted_at IS NULL")
            ),
            mark: optional!($($mark)?),
            #[cfg(test)]
            shape: ($table, &[$((stringify!($column), path!($column $(= $path)?)),)*]),
        };
    )*};
}

tables! {
    PEOPLE = "people" (kind, login, name, email, active, time_zone, url, extra);
    TEAMS = "teams" (name, parent, url, extra);
    MEMBERSHIPS = "memberships" (team, person, role, since, until, extra);
    REPOSITORIES = "repositories" (name, default_branch, archived, private, created_at, url, extra);
    COMMITS = "commits" (
        repository, sha, authored_at, committed_at,
        author_account = "$.author.account", author_name = "$.author.name", author_email = "$.author.email",
        additions, deletions, changed_files, parents, committer, url, extra, message, files,
    ) marks marks::COMMITS;
    PULL_REQUESTS = "pull_requests" (
        repository, number, state, draft, author, created_at, updated_at, closed_at, merged_at, first_commit_at,
        additions, deletions, changed_files, commits, merged_by, merge_commit, base_branch, head_branch, url, title,
        labels, extra,
    ) marks marks::PULL_REQUESTS;
    REVIEWS = "reviews" (pull_request, author, state, submitted_at, url, extra) marks marks::REVIEWS;
    COMMENTS = "comments" (subject_kind, subject, author, kind, created_at, url, extra) marks marks::COMMENTS;
    WORK_ITEMS = "work_items" (
        project, key, kind, state, status, author, created_at, updated_at, closed_at, parent, estimate, assignees, url,
        title, labels, extra,
    ) marks marks::WORK_ITEMS;
    TRANSITIONS = "transitions" (subject_kind, subject, before, after, author, at, extra) marks marks::TRANSITIONS;
    DEPLOYMENTS = "deployments" (
        repository, service, environment, production, sha, reference, outcome, author, created_at, finished_at, url,
        extra,
    ) marks marks::DEPLOYMENTS;
    WORKFLOWS = "workflows" (repository, name, path, active, url, extra);
    WORKFLOW_RUNS = "workflow_runs" (
        workflow, repository, attempt, sha, branch, event, outcome, author, created_at, started_at, finished_at, url,
        extra,
    ) marks marks::WORKFLOW_RUNS;
}

/// The table of a kind, where this version has one.
pub(crate) fn table(kind: RecordKind) -> Option<&'static Table> {
    Some(match kind {
        RecordKind::Person => &PEOPLE,
        RecordKind::Team => &TEAMS,
        RecordKind::Membership => &MEMBERSHIPS,
        RecordKind::Repository => &REPOSITORIES,
        RecordKind::Commit => &COMMITS,
        RecordKind::PullRequest => &PULL_REQUESTS,
        RecordKind::Review => &REVIEWS,
        RecordKind::Comment => &COMMENTS,
        RecordKind::WorkItem => &WORK_ITEMS,
        RecordKind::Transition => &TRANSITIONS,
        RecordKind::Deployment => &DEPLOYMENTS,
        RecordKind::Workflow => &WORKFLOWS,
        RecordKind::WorkflowRun => &WORKFLOW_RUNS,
        RecordKind::Service
        | RecordKind::Incident
        | RecordKind::IncidentEvent
        | RecordKind::OnCallShift
        | RecordKind::ConfigSnapshot
        | RecordKind::Scan
        | RecordKind::Finding
        | RecordKind::FindingChange
        | RecordKind::Asset
        | RecordKind::TelemetrySample => return None,
    })
}

/// Every statement of every table.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static Statement> {
    RecordKind::ALL.iter().filter_map(|kind| table(*kind)).flat_map(|table| {
        let Table { upsert, bury, unseen, count, mark: _, shape: _ } = table;
        [upsert, bury, unseen, count]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_kind_has_a_table_and_no_other_has() {
        for kind in RecordKind::ALL {
            assert_eq!(table(*kind).is_some(), kind.is_stored(), "{kind}");
        }
    }
}
