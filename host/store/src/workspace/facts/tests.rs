use crate::testing::{Bench, also_on_postgres, comment, commit, noon, person, pull_request, review, statement};
use crate::{StoreError, WorkspaceRead, facts, sql};
use domain::fact::{Actor, ActorClass, Key};
use domain::record::{
    AccountKind, Deployment, Outcome, PullRequest, Signature, SubjectKind, Transition, WorkItem, WorkItemState,
    WorkflowRun,
};
use domain::{Instant, Record};

/// Reads facts in a read-only transaction.
macro_rules! read {
    ($bench:expr, $family:ident, $from:expr, $to:expr) => {
        $bench
            .store
            .workspace_read($bench.workspace, "read", async |tx| facts::$family(tx, noon($from), noon($to)).await)
            .await?
    };
}

fn key(bench: &Bench, id: &str) -> Key {
    Key { connection: bench.connection.to_string(), id: id.to_owned() }
}

fn actor(bench: &Bench, id: &str, class: ActorClass) -> Option<Actor> {
    Some(Actor { key: key(bench, id), class })
}

fn ready(id: &str, subject: &str, after: &str, at: Instant) -> Record {
    Record::Transition(Transition {
        id: id.to_owned(),
        subject_kind: SubjectKind::PullRequest,
        subject: subject.to_owned(),
        before: Some("draft".to_owned()),
        after: after.to_owned(),
        author: None,
        at,
        extra: Vec::new(),
    })
}

#[tokio::test]
async fn the_author_of_a_commit_is_an_account_an_address_or_nobody() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let by = |id: &str, account: Option<&str>, name: Option<&str>, email: Option<&str>| {
        let Record::Commit(mut record) = commit(id, noon(1)) else { unreachable!("a commit") };
        let own = str::to_owned;
        record.author = Signature { account: account.map(own), name: name.map(own), email: email.map(own) };
        Record::Commit(record)
    };
    bench
        .bring(vec![
            person("robot", AccountKind::Agent),
            by("1", Some("robot"), None, Some("r@x")),
            by("2", Some("renovate[bot]"), None, None),
            by("3", None, Some("Ann"), Some("Ann@Example.org")),
            by("4", None, Some("ci[bot]"), Some("ci@example.org")),
            by("5", None, Some("Nobody"), Some("")),
        ])
        .await;
    let authors: Vec<_> = read!(bench, commits, 1, 2).into_iter().map(|fact| fact.author).collect();
    let expected = [
        actor(&bench, "robot", ActorClass::Agent),
        actor(&bench, "renovate[bot]", ActorClass::Bot),
        actor(&bench, "email:ann@example.org", ActorClass::Human),
        actor(&bench, "email:ci@example.org", ActorClass::Bot),
        None,
    ];
    assert_eq!(authors, expected);
    assert!(read!(bench, commits, 0, 1).is_empty() && read!(bench, commits, 2, 9).is_empty(), "the end is not in it");
    Ok(())
}

#[tokio::test]
async fn unknown_numbers_stay_unknown_and_merges_have_two_parents() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let Record::Commit(mut merge) = commit("m", noon(2)) else { unreachable!("a commit") };
    merge.parents.push("ef".repeat(20));
    bench.bring(vec![commit("a", noon(1)), Record::Commit(merge)]).await;
    let found = read!(bench, commits, 0, 9);
    assert_eq!((found[0].additions, found[0].deletions, found[0].merge), (Some(2), None, false));
    assert!(found[1].merge);
    assert_eq!(found[0].repository, key(&bench, "repo"));
    Ok(())
}

#[tokio::test]
async fn a_pull_request_comes_with_its_history_in_order() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let full = PullRequest {
        first_commit_at: Some(noon(8)),
        additions: Some(10),
        ..pull_request("p", noon(10), Some(noon(20)))
    };
    bench
        .bring(vec![
            Record::PullRequest(full),
            Record::PullRequest(pull_request("other", noon(50), None)),
            person("bob", AccountKind::Bot),
            review("r2", "p", "cid", noon(14)),
            review("r1", "p", "bob", noon(13)),
            review("r3", "other", "bob", noon(51)),
            comment("c", "p", noon(12)),
            ready("t2", "p", "ready", noon(11)),
            ready("t1", "p", "ready", noon(10)),
            ready("t0", "p", "draft", noon(10)),
        ])
        .await;
    for (from, to) in [(10, 11), (20, 21), (9, 30)] {
        let found = read!(bench, pull_requests, from, to);
        assert_eq!(found.len(), 1, "{from}..{to}");
        let fact = &found[0];
        assert_eq!((fact.first_commit_at, fact.additions, fact.deletions), (Some(noon(8)), Some(10), None));
        assert_eq!(fact.ready_at, [noon(10), noon(11)]);
        assert_eq!(fact.reviews.iter().map(|review| review.at).collect::<Vec<_>>(), [noon(13), noon(14)]);
        assert_eq!(fact.reviews[0].author, actor(&bench, "bob", ActorClass::Bot));
        assert_eq!(fact.reviews[1].pull_request_author, Some(key(&bench, "ann")));
        assert_eq!((fact.review_comments.len(), fact.review_comments[0].at), (1, noon(12)));
    }
    assert!(read!(bench, pull_requests, 11, 20).is_empty(), "neither opened, merged nor closed in between");
    Ok(())
}

