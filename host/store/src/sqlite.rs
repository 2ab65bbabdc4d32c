//! SQLite: a directory with one control database and one data file per workspace.

pub(crate) mod database;
mod erase;
mod files;
pub(crate) mod layout;
pub(crate) mod migrate;

use std::path::Path;

use domain::WorkspaceId;

use crate::sql::Conn;
use crate::{StoreError, control};
use database::create_private_dir;
pub(crate) use database::{Commits, Database};
use files::Files;
pub(crate) use migrate::Migrations;

/// The databases of a directory.
#[derive(Debug)]
pub(crate) struct Sqlite {
    control: Database,
    files: Files,
}

impl Sqlite {
    /// Opens the databases, and makes what is missing: `control.db` and the folder `workspaces`.
    pub(crate) async fn open(dir: &Path) -> Result<Self, StoreError> {
        let files = Files::new(layout::workspaces(dir));
        create_private_dir(dir)?;
        create_private_dir(files.folder())?;
        // What the operator was told is done, a key that is revoked or a refresh token that is spent, must not come undone.
        let control = Database::open(layout::control(dir), &control::MIGRATIONS, Commits::AtOnce).await?;
        Ok(Self { control, files })
    }

    pub(crate) async fn close(&self) {
        self.files.close().await;
        self.control.close().await;
    }

    pub(crate) async fn write_control(&self) -> Result<Conn, sqlx::Error> {
        self.control.write().await.map(Conn::Sqlite)
    }

    pub(crate) async fn read_control(&self) -> Result<Conn, sqlx::Error> {
        self.control.read().await.map(Conn::Sqlite)
    }

    /// The file of a workspace: opened, unless it is open, once `check` has found that the workspace exists.
    pub(crate) async fn file(
        &self,
        id: WorkspaceId,
        check: impl AsyncFnOnce() -> Result<(), StoreError>,
    ) -> Result<File, StoreError> {
        let slot = self.files.slot(id);
        slot.get_or_try_init(async || {
            check().await?;
            self.files.open(id).await
        })
        .await?;
        Ok(File(slot))
    }
}

/// An open file of a workspace.
#[derive(Debug)]
pub(crate) struct File(files::Slot);

impl File {
    pub(crate) async fn write(&self) -> Result<Conn, sqlx::Error> {
        self.database()?.write().await.map(Conn::Sqlite)
    }

    pub(crate) async fn read(&self) -> Result<Conn, sqlx::Error> {
        self.database()?.read().await.map(Conn::Sqlite)
    }

    fn database(&self) -> Result<&Database, sqlx::Error> {
        self.0.get().ok_or(sqlx::Error::PoolClosed)
    }
}
