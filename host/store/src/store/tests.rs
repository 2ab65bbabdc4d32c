use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use domain::rollup::Grain;
use domain::{RecordKind, TokenId, WorkspaceId};
use serde_json::json;

use crate::testing::{Bench, also_on_postgres, commit, new_workspace, noon, statement};
use crate::tokens::Token;
use crate::workspaces::Workspace;
use crate::{Store, StoreError, audit, facts, keys, meta, names, sql, tokens, workspaces};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn two_workspaces_are_two_files() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let other = new_workspace(&bench.store, "second").await;
    bench.bring(vec![commit("a", noon(1))]).await;
    let read =
        async |id| bench.store.workspace_read(id, "read", async |tx| facts::commits(tx, noon(0), noon(9)).await).await;
    assert_eq!((read(bench.workspace).await?.len(), read(other).await?.len()), (1, 0));
    for id in [bench.workspace, other] {
        assert!(bench.folder.path().join(format!("workspaces/{id}.db")).exists());
    }
    Ok(())
}

#[tokio::test]
async fn a_workspace_that_was_never_made_has_no_file() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let unknown = WorkspaceId::generate();
    let refused = bench.store.counts(unknown).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "workspace", .. })), "{refused:?}");
    assert!(!bench.folder.path().join(format!("workspaces/{unknown}.db")).exists());
    Ok(())
}

#[tokio::test]
async fn files_are_their_owners_alone() {
    let bench = Bench::new().await;
    let folder = bench.folder.path().join("workspaces");
    assert_eq!(mode(&folder), 0o700);
    let file = format!("{}.db", bench.workspace);
    for path in [bench.folder.path().join("control.db"), folder.join(&file), folder.join(format!("{file}-wal"))] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn what_is_written_is_there_after_a_restart() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    bench.store.close().await;
    let again = bench.reopened().await?;
    let counts = again.counts(bench.workspace).await?;
    assert!(counts.contains(&(RecordKind::Commit, 1)), "{counts:?}");
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_is_refused_in_words() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let newer = statement("UPDATE schema_version SET version = 99");
    let change = async |tx: &mut crate::WorkspaceTx| {
        sql::query(newer).execute(tx.conn()).await?;
        Ok(())
    };
    bench.store.workspace(bench.workspace, "change", change).await?;
    bench.store.close().await;
    let again = Store::open(bench.folder.path()).await?;
    let refused = again.counts(bench.workspace).await.expect_err("a newer schema");
    assert!(matches!(refused, StoreError::NewerSchema { found: 99, .. }), "{refused:?}");
    assert!(refused.to_string().contains("start the newer version"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_by_its_name() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("control.db"), "not a database, ".repeat(400)).expect("written");
    let refused = Store::open(folder.path()).await.expect_err("no database");
    assert!(refused.to_string().contains("control.db"), "{refused}");
}

#[tokio::test]
async fn transactions_run_in_spawned_tasks() -> Result<(), StoreError> {
    let bench = std::sync::Arc::new(Bench::new().await);
    let shared = std::sync::Arc::clone(&bench);
    let task = tokio::spawn(async move {
        let page = crate::testing::done(vec![commit("a", noon(1))]);
        let commit = shared.page(&page);
        shared.store.workspace(shared.workspace, "commit", async |tx| crate::pages::commit(tx, commit).await).await
    });
    assert_eq!(task.await.expect("no panic")?.records[&RecordKind::Commit], 1);
    Ok(())
}

#[tokio::test]
async fn an_error_of_the_engine_says_in_which_transaction() {
    let bench = Bench::new().await;
    let odd = statement("SELECT nothing FROM nowhere");
    let failed = bench.store.system("look around", async |tx| {
        sql::query(odd).execute(tx.conn()).await?;
        Ok(())
    });
    assert_eq!(failed.await.expect_err("an error").to_string(), "the transaction to look around failed");
}

#[tokio::test]
async fn what_the_operator_does_is_on_the_disk_at_once_and_pages_with_the_next_checkpoint() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let ask = || sql::scalar(statement("PRAGMA synchronous"));
    let control = bench.store.system("ask", async |tx| Ok(ask().fetch_one::<i64>(tx.conn()).await?)).await?;
    let pages = bench.store.workspace(bench.workspace, "ask", async |tx| Ok(ask().fetch_one::<i64>(tx.conn()).await?));
    assert_eq!((control, pages.await?), (2, 1), "FULL and NORMAL");
    Ok(())
}

