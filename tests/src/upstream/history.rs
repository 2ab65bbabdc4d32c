//! The 180 days, lived day by day: people open pull requests and issues, and each of them runs its course.
//!
//! A course is written without regard to `now`; what would be later is cut off, so that there is always work in hand.

mod delivery;
mod issues;
mod pulls;

use super::organisation::{DAYS, Deployment, FRESHENER, Organisation, Repository};
use super::random::Random;
use super::rhythm::{At, DAY, is_working_day, working_hour};

/// What a course needs to know.
pub(crate) struct World<'a> {
    pub(crate) now: At,
    pub(crate) random: &'a mut Random,
    /// Humans by team.
    pub(crate) teams: &'a [Vec<usize>],
    next_id: u64,
}

impl World<'_> {
    /// An id that nothing else has. Ids grow from course to course, not with time.
    pub(crate) fn id(&mut self) -> u64 {
        self.next_id += 1 + self.random.below(40) as u64;
        self.next_id
    }

    pub(crate) fn has_come(&self, at: At) -> bool {
        at <= self.now
    }

    /// Somebody of that team, and now and then of another, but for one.
    pub(crate) fn colleague(&mut self, team: usize, but: usize) -> usize {
        let team = if self.random.chance(0.85) { team } else { self.random.below(self.teams.len()) };
        loop {
            let person = *self.random.pick(&self.teams[team]);
            if person != but {
                return person;
            }
        }
    }
}

pub(crate) fn live(organisation: &mut Organisation, now: At, random: &mut Random) {
    let Organisation { login: _, people, teams, repositories } = organisation;
    let members = |team| (0..people.len()).filter(|person| people[*person].team == Some(team)).collect();
    let teams: Vec<Vec<usize>> = (0..teams.len()).map(members).collect();
    let world = &mut World { now, random, teams: &teams, next_id: 2_100_000_000 };
    for day in (0..=DAYS).rev().map(|back| now - back * DAY) {
        let calm = if is_working_day(day) { 1.0 } else { 0.04 };
        for (person, pace) in people.iter().map(|person| person.pace * calm).enumerate() {
            let Some(team) = people[person].team else { continue };
            for _ in 0..world.random.count(pace) {
                let at = working_hour(day, world.random);
                let repository = of_team(repositories, team, world.random);
                pulls::open(repository, person, at, world);
            }
        }
        for repository in repositories.iter_mut() {
            for _ in 0..world.random.count(0.75 * calm) {
                let at = working_hour(day, world.random);
                issues::open(repository, at, world);
            }
            if world.random.chance(0.16) {
                let at = day.div_euclid(DAY) * DAY + 5 * 3600;
                pulls::open(repository, FRESHENER, at, world);
            }
        }
    }
    repositories.iter_mut().for_each(settle);
}

/// Mostly one of the team's own.
fn of_team<'a>(repositories: &'a mut [Repository], team: usize, random: &mut Random) -> &'a mut Repository {
    let own: Vec<usize> = (0..repositories.len()).filter(|index| repositories[*index].team == team).collect();
    let index = if random.chance(0.9) { *random.pick(&own) } else { random.below(repositories.len()) };
    &mut repositories[index]
}

/// Put everything in its order and give out the numbers, which pull requests and issues share.
fn settle(repository: &mut Repository) {
    // Until here a number is a place: that of a pull request is even, that of an issue odd.
    let pulls = repository.pulls.iter().map(|pull| (pull.created_at, pull.number));
    let mut order: Vec<(At, u32)> =
        pulls.chain(repository.issues.iter().map(|issue| (issue.created_at, issue.number))).collect();
    order.sort_unstable();
    let numbers: std::collections::HashMap<u32, u32> =
        order.iter().zip(1..).map(|((_, place), number)| (*place, number)).collect();
    let events = repository.events.iter_mut().map(|event| &mut event.number);
    let comments =
        repository.comments.iter_mut().chain(&mut repository.line_comments).map(|comment| &mut comment.number);
    let pulls = repository.pulls.iter_mut().map(|pull| &mut pull.number);
    let issues = repository.issues.iter_mut().map(|issue| &mut issue.number);
    let commits = repository.commits.iter_mut().map(|commit| &mut commit.number);
    for number in events.chain(comments).chain(pulls).chain(issues).chain(commits) {
        *number = numbers[number];
    }
    repository.pulls.sort_by_key(|pull| pull.number);
    repository.issues.sort_by_key(|issue| issue.number);
    repository.commits.sort_by_key(|commit| commit.committed_at);
    repository.events.sort_by_key(|event| (event.at, event.id));
    repository.deployments.sort_by_key(|deployment| deployment.created_at);
    repository.runs.sort_by_key(|run| run.created_at);
    retire(repository);
}

/// A deployment that succeeds makes the one before it inactive, as GitHub does by itself.
fn retire(repository: &mut Repository) {
    let succeeded =
        |deployment: &Deployment| deployment.statuses.last().filter(|(state, _)| *state == "success").copied();
    let mut live: Option<usize> = None;
    for index in 0..repository.deployments.len() {
        let Some((_, at)) = succeeded(&repository.deployments[index]) else { continue };
        if let Some(before) = live.replace(index) {
            repository.deployments[before].statuses.push(("inactive", at));
        }
    }
}
