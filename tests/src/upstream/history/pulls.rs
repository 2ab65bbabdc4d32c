//! The course of a pull request: written, opened, made ready, reviewed, reworked, merged, delivered.

use super::super::organisation::{Comment, Commit, Event, FRESHENER, Merge, Pull, Repository, Review, Who};
use super::super::random::Random;
use super::super::rhythm::{At, attended};
use super::{World, delivery};

const VERBS: [&str; 8] = ["Add", "Fix", "Rework", "Speed up", "Simplify", "Extend", "Guard", "Document"];
const THINGS: [&str; 14] = [
    "the basket",
    "the price list",
    "address lookup",
    "the label printer",
    "retries of the queue",
    "the nightly import",
    "sign-in",
    "stock levels",
    "the tax rules",
    "the search index",
    "parcel tracking",
    "the refund form",
    "cache invalidation",
    "the metrics endpoint",
];

pub(super) fn title(random: &mut Random) -> String {
    format!("{} {}", random.pick(&VERBS), random.pick(&THINGS))
}

/// One pull request, while it is being lived.
struct Course<'a, 'w> {
    pull: Pull,
    author: usize,
    who: Who,
    repository: &'a mut Repository,
    world: &'a mut World<'w>,
}

pub(super) fn open(repository: &mut Repository, author: usize, at: At, world: &mut World<'_>) {
    if !world.has_come(at) {
        return;
    }
    let is_bot = author == FRESHENER;
    let random = &mut *world.random;
    let title = if is_bot { format!("Bump {} to the next version", random.pick(&THINGS)) } else { title(random) };
    let written = if is_bot { vec![at] } else { writing(at, random) };
    // The account of a few has been deleted since.
    let who = (is_bot || !random.chance(0.004)).then_some(author);
    let size = if is_bot { 6.0 } else { 64.0 };
    let pull = Pull {
        number: repository.pulls.len() as u32 * 2,
        branch: title.to_lowercase().replace(' ', "-"),
        title,
        author: who,
        head: random.sha(),
        created_at: at,
        updated_at: at,
        closed_at: None,
        merged: None,
        is_draft: !is_bot && random.chance(0.3),
        label: if is_bot { Some("dependencies") } else { random.chance(0.2).then_some("bug") },
        additions: random.log_normal(size, 1.2) as u32 + 1,
        deletions: random.log_normal(size / 3.0, 1.3) as u32,
        changed_files: 1 + random.log_normal(2.6, 0.8) as u32,
        commits: written,
        reviews: Vec::new(),
    };
    let mut course = Course { pull, author, who, repository, world };
    course.live();
    let pull = course.pull;
    repository.pulls.push(pull);
}

/// When the commits before opening were written.
fn writing(opened: At, random: &mut Random) -> Vec<At> {
    let span = random.hours(5.0, 1.0);
    let count = 1 + random.count(1.8);
    let mut commits: Vec<At> = (1..count).map(|_| opened - (random.unit() * span as f64) as i64).collect();
    commits.push(opened - span);
    commits.sort_unstable();
    commits
}

impl Course<'_, '_> {
    fn live(&mut self) {
        let opened = self.pull.created_at;
        delivery::checks(self.repository, &self.pull, self.who, opened, self.world);
        let Some(ready) = self.ready() else { return };
        self.talk(ready);
        let Some(approved) = self.reviewed(ready) else { return };
        self.end(approved);
    }

    /// Note that something happened, unless that is yet to come.
    fn touch(&mut self, at: At) -> bool {
        let has_come = self.world.has_come(at);
        if has_come {
            self.pull.updated_at = self.pull.updated_at.max(at);
        }
        has_come
    }

    fn event(&mut self, name: &'static str, actor: Who, at: At) {
        let event = Event { id: self.world.id(), name, actor, at, number: self.pull.number };
        self.repository.events.push(event);
    }

    /// When it is ready for review.
    fn ready(&mut self) -> Option<At> {
        let opened = self.pull.created_at;
        if !self.pull.is_draft {
            return Some(opened);
        }
        let wait = self.world.random.hours(7.0, 1.0);
        let ready = attended(opened + wait, self.world.random);
        if !self.touch(ready) {
            return None;
        }
        self.pull.is_draft = false;
        self.event("ready_for_review", self.who, ready);
        Some(ready)
    }

    /// Comments in the conversation.
    fn talk(&mut self, ready: At) {
        for _ in 0..self.world.random.count(if self.author == FRESHENER { 0.1 } else { 1.1 }) {
            let wait = self.world.random.hours(5.0, 1.0);
            let at = attended(ready + wait, self.world.random);
            if self.touch(at) {
                let author = Some(self.world.colleague(self.repository.team, self.author));
                let id = self.world.id();
                self.repository.comments.push(Comment { id, number: self.pull.number, is_of_pull: true, author, at });
            }
        }
    }

    /// Rounds of review; when it was approved.
    fn reviewed(&mut self, ready: At) -> Option<At> {
        let reviewer = self.world.colleague(self.repository.team, self.author);
        let mut due = ready;
        for round in 0..6 {
            let wait = self.world.random.hours(if round == 0 { 3.2 } else { 1.6 }, 1.1);
            let at = attended(due + wait, self.world.random);
            let mood = self.world.random.unit() + 0.18 * f64::from(round);
            let state = match mood {
                mood if self.author == FRESHENER || mood > 0.42 => "APPROVED",
                mood if mood > 0.2 => "CHANGES_REQUESTED",
                _ => "COMMENTED",
            };
            if !self.touch(at) {
                return None;
            }
            self.review(reviewer, state, at);
            if state == "APPROVED" {
                return Some(at);
            }
            let rework = self.world.random.hours(3.0, 1.0);
            due = attended(at + rework, self.world.random);
            if self.touch(due) {
                self.pull.commits.push(due);
                delivery::checks(self.repository, &self.pull, self.who, due, self.world);
            }
        }
        Some(due)
    }

    fn review(&mut self, author: usize, state: &'static str, at: At) {
        let id = self.world.id();
        self.pull.reviews.push(Review { id, author, state, at });
        let lines = self.world.random.count(if state == "APPROVED" { 0.3 } else { 2.2 });
        for _ in 0..lines {
            let id = self.world.id();
            let comment = Comment { id, number: self.pull.number, is_of_pull: true, author: Some(author), at };
            self.repository.line_comments.push(comment);
        }
    }

    /// Merged, or given up by a few.
    fn end(&mut self, approved: At) {
        let wait = self.world.random.hours(1.1, 1.2);
        let at = attended(approved + wait, self.world.random);
        if !self.touch(at) {
            return;
        }
        self.pull.closed_at = Some(at);
        if self.world.random.chance(0.06) {
            return self.event("closed", self.who, at);
        }
        let by = if self.author == FRESHENER || self.who.is_none() {
            self.world.colleague(self.repository.team, self.author)
        } else {
            self.author
        };
        let sha = self.world.random.sha();
        self.event("merged", Some(by), at);
        self.event("closed", Some(by), at);
        let commit = Commit {
            sha: sha.clone(),
            author: self.who,
            title: self.pull.title.clone(),
            number: self.pull.number,
            authored_at: self.pull.commits.first().copied().unwrap_or(at),
            committed_at: at,
        };
        self.repository.commits.push(commit);
        delivery::deliver(self.repository, &sha, at, self.who, self.world);
        self.pull.merged = Some(Merge { by, at, sha });
    }
}
