use std::time::Instant as Clock;

use domain::record::{
    AccountKind, ChangeKind, Comment, CommentKind, Commit, Deployment, FileChange, Membership, Outcome, Person,
    PullRequest, PullRequestState, Repository, Review, ReviewState, Signature, SubjectKind, Team, Transition, WorkItem,
    WorkItemKind, WorkItemState, Workflow, WorkflowRun,
};
use domain::{Record, RecordKind};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, TypeInfo, ValueRef};

use super::{batch::Batches, table};
use crate::testing::{Bench, commit, noon};
use crate::{StoreError, WorkspaceRead, facts};

fn text(name: &str) -> Option<String> {
    Some(format!("{name} \u{e9} \"quoted\" \\ 12"))
}

/// One record of each kind, with a value of its own in every field.
fn every_kind() -> Vec<Record> {
    let own = |name: &str| text(name).expect("a text");
    let extra = vec![("name".to_owned(), "value".to_owned())];
    let id = "1/\u{1f680}".to_owned();
    let who = |name: &str| Signature { account: text(name), name: text("name"), email: text("e-mail") };
    vec![
        Record::Person(Person {
            id: id.clone(),
            login: text("login"),
            name: text("name"),
            email: text("e-mail"),
            kind: AccountKind::Agent,
            active: Some(true),
            time_zone: text("zone"),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Team(Team {
            id: id.clone(),
            name: own("name"),
            parent: text("parent"),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Membership(Membership {
            id: id.clone(),
            team: own("team"),
            person: own("person"),
            role: text("role"),
            since: Some(noon(1)),
            until: Some(noon(2)),
            extra: extra.clone(),
        }),
        Record::Repository(Repository {
            id: id.clone(),
            name: own("name"),
            default_branch: text("branch"),
            archived: Some(false),
            private: Some(true),
            created_at: Some(noon(3)),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Commit(Commit {
            id: id.clone(),
            repository: own("repository"),
            sha: own("sha"),
            parents: vec![own("parent")],
            author: who("author"),
            authored_at: noon(4),
            committer: Some(who("committer")),
            committed_at: noon(5),
            message: own("message"),
            files: Some(vec![FileChange {
                path: own("path"),
                previous_path: None,
                change: ChangeKind::TypeChanged,
                additions: None,
                deletions: Some(6),
            }]),
            changed_files: Some(7),
            additions: Some(u32::MAX),
            deletions: Some(9),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::PullRequest(PullRequest {
            id: id.clone(),
            repository: own("repository"),
            number: 10,
            title: own("title"),
            state: PullRequestState::Merged,
            draft: true,
            author: text("author"),
            created_at: noon(11),
            updated_at: noon(12),
            closed_at: Some(noon(13)),
            merged_at: Some(noon(14)),
            merged_by: text("merger"),
            merge_commit: text("sha"),
            base_branch: text("base"),
            head_branch: text("head"),
            first_commit_at: Some(noon(15)),
            commits: Some(16),
            changed_files: Some(17),
            additions: Some(18),
            deletions: Some(19),
            labels: vec![own("label")],
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Review(Review {
            id: id.clone(),
            pull_request: own("pull request"),
            author: text("author"),
            state: ReviewState::ChangesRequested,
            submitted_at: noon(20),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Comment(Comment {
            id: id.clone(),
            subject_kind: SubjectKind::WorkItem,
            subject: own("subject"),
            author: text("author"),
            kind: CommentKind::Conversation,
            created_at: noon(21),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::WorkItem(WorkItem {
            id: id.clone(),
            project: text("project"),
            key: own("key"),
            title: own("title"),
            kind: Some(WorkItemKind::Debt),
            state: WorkItemState::InProgress,
            status: text("status"),
            author: text("author"),
            assignees: vec![own("assignee")],
            labels: vec![own("label")],
            parent: text("parent"),
            estimate: Some(2.5),
            created_at: noon(22),
            updated_at: noon(23),
            closed_at: Some(noon(24)),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Transition(Transition {
            id: id.clone(),
            subject_kind: SubjectKind::PullRequest,
            subject: own("subject"),
            before: text("before"),
            after: own("after"),
            author: text("author"),
            at: noon(25),
            extra: extra.clone(),
        }),
        Record::Deployment(Deployment {
            id: id.clone(),
            repository: text("repository"),
            service: text("service"),
            environment: own("environment"),
            production: Some(true),
            sha: text("sha"),
            reference: text("reference"),
            outcome: Outcome::Cancelled,
            author: text("author"),
            created_at: noon(26),
            finished_at: Some(noon(27)),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::Workflow(Workflow {
            id: id.clone(),
            repository: text("repository"),
            name: own("name"),
            path: text("path"),
            active: Some(false),
            url: text("url"),
            extra: extra.clone(),
        }),
        Record::WorkflowRun(WorkflowRun {
            id,
            workflow: own("workflow"),
            repository: text("repository"),
            attempt: Some(28),
            sha: text("sha"),
            branch: text("branch"),
            event: text("event"),
            outcome: Outcome::Skipped,
            author: text("author"),
            created_at: noon(29),
            started_at: Some(noon(30)),
            finished_at: Some(noon(31)),
            url: text("url"),
            extra,
        }),
    ]
}

/// A cell in the terms of JSON: texts that hold lists and objects as those.
fn cell(row: &SqliteRow, column: &str) -> Value {
    let raw = row.try_get_raw(column).expect("a column");
    if raw.is_null() {
        return Value::Null;
    }
    match raw.type_info().name() {
        "INTEGER" => row.get::<i64, _>(column).into(),
        "REAL" => row.get::<f64, _>(column).into(),
        _ => {
            let text: String = row.get(column);
            if text.starts_with(['[', '{']) { serde_json::from_str(&text).expect("JSON") } else { text.into() }
        }
    }
}

/// What the record says at a column's path, with flags as the numbers that they are stored as.
fn said(record: &Value, path: &str) -> Value {
    let found = match path.strip_prefix("$.") {
        Some(path) => path.split('.').fold(record, |value, step| &value[step]),
        None => &record[path],
    };
    match found {
        Value::Bool(flag) => i64::from(*flag).into(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_field_of_every_kind_is_stored() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let records = every_kind();
    let stored: Vec<_> = RecordKind::ALL.iter().copied().filter(|kind| kind.is_stored()).collect();
    assert_eq!(records.iter().map(Record::kind).collect::<Vec<_>>(), stored, "a record of each kind");
    bench.bring(records.clone()).await;
    let check = async |tx: &mut WorkspaceRead| {
        for batch in Batches::of(&records)?.upserts {
            let (name, columns) = table(batch.kind).expect("a table").shape;
            let record: Vec<Value> = serde_json::from_str(batch.records_json())?;
            let select = AssertSqlSafe(format!("SELECT * FROM {name}"));
            let row = sqlx::query(select).fetch_one(tx.conn()).await?;
            assert_eq!(cell(&row, "id"), record[0]["id"]);
            for (column, path) in columns {
                assert_eq!(cell(&row, column), said(&record[0], path), "{name}.{column}");
                assert_ne!(cell(&row, column), Value::Null, "{name}.{column}");
            }
            for field in record[0].as_object().expect("an object").keys().filter(|field| *field != "id") {
                let whole = columns.iter().any(|(_, path)| path == field);
                let parts = columns.iter().filter(|(_, path)| path.starts_with(&format!("$.{field}."))).count();
                assert!(
                    whole || parts == record[0][field].as_object().map_or(1, serde_json::Map::len),
                    "{name}: {field}"
                );
            }
        }
        Ok(())
    };
    bench.store.workspace_read(bench.workspace, "check", check).await
}

#[tokio::test]
async fn what_is_unknown_is_stored_as_unknown() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    let look = async |tx: &mut WorkspaceRead| {
        let row = sqlx::query(AssertSqlSafe("SELECT * FROM commits".to_owned())).fetch_one(tx.conn()).await?;
        for column in ["files", "committer", "deletions", "url", "author_email", "deleted_at"] {
            assert_eq!(cell(&row, column), Value::Null, "{column}");
        }
        Ok(())
    };
    bench.store.workspace_read(bench.workspace, "look", look).await
}

#[tokio::test]
async fn ten_thousand_commits_are_stored_in_bounded_time() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let page: Vec<_> = (0..10_000).map(|number| commit(&format!("{number:040x}"), noon(number % 365))).collect();
    for round in ["insert", "update"] {
        let clock = Clock::now();
        bench.bring(page.clone()).await;
        let seconds = clock.elapsed().as_secs_f64();
        assert!(seconds < 5.0, "{round} took {seconds} s");
    }
    let read = async |tx: &mut WorkspaceRead| facts::commits(tx, noon(0), noon(365)).await;
    assert_eq!(bench.store.workspace_read(bench.workspace, "read", read).await?.len(), 10_000);
    Ok(())
}