#[tokio::test]
async fn a_review_without_its_pull_request_has_no_repository() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![review("r", "p", "bob", noon(5))]).await;
    let alone = read!(bench, reviews, 5, 6);
    assert_eq!((alone.len(), &alone[0].repository, alone[0].approves), (1, &None, true));
    bench.bring(vec![Record::PullRequest(pull_request("p", noon(1), None))]).await;
    let joined = read!(bench, reviews, 5, 6);
    assert_eq!((joined.len(), &joined[0].repository), (1, &Some(key(&bench, "repo"))));
    Ok(())
}

#[tokio::test]
async fn work_items_have_their_workers_and_say_whether_they_were_dropped() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let item = WorkItem {
        id: "w".to_owned(),
        project: None,
        key: "#1".to_owned(),
        title: "a thing".to_owned(),
        kind: None,
        state: WorkItemState::Dropped,
        status: None,
        author: Some("ann".to_owned()),
        assignees: vec!["cid".to_owned(), "bob".to_owned()],
        labels: Vec::new(),
        parent: None,
        estimate: None,
        created_at: noon(1),
        updated_at: noon(1),
        closed_at: Some(noon(7)),
        url: None,
        extra: Vec::new(),
    };
    bench.bring(vec![person("bob", AccountKind::Bot), Record::WorkItem(item)]).await;
    let found = read!(bench, work_items, 7, 8);
    assert_eq!((found.len(), found[0].dropped, &found[0].project), (1, true, &None));
    let workers = [actor(&bench, "cid", ActorClass::Human), actor(&bench, "bob", ActorClass::Bot)];
    assert_eq!(found[0].assignees, workers.map(|worker| worker.expect("an actor")));
    assert_eq!(read!(bench, work_items, 1, 2).len(), 1);
    assert!(read!(bench, work_items, 2, 7).is_empty());
    Ok(())
}

#[tokio::test]
async fn only_what_ended_is_a_delivery_fact() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let deployment = |id: &str, outcome, finished_at| {
        Record::Deployment(Deployment {
            id: id.to_owned(),
            repository: Some("repo".to_owned()),
            service: None,
            environment: "production".to_owned(),
            production: Some(true),
            sha: None,
            reference: None,
            outcome,
            author: Some("ci[bot]".to_owned()),
            created_at: noon(1),
            finished_at,
            url: None,
            extra: Vec::new(),
        })
    };
    let run = |id: &str, outcome, finished_at| {
        Record::WorkflowRun(WorkflowRun {
            id: id.to_owned(),
            workflow: "w".to_owned(),
            repository: None,
            attempt: Some(1),
            sha: None,
            branch: None,
            event: None,
            outcome,
            author: None,
            created_at: noon(1),
            started_at: None,
            finished_at,
            url: None,
            extra: Vec::new(),
        })
    };
    bench
        .bring(vec![
            deployment("1", Outcome::Failed, None),
            deployment("2", Outcome::Succeeded, Some(noon(2))),
            deployment("3", Outcome::Cancelled, Some(noon(2))),
            deployment("4", Outcome::Running, None),
            run("1", Outcome::Succeeded, Some(noon(2))),
            run("2", Outcome::Failed, Some(noon(3))),
            run("3", Outcome::Skipped, Some(noon(4))),
            run("4", Outcome::Running, None),
        ])
        .await;
    let deployments = read!(bench, deployments, 0, 9);
    assert_eq!(
        deployments.iter().map(|fact| (fact.succeeded, fact.finished_at)).collect::<Vec<_>>(),
        [(false, noon(1)), (true, noon(2))]
    );
    assert_eq!(deployments[0].author, actor(&bench, "ci[bot]", ActorClass::Bot));
    let runs: Vec<_> = read!(bench, workflow_runs, 0, 9).iter().map(|fact| fact.succeeded).collect();
    assert_eq!(runs, [Some(true), Some(false), None]);
    Ok(())
}

#[tokio::test]
async fn facts_are_found_by_index_and_not_by_reading_whole_tables() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let families = [
        facts::commits::STATEMENTS,
        facts::pull_requests::STATEMENTS,
        facts::reviews::STATEMENTS,
        facts::work_items::STATEMENTS,
        facts::delivery::STATEMENTS,
    ];
    let explain = async |tx: &mut WorkspaceRead| {
        for family in families.into_iter().flatten() {
            let plan = statement(format!("EXPLAIN QUERY PLAN {}", family.template()));
            let steps = sql::query(plan).bind(0_i64).bind(1_i64).fetch_all(tx.conn()).await?;
            for step in steps {
                let step: String = step.cell("detail")?;
                let whole = step.starts_with("SCAN") && !step.contains("hit") && !step.starts_with("SCAN a VIRTUAL");
                assert!(!whole, "{}: {step}", family.name());
            }
        }
        Ok(())
    };
    bench.store.workspace_read(bench.workspace, "explain", explain).await
}

also_on_postgres!(
    the_author_of_a_commit_is_an_account_an_address_or_nobody,
    unknown_numbers_stay_unknown_and_merges_have_two_parents,
    a_pull_request_comes_with_its_history_in_order,
    a_review_without_its_pull_request_has_no_repository,
    work_items_have_their_workers_and_say_whether_they_were_dropped,
    only_what_ended_is_a_delivery_fact
);
