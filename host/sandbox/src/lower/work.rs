//! Work items and changes of status.

use domain::record::{Transition, WorkItem, WorkItemKind, WorkItemState};

use super::check::Check;
use super::code::subject_kind;
use super::{Lower, Wrong, wit};

const LIST: usize = 100;

impl Lower for wit::WorkItem {
    type Into = WorkItem;

    fn lower(self, check: &mut Check) -> Result<WorkItem, Wrong> {
        let Self {
            id,
            project,
            key,
            title,
            kind,
            state,
            status,
            author,
            assignees,
            labels,
            parent,
            estimate,
            created_at,
            updated_at,
            closed_at,
            url,
            extra,
        } = self;
        Ok(WorkItem {
            id: check.id("id", id)?,
            project: check.optional("project", project, Check::id)?,
            key: check.text("key", key)?,
            title: check.text("title", title)?,
            kind: kind.map(|kind| match kind {
                wit::WorkItemKind::Feature => WorkItemKind::Feature,
                wit::WorkItemKind::Defect => WorkItemKind::Defect,
                wit::WorkItemKind::Chore => WorkItemKind::Chore,
                wit::WorkItemKind::Debt => WorkItemKind::Debt,
            }),
            state: match state {
                wit::WorkItemState::Open => WorkItemState::Open,
                wit::WorkItemState::InProgress => WorkItemState::InProgress,
                wit::WorkItemState::Done => WorkItemState::Done,
                wit::WorkItemState::Dropped => WorkItemState::Dropped,
            },
            status: check.optional("status", status, Check::text)?,
            author: check.optional("author", author, Check::id)?,
            assignees: check.each("assignees", assignees, LIST, Check::id)?,
            labels: check.each("labels", labels, LIST, Check::text)?,
            parent: check.optional("parent", parent, Check::id)?,
            estimate: Check::number("estimate", estimate)?,
            created_at: check.instant("created-at", created_at)?,
            updated_at: check.instant("updated-at", updated_at)?,
            closed_at: check.optional("closed-at", closed_at, Check::instant)?,
            url: check.link("url", url)?,
            extra: check.extra(extra)?,
        })
    }
}

impl Lower for wit::Transition {
    type Into = Transition;

    fn lower(self, check: &mut Check) -> Result<Transition, Wrong> {
        let Self { id, subject_kind: kind, subject, before, after, author, at, extra } = self;
        Ok(Transition {
            id: check.id("id", id)?,
            subject_kind: subject_kind(kind),
            subject: check.id("subject", subject)?,
            before: check.optional("before", before, Check::text)?,
            after: check.text("after", after)?,
            author: check.optional("author", author, Check::id)?,
            at: check.instant("at", at)?,
            extra: check.extra(extra)?,
        })
    }
}
