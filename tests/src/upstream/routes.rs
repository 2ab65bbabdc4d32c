//! Which list or thing a path names. The paths, parameters and orders are those of GitHub's documentation; what the
//! connector does not ask for is not here.

use serde_json::{Value, json};

use super::organisation::{CHECKS, DEPLOY, Issue, Organisation, Person, Pull, Repository};
use super::rhythm::At;
use super::shapes;

/// What is found.
pub(crate) enum Found<'a> {
    /// One thing.
    One(Value),
    /// A list: how long it is, and how an item of it is written. It is written only where it is on the page.
    List {
        length: usize,
        item: Box<dyn Fn(usize) -> Value + 'a>,
        /// The key that the list is below, beside `total_count`; none for a bare array.
        below: Option<&'static str>,
        /// The path that the links of its pages name: GitHub's links go by numbers.
        canonical: String,
    },
}

/// The parameters of a query.
#[derive(Debug, Default)]
pub(crate) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        Self(text.split('&').filter_map(|parameter| parameter.split_once('=')).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// From 1.
    pub(crate) fn number(&self, name: &str, default: usize) -> usize {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(default).max(1)
    }

    fn since(&self) -> At {
        let since = self.get("since").and_then(|text| text.parse::<jiff::Timestamp>().ok());
        since.map_or(At::MIN, jiff::Timestamp::as_second)
    }

    fn ascends(&self, by_default: bool) -> bool {
        self.get("direction").map_or(by_default, |direction| direction == "asc")
    }

    /// Whether a thing of this openness is asked for; open ones are unless it is said otherwise.
    fn wants(&self, is_open: bool) -> bool {
        match self.get("state").unwrap_or("open") {
            "all" => true,
            state => (state == "open") == is_open,
        }
    }
}

fn list<'a, T: 'a>(items: Vec<T>, write: impl Fn(&T) -> Value + 'a, canonical: String) -> Found<'a> {
    Found::List { length: items.len(), item: Box::new(move |index| write(&items[index])), below: None, canonical }
}

/// Things in the order of an instant.
fn ordered<'a, T>(items: impl Iterator<Item = &'a T>, at: impl Fn(&T) -> At, ascending: bool) -> Vec<&'a T> {
    let mut items: Vec<&T> = items.collect();
    items.sort_by_key(|item| at(item));
    if !ascending {
        items.reverse();
    }
    items
}

/// What a path and query name; none is a 404.
pub(crate) fn find<'a>(organisation: &'a Organisation, path: &str, query: &Query<'_>) -> Option<Found<'a>> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let login = organisation.login;
    let number = shapes::ORGANISATION_ID.to_string();
    match *parts.as_slice() {
        ["orgs", owner, ref rest @ ..] if owner == login => of_organisation(organisation, rest),
        ["organizations", id, ref rest @ ..] if id == number => of_organisation(organisation, rest),
        ["users", name] => {
            let person = organisation.people.iter().find(|person| person.login == name)?;
            Some(Found::One(shapes::profile(person)))
        }
        ["repos", owner, name, ref rest @ ..] if owner == login => {
            let repository = organisation.repositories.iter().find(|repository| repository.name == name)?;
            of_repository(organisation, repository, rest, query)
        }
        ["repositories", id, ref rest @ ..] => {
            let repository = organisation.repositories.iter().find(|repository| repository.id.to_string() == id)?;
            of_repository(organisation, repository, rest, query)
        }
        _ => None,
    }
}

fn of_organisation<'a>(organisation: &'a Organisation, rest: &[&str]) -> Option<Found<'a>> {
    let canonical = format!("/organizations/{}/{}", shapes::ORGANISATION_ID, rest.join("/"));
    let people = |fits: &dyn Fn(&Person) -> bool| {
        let people: Vec<&Person> = organisation.people.iter().filter(|person| !person.is_bot && fits(person)).collect();
        list(people, |person| shapes::user(person), canonical.clone())
    };
    Some(match *rest {
        [] => Found::One(shapes::organisation(organisation)),
        ["repos"] => {
            let repositories = organisation.repositories.iter().collect();
            list(repositories, |repository: &&Repository| shapes::repository(organisation, repository), canonical)
        }
        ["members"] => people(&|_| true),
        ["teams"] => list(organisation.teams.iter().collect(), |team| shapes::team(organisation, team), canonical),
        ["teams", slug, "members"] => {
            let team = organisation.teams.iter().position(|team| team.slug == slug)?;
            people(&|person| person.team == Some(team))
        }
        _ => return None,
    })
}

