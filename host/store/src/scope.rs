//! The four scopes. A function that takes one of them says by that which rows it can reach, and whether it writes.

use std::ops::{Deref, DerefMut};

use domain::WorkspaceId;

use crate::sql::Conn;

/// Reads the control tables.
#[derive(Debug)]
pub struct SystemRead {
    tx: Conn,
}

/// Reads and writes the control tables.
#[derive(Debug)]
pub struct SystemTx(SystemRead);

/// Reads the rows of one workspace.
#[derive(Debug)]
pub struct WorkspaceRead {
    id: WorkspaceId,
    tx: Conn,
}

/// Reads and writes the rows of one workspace.
#[derive(Debug)]
pub struct WorkspaceTx(WorkspaceRead);

impl SystemRead {
    pub(crate) fn new(tx: Conn) -> Self {
        Self { tx }
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

impl SystemTx {
    pub(crate) fn new(tx: Conn) -> Self {
        Self(SystemRead::new(tx))
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.tx.commit().await
    }
}

impl WorkspaceRead {
    pub(crate) fn new(id: WorkspaceId, tx: Conn) -> Self {
        Self { id, tx }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        self.id
    }

    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

impl WorkspaceTx {
    pub(crate) fn new(id: WorkspaceId, tx: Conn) -> Self {
        Self(WorkspaceRead::new(id, tx))
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.tx.commit().await
    }
}

impl Deref for SystemTx {
    type Target = SystemRead;

    fn deref(&self) -> &SystemRead {
        &self.0
    }
}

impl DerefMut for SystemTx {
    fn deref_mut(&mut self) -> &mut SystemRead {
        &mut self.0
    }
}

impl Deref for WorkspaceTx {
    type Target = WorkspaceRead;

    fn deref(&self) -> &WorkspaceRead {
        &self.0
    }
}

impl DerefMut for WorkspaceTx {
    fn deref_mut(&mut self) -> &mut WorkspaceRead {
        &mut self.0
    }
}
