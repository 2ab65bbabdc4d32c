//! Where sealed bytes are kept.

use domain::WorkspaceId;

/// The place that sealed bytes belong to. Somewhere else they do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The instance of the product: a copy of the data elsewhere is another.
    pub instance: &'a str,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The table.
    pub table: &'a str,
    /// The row's key.
    pub row: &'a [u8],
    /// The column.
    pub column: &'a str,
    /// Which of the workspace's keys, counted up at each change.
    pub key_version: u32,
}

impl Binding<'_> {
    /// The associated data: the form, and each part after its length.
    pub(super) fn associated(&self, form: u8) -> Vec<u8> {
        // Destructured whole, so that a part that is forgotten does not compile.
        let Self { instance, workspace, table, row, column, key_version } = self;
        let version = key_version.to_le_bytes();
        let parts = [instance.as_bytes(), workspace.as_bytes(), table.as_bytes(), row, column.as_bytes(), &version];
        let mut bytes = vec![form];
        for part in parts {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