#[tokio::test]
async fn writing_goes_on_after_the_engine_has_ended_a_transaction_by_itself() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    // As it does where a disk is full or fails.
    let fails = statement("INSERT OR ROLLBACK INTO fences (connection_id) VALUES (NULL)");
    let failed = bench.store.workspace(bench.workspace, "fail", async |tx| {
        sql::query(fails).execute(tx.conn()).await?;
        Ok(())
    });
    let error = failed.await.expect_err("no connection is NULL");
    assert!(matches!(error, StoreError::Transaction { purpose: "fail", .. }), "{error:?}");
    assert_eq!(bench.bring(vec![commit("a", noon(1))]).await.records[&RecordKind::Commit], 1);
    Ok(())
}

#[tokio::test]
async fn a_closure_that_fails_or_is_dropped_leaves_no_trace() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let workspace = |name: &str| Workspace {
        id: WorkspaceId::generate(),
        name: name.to_owned(),
        time_zone: "UTC".to_owned(),
        created_at: noon(1),
    };
    let failed: Result<(), _> = bench
        .store
        .system("fail", async |tx| {
            workspaces::create(tx, &workspace("second")).await?;
            Err(StoreError::missing("thing", "x"))
        })
        .await;
    assert!(failed.is_err());
    let endless = bench.store.system("hang", async |tx| {
        workspaces::create(tx, &workspace("third")).await?;
        std::future::pending::<Result<(), StoreError>>().await
    });
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), endless).await.is_err());
    let all = bench.store.system_read("list", async |tx| workspaces::list(tx).await).await?;
    assert_eq!(all.iter().map(|workspace| workspace.name.as_str()).collect::<Vec<_>>(), ["first"]);
    let taken = bench.store.system("create", async |tx| workspaces::create(tx, &workspace("first")).await).await;
    assert!(matches!(taken, Err(StoreError::Exists { what: "workspace", .. })), "{taken:?}");
    Ok(())
}

#[tokio::test]
async fn a_reading_transaction_cannot_write_and_sees_one_state() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let write = async |tx: &mut crate::WorkspaceRead| {
        Ok(sql::query(statement("DELETE FROM runs WHERE {mine}")).execute(tx.conn()).await.is_err())
    };
    assert!(bench.store.workspace_read(bench.workspace, "write", write).await?);
    bench
        .store
        .workspace_read(bench.workspace, "read", async |tx| {
            let before = facts::commits(tx, noon(0), noon(9)).await?;
            bench.bring(vec![commit("a", noon(1))]).await;
            assert_eq!(facts::commits(tx, noon(0), noon(9)).await?, before);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_token_is_found_by_its_hash_until_it_is_revoked_or_expires() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let token = Token {
        id: TokenId::generate(),
        workspace: bench.workspace,
        hash: vec![3; 32],
        prefix: "wb_abc".to_owned(),
        name: "dashboards".to_owned(),
        scopes: vec!["metrics:read".to_owned()],
        created_at: noon(1),
        expires_at: Some(noon(5)),
        last_used_at: None,
        revoked_at: None,
    };
    let other = new_workspace(&bench.store, "second").await;
    bench
        .store
        .system("token", async |tx| {
            tokens::insert(tx, &token).await?;
            assert_eq!(tokens::find_by_hash(tx, &[3; 32]).await?, Some(token.clone()));
            assert_eq!(tokens::find_by_hash(tx, &[4; 32]).await?, None);
            assert!(token.is_live(noon(4)) && !token.is_live(noon(5)));
            tokens::touch(tx, token.id, noon(2)).await?;
            tokens::touch(tx, token.id, noon(2).after(std::time::Duration::from_secs(9))).await?;
            let refused = tokens::revoke(tx, other, token.id, noon(3)).await;
            assert!(matches!(refused, Err(StoreError::Missing { .. })), "of another workspace: {refused:?}");
            tokens::revoke(tx, bench.workspace, token.id, noon(3)).await?;
            let found = tokens::list(tx, bench.workspace).await?.remove(0);
            assert_eq!((found.last_used_at, found.revoked_at), (Some(noon(2)), Some(noon(3))));
            assert!(!found.is_live(noon(4)));
            assert!(tokens::list(tx, other).await?.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn facts_of_the_instance_keys_and_audit_entries_are_kept() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let entry = |action: &str, workspace| audit::Entry {
        at: noon(1),
        actor: "operator".to_owned(),
        action: action.to_owned(),
        subject: "acme/test".to_owned(),
        workspace,
        detail: json!({"sequence": 3}),
    };
    let key = |version| keys::SealedKey { version, sealed: vec![1, 2] };
    let (global, local) = (entry("plugin.install", None), entry("token.create", Some(bench.workspace)));
    bench
        .store
        .system("keep", async |tx| {
            assert_eq!(meta::find(tx, meta::INSTANCE_ID).await?, None);
            meta::set(tx, meta::INSTANCE_ID, b"one").await?;
            meta::set(tx, meta::INSTANCE_ID, b"two").await?;
            assert_eq!(meta::find(tx, meta::INSTANCE_ID).await?.as_deref(), Some(&b"two"[..]));

            keys::put(tx, bench.workspace, &key(1), noon(1)).await?;
            keys::put(tx, bench.workspace, &key(2), noon(1)).await?;
            assert_eq!(keys::list(tx, bench.workspace).await?, [key(2), key(1)]);
            keys::destroy(tx, bench.workspace).await?;
            assert_eq!(keys::list(tx, bench.workspace).await?, []);

            audit::append(tx, &global).await?;
            audit::append(tx, &local).await?;
            let all = audit::list(tx, None, None, 10).await?;
            assert_eq!(all.iter().map(|(_, entry)| entry).collect::<Vec<_>>(), [&local, &global]);
            assert_eq!(audit::list(tx, None, Some(all[0].0), 10).await?, all[1..]);
            assert_eq!(audit::list(tx, Some(bench.workspace), None, 10).await?, all[..1]);
            keys::put(tx, bench.workspace, &key(2), noon(1)).await
        })
        .await?;
    let again = bench.store.system("keep", async |tx| keys::put(tx, bench.workspace, &key(2), noon(1)).await).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })));
    Ok(())
}

