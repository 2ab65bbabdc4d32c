//! What lies where below a store's directory.

use std::path::{Path, PathBuf};

use domain::WorkspaceId;

/// The control database.
pub(crate) fn control(dir: &Path) -> PathBuf {
    dir.join("control.db")
}

/// The folder of the workspaces' files.
pub(crate) fn workspaces(dir: &Path) -> PathBuf {
    dir.join("workspaces")
}

/// The file of a workspace in that folder: `ws_` and the id in hexadecimal, as people see it elsewhere.
pub(crate) fn workspace(folder: &Path, id: WorkspaceId) -> PathBuf {
    folder.join(format!("{id}.db"))
}
