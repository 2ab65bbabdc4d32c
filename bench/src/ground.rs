//! A store with one workspace and one connection in a run, for records that come page by page through the one way in.

use anyhow::Result;
use domain::{ConnectionId, Digest, Instant, Next, Page, Record, RunId, StreamMode, WorkspaceId};
use store::pages::{self, PageCommit};
use store::runs::{self, NewRun};
use store::workspaces::{self, Workspace};
use store::{Store, fences};
use tempfile::TempDir;

/// The store. Its folder goes with it.
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    connection: ConnectionId,
    run: RunId,
    _folder: TempDir,
}

impl Ground {
    pub(crate) async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Store::open(folder.path()).await?;
        let workspace = Workspace {
            id: WorkspaceId::generate(),
            name: "bench".to_owned(),
            time_zone: "UTC".to_owned(),
            created_at: Instant::now(),
        };
        store.system("make a workspace", async |tx| workspaces::create(tx, &workspace).await).await?;
        let (connection, run) = (ConnectionId::generate(), RunId::generate());
        let ground = Self { store, workspace: workspace.id, connection, run, _folder: folder };
        ground.begin().await?;
        Ok(ground)
    }

    async fn begin(&self) -> Result<()> {
        let run = NewRun {
            id: self.run,
            connection: self.connection,
            plugin: "bench/fill".parse()?,
            version: "1.0.0".to_owned(),
            digest: Digest::from_bytes([7; 32]),
            fence: 1,
            started_at: Instant::now(),
        };
        let begin = async |tx: &mut store::WorkspaceTx| {
            fences::raise(tx, self.connection, 1).await?;
            runs::begin(tx, &run).await
        };
        Ok(self.store.workspace(self.workspace, "begin a run", begin).await?)
    }

    /// Commit a page.
    pub(crate) async fn bring(&self, records: Vec<Record>) -> Result<()> {
        let page = Page { records, next: Next::Done("end".to_owned()) };
        let commit = PageCommit {
            connection: self.connection,
            stream: "all",
            mode: StreamMode::Incremental,
            run: self.run,
            fence: 1,
            sequence: 1,
            generation: 1,
            page: &page,
            state: None,
            now: Instant::now(),
        };
        self.store.workspace(self.workspace, "commit a page", async |tx| pages::commit(tx, commit).await).await?;
        Ok(())
    }

    /// Compute all that is dirty.
    pub(crate) async fn roll_up(&self) -> Result<()> {
        Ok(server::rollup::catch_up(&self.store, self.workspace).await?)
    }
}