#[tokio::test]
async fn keys_have_the_names_of_what_they_stand_for() -> Result<(), StoreError> {
    use domain::Record;
    use domain::record::{AccountKind, Membership, Team};
    let bench = Bench::new().await;
    let team = Team { id: "t".to_owned(), name: "Tide".to_owned(), parent: None, url: None, extra: Vec::new() };
    let member = Membership {
        id: "m".to_owned(),
        team: "t".to_owned(),
        person: "ann".to_owned(),
        role: None,
        since: Some(noon(1)),
        until: None,
        extra: Vec::new(),
    };
    bench
        .bring(vec![
            crate::testing::person("ann", AccountKind::Human),
            crate::testing::person("a/b", AccountKind::Human),
            Record::Team(team),
            Record::Membership(member),
        ])
        .await;
    let key = |id: &str| format!("{}/{id}", bench.connection);
    bench
        .store
        .workspace_read(bench.workspace, "names", async |tx| {
            let asked = [key("a/b"), key("email:x@y"), key("nobody"), "odd".to_owned()];
            let found = names::labels(tx, Grain::Person, Some(&asked)).await?;
            assert_eq!(
                found.into_iter().collect::<Vec<_>>(),
                [(key("a/b"), "a/b-login".to_owned()), (key("email:x@y"), "x@y".to_owned())]
            );
            assert_eq!(names::labels(tx, Grain::Person, None).await?.len(), 2);
            assert!(names::labels(tx, Grain::Repository, None).await?.is_empty());
            assert_eq!(
                names::teams(tx).await?[0],
                names::Team { key: key("t"), name: "Tide".to_owned(), parent: None }
            );
            let expected = names::Member { team: key("t"), person: key("ann"), since: Some(noon(1)), until: None };
            assert_eq!(names::members(tx).await?, [expected]);
            Ok(())
        })
        .await
}

also_on_postgres!(
    what_is_written_is_there_after_a_restart,
    transactions_run_in_spawned_tasks,
    an_error_of_the_engine_says_in_which_transaction,
    a_closure_that_fails_or_is_dropped_leaves_no_trace,
    a_reading_transaction_cannot_write_and_sees_one_state,
    a_token_is_found_by_its_hash_until_it_is_revoked_or_expires,
    facts_of_the_instance_keys_and_audit_entries_are_kept,
    keys_have_the_names_of_what_they_stand_for
);
