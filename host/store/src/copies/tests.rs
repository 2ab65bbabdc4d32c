use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::testing::{Bench, commit, noon};
use crate::{Store, facts, fences, meta, purge, restored, workspaces};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("workspaces")).expect("a folder");
    folder
}

#[tokio::test]
async fn a_copy_is_one_state_of_a_file_that_is_being_written() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let file = File::Workspace(bench.workspace);
    bench.bring(vec![commit("a", noon(1))]).await;
    let to = folder();
    assert!(file.copy(bench.folder.path(), to.path()).await?);
    assert!(File::Control.copy(bench.folder.path(), to.path()).await?);
    bench.bring(vec![commit("b", noon(1))]).await;
    for file in [file, File::Control] {
        assert_eq!(file.check(to.path()).await?, file.newest_schema());
        assert_eq!(fs::metadata(file.path(to.path())).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(to.path()).expect("a folder").count(), 2, "nothing was written beside");
    let known = read_control(to.path(), async |tx| workspaces::list(tx).await).await?;
    assert_eq!(known.iter().map(|known| known.id).collect::<Vec<_>>(), [bench.workspace]);

    let copy = Store::open(to.path()).await?;
    let read = async |tx: &mut crate::WorkspaceRead| facts::commits(tx, noon(0), noon(9)).await;
    assert_eq!(copy.workspace_read(bench.workspace, "read", read).await?.len(), 1);
    assert_eq!(bench.store.workspace_read(bench.workspace, "read", read).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_workspace_that_was_never_used_has_nothing_to_copy() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let other = crate::testing::new_workspace(&bench.store, "second").await;
    let (file, to) = (File::Workspace(other), folder());
    assert!(!file.copy(bench.folder.path(), to.path()).await?);
    // Opened for the first time, and killed or still at it: there is a file, and no schema in it.
    fs::write(file.path(bench.folder.path()), "").expect("written");
    assert!(!file.copy(bench.folder.path(), to.path()).await?);
    assert!(!file.path(to.path()).exists());
    Ok(())
}

#[tokio::test]
async fn damage_anywhere_and_a_newer_schema_are_refused() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring((0..400).map(|number| commit(&format!("c{number}"), noon(1))).collect()).await;
    let to = folder();
    let file = File::Workspace(bench.workspace);
    file.copy(bench.folder.path(), to.path()).await?;
    let path = file.path(to.path());
    let whole = fs::read(&path).expect("the copy");
    // A page of every table and index is hit by one of these; bytes within a value are the digest's affair.
    let pages = whole.len() / 4096;
    for page in 1..pages {
        let mut bytes = whole.clone();
        bytes[page * 4096..page * 4096 + 16].fill(0xff);
        fs::write(&path, bytes).expect("written");
        assert!(file.check(to.path()).await.is_err(), "page {page} of {pages}");
    }
    fs::write(&path, &whole[..whole.len() - 4096]).expect("written");
    assert!(file.check(to.path()).await.is_err(), "cut off");
    fs::write(&path, &whole).expect("written");
    let mut connection = options(&path, Commits::Soon).connect().await?;
    let newer = sqlx::AssertSqlSafe("UPDATE schema_version SET version = 99".to_owned());
    sqlx::query(newer).execute(&mut connection).await?;
    connection.close().await?;
    let refused = file.check(to.path()).await.expect_err("a newer schema");
    assert!(matches!(refused, StoreError::NewerSchema { found: 99, .. }), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn what_was_purged_is_in_no_file() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let marker = b"a-secret-of-the-workspace";
    bench.bring(vec![commit("a", noon(1))]).await;
    let key = crate::keys::SealedKey { version: 1, sealed: marker.to_vec() };
    let id = bench.workspace;
    bench.store.system("key", async |tx| crate::keys::put(tx, id, &key, noon(1)).await).await?;
    let holds = |bench: &Bench| {
        let files = ["control.db", "control.db-wal"].map(|name| bench.folder.path().join(name));
        files
            .iter()
            .any(|file| fs::read(file).is_ok_and(|bytes| bytes.windows(marker.len()).any(|window| window == marker)))
    };
    assert!(holds(&bench), "the look finds it while it is there");
    assert!(bench.store.system("purge", async |tx| purge::workspace(tx, id).await).await?);
    assert!(bench.store.remove_file(id).await?);
    assert!(bench.store.empty_log().await?);
    assert!(!holds(&bench));
    assert_eq!(fs::read_dir(bench.folder.path().join("workspaces")).expect("a folder").count(), 0);
    assert!(bench.store.counts(id).await.is_err());
    assert!(!bench.store.system("purge", async |tx| purge::workspace(tx, id).await).await?, "a second time");
    Ok(())
}

#[tokio::test]
async fn a_host_lets_go_of_a_file_that_another_one_removed() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    let another = Store::open(bench.folder.path()).await?;
    let id = bench.workspace;
    let open = || {
        let handles = fs::read_dir("/proc/self/fd")
            .expect("handles")
            .filter_map(|handle| fs::read_link(handle.ok()?.path()).ok());
        handles.filter(|target| target.to_string_lossy().contains(&id.to_string())).count()
    };
    assert!(open() > 0);
    another.remove_file(id).await?;
    assert!(open() > 0, "its bytes are there as long as somebody has it open");
    bench.store.close_removed().await;
    assert_eq!(open(), 0);
    Ok(())
}

#[tokio::test]
async fn leases_are_void_after_a_restore_and_the_next_one_is_beyond_every_fence() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.lease(bench.connection, domain::RunId::generate(), 7).await?;
    let id = bench.workspace;
    let fences = bench.store.workspace_read(id, "fences", async |tx| fences::list(tx).await).await?;
    assert_eq!(fences, [(bench.connection, 7)]);
    let connection = crate::connections::NewConnection {
        id: bench.connection,
        workspace: id,
        plugin: "acme/test".parse().expect("a plugin id"),
        name: "one".to_owned(),
        settings: serde_json::json!({}),
        directory: None,
        interval_seconds: 900,
        consented: domain::Consent::default(),
        created_at: noon(1),
    };
    let minute = std::time::Duration::from_secs(60);
    bench
        .store
        .system("restore", async |tx| {
            crate::connections::create(tx, &connection).await?;
            let claim = async |tx: &mut crate::SystemTx| {
                crate::connections::leases::claim(tx, bench.connection, noon(2), "worker", minute).await
            };
            assert_eq!(claim(tx).await?.map(|lease| lease.fence), Some(1));
            assert_eq!(claim(tx).await?, None, "it is taken");
            restored::void_leases(tx).await?;
            restored::raise_fence(tx, bench.connection, 7).await?;
            assert_eq!(claim(tx).await?.map(|lease| lease.fence), Some(8));
            restored::void_leases(tx).await?;
            restored::raise_fence(tx, bench.connection, 3).await?;
            assert_eq!(claim(tx).await?.map(|lease| lease.fence), Some(9), "never lower");
            meta::set(tx, meta::INSTANCE_ID, b"one").await
        })
        .await
}
