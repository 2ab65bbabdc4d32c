//! Work items and changes of status. Fields as in `wit/records.wit`, instants parsed.

use serde::Serialize;

use super::{Extra, SubjectKind, words};
use crate::Instant;

words! {
    /// The sort of work, where the source says it.
    WorkItemKind {
        Feature = "feature",
        Defect = "defect",
        Chore = "chore",
        Debt = "debt",
    }

    /// Whether work is left.
    WorkItemState {
        Open = "open",
        InProgress = "in-progress",
        Done = "done",
        Dropped = "dropped",
    }
}

/// An issue, ticket or task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkItem {
    /// Unique in the connection.
    pub id: String,
    /// The repository or project that it belongs to.
    pub project: Option<String>,
    /// Its key for people: `SHOP-12`, `#12`.
    pub key: String,
    /// The title.
    pub title: String,
    /// The sort of work.
    pub kind: Option<WorkItemKind>,
    /// Whether work is left.
    pub state: WorkItemState,
    /// The status, in the source's word.
    pub status: Option<String>,
    /// Who opened it.
    pub author: Option<String>,
    /// Who works on it, at most 100.
    pub assignees: Vec<String>,
    /// Labels, at most 100.
    pub labels: Vec<String>,
    /// The work item that it is part of.
    pub parent: Option<String>,
    /// The estimate, in the source's own unit.
    pub estimate: Option<f64>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was last closed.
    pub closed_at: Option<Instant>,
    /// A link for people.
    pub url: Option<String>,
    /// What is not modelled.
    pub extra: Extra,
}

/// One change of status.
///
/// For a pull request the statuses are `draft`, `ready`, `closed`, `open` and `merged`; for a work item they are the
/// source's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Unique in the connection.
    pub id: String,
    /// What `subject` is.
    pub subject_kind: SubjectKind,
    /// What changed.
    pub subject: String,
    /// The status before, where the source says.
    pub before: Option<String>,
    /// The status after.
    pub after: String,
    /// Who changed it.
    pub author: Option<String>,
    /// When.
    pub at: Instant,
    /// What is not modelled.
    pub extra: Extra,
}
