//! What there is.

use jiff::Timestamp;

use super::history;
use super::random::Random;
use super::rhythm::{At, DAY};

/// Days of history.
pub(crate) const DAYS: i64 = 180;

/// A generated organisation.
#[derive(Debug)]
pub struct Organisation {
    pub(crate) login: &'static str,
    pub(crate) people: Vec<Person>,
    pub(crate) teams: Vec<Team>,
    pub(crate) repositories: Vec<Repository>,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) is_bot: bool,
    /// An index into the teams; a bot is in none.
    pub(crate) team: Option<usize>,
    /// Pull requests of a working day.
    pub(crate) pace: f64,
}

#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) slug: &'static str,
}

#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) team: usize,
    /// Whether what is merged goes to production.
    pub(crate) is_deployed: bool,
    pub(crate) created_at: At,
    pub(crate) commits: Vec<Commit>,
    pub(crate) pulls: Vec<Pull>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) events: Vec<Event>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) line_comments: Vec<Comment>,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) runs: Vec<Run>,
}

/// Whoever did it: an index into the people. None is an account that is gone.
pub(crate) type Who = Option<usize>;

#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) author: Who,
    pub(crate) title: String,
    /// The pull request that it was merged by.
    pub(crate) number: u32,
    pub(crate) authored_at: At,
    pub(crate) committed_at: At,
}

#[derive(Debug)]
pub(crate) struct Pull {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) author: Who,
    pub(crate) branch: String,
    pub(crate) head: String,
    pub(crate) created_at: At,
    pub(crate) updated_at: At,
    pub(crate) closed_at: Option<At>,
    pub(crate) merged: Option<Merge>,
    pub(crate) is_draft: bool,
    pub(crate) label: Option<&'static str>,
    pub(crate) additions: u32,
    pub(crate) deletions: u32,
    pub(crate) changed_files: u32,
    /// When each commit was written, in order.
    pub(crate) commits: Vec<At>,
    pub(crate) reviews: Vec<Review>,
}

#[derive(Debug)]
pub(crate) struct Merge {
    pub(crate) by: usize,
    pub(crate) at: At,
    pub(crate) sha: String,
}

#[derive(Debug)]
pub(crate) struct Review {
    pub(crate) id: u64,
    pub(crate) author: usize,
    pub(crate) state: &'static str,
    pub(crate) at: At,
}

#[derive(Debug)]
pub(crate) struct Issue {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) author: Who,
    pub(crate) assignee: Option<usize>,
    pub(crate) label: &'static str,
    pub(crate) created_at: At,
    pub(crate) updated_at: At,
    pub(crate) closed_at: Option<At>,
    pub(crate) is_planned: bool,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) actor: Who,
    pub(crate) at: At,
    pub(crate) number: u32,
}

#[derive(Debug)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) number: u32,
    pub(crate) is_of_pull: bool,
    pub(crate) author: Who,
    pub(crate) at: At,
}

#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    pub(crate) sha: String,
    pub(crate) by: usize,
    pub(crate) created_at: At,
    /// States and when each began, in order.
    pub(crate) statuses: Vec<(&'static str, At)>,
}

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) workflow: &'static Workflow,
    pub(crate) sha: String,
    pub(crate) branch: String,
    pub(crate) event: &'static str,
    pub(crate) actor: Who,
    pub(crate) created_at: At,
    /// When it ended and how; none: it runs.
    pub(crate) end: Option<(At, &'static str)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Workflow {
    /// Within its repository; see [`Repository::workflow_id`].
    pub(crate) index: u64,
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
}

pub(crate) static CHECKS: Workflow = Workflow { index: 0, name: "checks", path: ".github/workflows/checks.yml" };
pub(crate) static DEPLOY: Workflow = Workflow { index: 1, name: "deploy", path: ".github/workflows/deploy.yml" };

impl Repository {
    pub(crate) fn workflow_id(&self, workflow: &Workflow) -> u64 {
        self.id * 10 + workflow.index
    }
}

const TEAMS: [(&str, &str); 3] = [("Checkout", "checkout"), ("Logistics", "logistics"), ("Platform", "platform")];
/// Name, team, and whether it is deployed.
const REPOSITORIES: [(&str, usize, bool); 6] = [
    ("shop", 0, true),
    ("payments", 0, true),
    ("warehouse", 1, true),
    ("routing", 1, true),
    ("platform", 2, true),
    ("design-system", 2, false),
];
const GIVEN: [&str; 38] = [
    "Ada", "Bela", "Chloe", "Dario", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Liam", "Mira",
    "Nils", "Olga", "Piet", "Quinn", "Rosa", "Samir", "Tove", "Uma", "Viktor", "Wanda", "Xenia", "Yusuf", "Zoe",
    "Anton", "Berit", "Carlo", "Dina", "Emil", "Fenja", "Goran", "Hanna", "Ivo", "Jana", "Kofi", "Lena",
];
const FAMILY: [&str; 7] = ["Adler", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Gomez"];
/// The bot that keeps dependencies fresh.
pub(crate) const FRESHENER: usize = GIVEN.len();
/// The bot that deploys.
pub(crate) const DEPLOYER: usize = GIVEN.len() + 1;

impl Organisation {
    /// The organisation as it stands at `now`, after 180 days. The same instant and seed give the same one.
    #[must_use]
    pub fn generate(now: Timestamp, seed: u64) -> Self {
        let now = now.as_second();
        let mut random = Random::new(seed);
        let mut organisation =
            Self { login: "acme", people: people(&mut random), teams: teams(), repositories: repositories(now) };
        history::live(&mut organisation, now, &mut random);
        organisation
    }
}

fn people(random: &mut Random) -> Vec<Person> {
    let human = |(index, given): (usize, &&str)| {
        let family = FAMILY[index % FAMILY.len()];
        Person {
            id: 4_100_000 + index as u64 * 7_919,
            login: format!("{}-{}", given.to_lowercase(), family.to_lowercase()),
            name: format!("{given} {family}"),
            is_bot: false,
            team: Some(index % TEAMS.len()),
            pace: random.log_normal(0.38, 0.45).min(1.2),
        }
    };
    let mut people: Vec<Person> = GIVEN.iter().enumerate().map(human).collect();
    for (id, login) in [(49_699_333, "dependabot[bot]"), (61_200_412, "acme-deploy[bot]")] {
        people.push(Person { id, login: login.into(), name: login.into(), is_bot: true, team: None, pace: 0.0 });
    }
    people
}

fn teams() -> Vec<Team> {
    let team = |(index, (name, slug))| Team { id: 880_100 + index as u64, name, slug };
    TEAMS.into_iter().enumerate().map(team).collect()
}

fn repositories(now: At) -> Vec<Repository> {
    let repository = |(index, (name, team, is_deployed))| Repository {
        id: 510_000_000 + index as u64 * 1_313,
        name,
        team,
        is_deployed,
        created_at: now - (900 - 70 * index as i64) * DAY,
        commits: Vec::new(),
        pulls: Vec::new(),
        issues: Vec::new(),
        events: Vec::new(),
        comments: Vec::new(),
        line_comments: Vec::new(),
        deployments: Vec::new(),
        runs: Vec::new(),
    };
    REPOSITORIES.into_iter().enumerate().map(repository).collect()
}
