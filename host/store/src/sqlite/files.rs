//! The workspaces' data files: opened when they are first asked for, a bounded number of them at a time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::WorkspaceId;
use tokio::sync::OnceCell;

use super::database::{Commits, Database};
use super::layout;
use crate::{StoreError, workspace};

/// Files that stay open. Those in use stay open beyond it.
const OPEN_FILES: usize = 64;

pub(super) type Slot = Arc<OnceCell<Database>>;

/// The data files of a store.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// Counts the look-ups, so that the file that was not asked for the longest can be found.
    clock: u64,
    slots: HashMap<WorkspaceId, (u64, Slot)>,
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::default() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The slot of a workspace; the file behind it is opened by [`Files::open`].
    pub(super) fn slot(&self, id: WorkspaceId) -> Slot {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clock += 1;
        let clock = open.clock;
        if !open.slots.contains_key(&id) {
            open.make_room();
        }
        let (used, slot) = open.slots.entry(id).or_default();
        *used = clock;
        Arc::clone(slot)
    }

    /// Opens the file of a workspace that is known to exist.
    pub(super) async fn open(&self, id: WorkspaceId) -> Result<Database, StoreError> {
        // What is lost here goes with its cursor, and is brought again.
        Database::open(self.path(id), &workspace::MIGRATIONS, Commits::Soon).await
    }

    /// Forgets all files and closes them.
    pub(super) async fn close(&self) {
        let slots = std::mem::take(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner).slots);
        for (_, slot) in slots.into_values() {
            if let Some(database) = slot.get() {
                database.close().await;
            }
        }
    }

    /// Forgets these files and closes them, whoever asks for them next.
    pub(super) async fn forget(&self, mut which: impl FnMut(WorkspaceId) -> bool) {
        let gone: Vec<_> = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.slots.extract_if(|id, _| which(*id)).map(|(_, (_, slot))| slot).collect()
        };
        for slot in gone {
            if let Some(database) = slot.get() {
                database.close().await;
            }
        }
    }

    pub(super) fn path(&self, id: WorkspaceId) -> PathBuf {
        layout::workspace(&self.folder, id)
    }
}

impl Open {
    /// Drops the idle file that was not asked for the longest; its connections close when they are dropped.
    fn make_room(&mut self) {
        if self.slots.len() < OPEN_FILES {
            return;
        }
        let idle = self.slots.iter().filter(|(_, (_, slot))| Arc::strong_count(slot) == 1);
        if let Some(oldest) = idle.min_by_key(|(_, (used, _))| *used).map(|(id, _)| *id) {
            self.slots.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_files_make_room_and_those_in_use_stay() {
        let files = Files::new(PathBuf::new());
        let first = WorkspaceId::generate();
        let held = files.slot(first);
        for _ in 0..OPEN_FILES * 2 {
            files.slot(WorkspaceId::generate());
        }
        let open = files.open.lock().expect("no panic holds it");
        assert_eq!(open.slots.len(), OPEN_FILES);
        assert!(Arc::ptr_eq(&held, &open.slots[&first].1));
    }
}