fn of_repository<'a>(
    organisation: &'a Organisation,
    repository: &'a Repository,
    rest: &[&str],
    query: &Query<'_>,
) -> Option<Found<'a>> {
    let canonical = format!("/repositories/{}/{}", repository.id, rest.join("/"));
    let since = query.since();
    Some(match *rest {
        [] => Found::One(shapes::repository(organisation, repository)),
        ["contributors"] => contributors(organisation, repository, canonical),
        ["commits"] => {
            let commits: Vec<usize> = (0..repository.commits.len()).rev().collect();
            let due = commits.into_iter().filter(|index| repository.commits[*index].committed_at >= since).collect();
            let write = |index: &usize| {
                let parent = index.checked_sub(1).map(|before| repository.commits[before].sha.as_str());
                shapes::commit(organisation, repository, &repository.commits[*index], parent)
            };
            list(due, write, canonical)
        }
        ["pulls"] => {
            let pulls = repository.pulls.iter().filter(|pull| query.wants(pull.closed_at.is_none()));
            let by_update = query.get("sort") == Some("updated");
            let at = |pull: &Pull| if by_update { pull.updated_at } else { pull.created_at };
            let pulls = ordered(pulls, at, query.ascends(false));
            list(pulls, |pull| shapes::pull(organisation, repository, pull), canonical)
        }
        ["pulls", "comments"] => {
            let comments = repository.line_comments.iter().filter(|comment| comment.at >= since);
            let comments = ordered(comments, |comment| comment.at, query.ascends(true));
            list(comments, |comment| shapes::line_comment(organisation, repository, comment), canonical)
        }
        ["pulls", number, ref rest @ ..] => of_pull(organisation, repository, number, rest, canonical)?,
        ["issues"] => issues(organisation, repository, query, canonical),
        ["issues", "comments"] => {
            let comments = repository.comments.iter().filter(|comment| comment.at >= since);
            let comments = ordered(comments, |comment| comment.at, query.ascends(true));
            list(comments, |comment| shapes::comment(organisation, repository, comment), canonical)
        }
        ["issues", "events"] => {
            let events = repository.events.iter().rev().collect();
            list(events, |event| shapes::event(organisation, repository, event), canonical)
        }
        ["deployments"] => {
            let deployments = repository.deployments.iter().rev().collect();
            list(deployments, |deployment| shapes::deployment(organisation, repository, deployment), canonical)
        }
        ["deployments", id, "statuses"] => {
            let deployment = repository.deployments.iter().find(|deployment| deployment.id.to_string() == id)?;
            let newest_first = (0..deployment.statuses.len()).rev().collect();
            let write = |index: &usize| shapes::deployment_status(organisation, repository, deployment, *index);
            list(newest_first, write, canonical)
        }
        ["actions", "workflows"] => {
            let workflows = if repository.is_deployed { vec![&CHECKS, &DEPLOY] } else { vec![&CHECKS] };
            let found = list(workflows, |workflow| shapes::workflow(organisation, repository, workflow), canonical);
            found.below("workflows")
        }
        ["actions", "runs"] => {
            let runs = repository.runs.iter().rev().collect();
            list(runs, |run| shapes::run(organisation, repository, run), canonical).below("workflow_runs")
        }
        _ => return None,
    })
}

fn of_pull<'a>(
    organisation: &'a Organisation,
    repository: &'a Repository,
    number: &str,
    rest: &[&str],
    canonical: String,
) -> Option<Found<'a>> {
    let number: u32 = number.parse().ok()?;
    let index = repository.pulls.binary_search_by_key(&number, |pull| pull.number).ok()?;
    let pull = &repository.pulls[index];
    Some(match *rest {
        [] => Found::One(shapes::pull_details(organisation, repository, pull)),
        ["reviews"] => {
            let reviews = pull.reviews.iter().collect();
            list(reviews, |review| shapes::review(organisation, repository, pull, review), canonical)
        }
        ["commits"] => {
            let commits = (0..pull.commits.len()).collect();
            list(commits, |index| shapes::pull_commit(organisation, repository, pull, *index), canonical)
        }
        _ => return None,
    })
}

/// An entry of the list of issues.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Issue(&'a Issue),
    Pull(&'a Pull),
}

/// GitHub's list of issues has the pull requests in it.
fn issues<'a>(
    organisation: &'a Organisation,
    repository: &'a Repository,
    query: &Query<'_>,
    canonical: String,
) -> Found<'a> {
    let due = |open: bool, updated_at: At| query.wants(open) && updated_at >= query.since();
    let pulls = repository.pulls.iter().filter(|pull| due(pull.closed_at.is_none(), pull.updated_at));
    let issues = repository.issues.iter().filter(|issue| due(issue.closed_at.is_none(), issue.updated_at));
    let by_update = query.get("sort") == Some("updated");
    let at = |created: At, updated: At| if by_update { updated } else { created };
    let pulls = pulls.map(|pull| (at(pull.created_at, pull.updated_at), Entry::Pull(pull)));
    let issues = issues.map(|issue| (at(issue.created_at, issue.updated_at), Entry::Issue(issue)));
    let mut all: Vec<(At, Entry<'_>)> = pulls.chain(issues).collect();
    all.sort_by_key(|(at, _)| *at);
    if !query.ascends(false) {
        all.reverse();
    }
    let write = move |entry: &(At, Entry<'_>)| match entry.1 {
        Entry::Issue(issue) => shapes::issue(organisation, repository, issue),
        Entry::Pull(pull) => shapes::issue_of_pull(organisation, repository, pull),
    };
    list(all, write, canonical)
}

fn contributors<'a>(organisation: &'a Organisation, repository: &'a Repository, canonical: String) -> Found<'a> {
    let mut counts = vec![0; organisation.people.len()];
    repository.commits.iter().filter_map(|commit| commit.author).for_each(|person| counts[person] += 1);
    let mut ranked: Vec<(usize, usize)> = counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    list(ranked, |(person, count)| shapes::contributor(&organisation.people[*person], *count), canonical)
}

impl Found<'_> {
    fn below(mut self, key: &'static str) -> Self {
        if let Self::List { below, .. } = &mut self {
            *below = Some(key);
        }
        self
    }

    /// The body of a page of a list: the items from one index to another.
    pub(crate) fn body(&self, from: usize, to: usize) -> Value {
        match self {
            Self::One(value) => value.clone(),
            Self::List { length, item, below, .. } => {
                let items: Vec<Value> = (from..to).map(item).collect();
                match below {
                    Some(key) => json!({ "total_count": length, *key: items }),
                    None => Value::Array(items),
                }
            }
        }
    }
}
