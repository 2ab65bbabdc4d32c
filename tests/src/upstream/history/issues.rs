//! The course of an issue: opened, talked about, closed, and some opened again.

use super::super::organisation::{Comment, Event, Issue, Repository};
use super::super::rhythm::{At, attended};
use super::World;
use super::pulls::title;

const LABELS: [&str; 6] = ["bug", "bug", "enhancement", "enhancement", "chore", "documentation"];

pub(super) fn open(repository: &mut Repository, at: At, world: &mut World<'_>) {
    if !world.has_come(at) {
        return;
    }
    let team = repository.team;
    let author = world.colleague(team, usize::MAX);
    let mut issue = Issue {
        number: repository.issues.len() as u32 * 2 + 1,
        title: title(world.random),
        author: (!world.random.chance(0.01)).then_some(author),
        assignee: world.random.chance(0.7).then(|| world.colleague(team, usize::MAX)),
        label: LABELS[world.random.below(LABELS.len())],
        created_at: at,
        updated_at: at,
        closed_at: None,
        is_planned: !world.random.chance(0.1),
    };
    for _ in 0..world.random.count(1.3) {
        let wait = world.random.hours(20.0, 1.2);
        let at = attended(at + wait, world.random);
        if world.has_come(at) {
            let author = Some(world.colleague(team, usize::MAX));
            let id = world.id();
            repository.comments.push(Comment { id, number: issue.number, is_of_pull: false, author, at });
            issue.updated_at = issue.updated_at.max(at);
        }
    }
    work_off(&mut issue, repository, world);
    repository.issues.push(issue);
}

/// Close it, and now and then open it again and close it once more.
fn work_off(issue: &mut Issue, repository: &mut Repository, world: &mut World<'_>) {
    let mut from = issue.created_at;
    let names: &[&str] = if world.random.chance(0.06) { &["closed", "reopened", "closed"] } else { &["closed"] };
    for name in names {
        let wait = world.random.hours(if *name == "closed" { 4.5 * 24.0 } else { 30.0 }, 1.1);
        let at = attended(from + wait, world.random);
        if !world.has_come(at) {
            return;
        }
        let actor = issue.assignee.or(issue.author);
        let id = world.id();
        repository.events.push(Event { id, name, actor, at, number: issue.number });
        issue.closed_at = (*name == "closed").then_some(at);
        issue.updated_at = issue.updated_at.max(at);
        from = at;
    }
}
