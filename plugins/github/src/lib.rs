//! The GitHub connector: one organisation or user, read through api.github.com.
//!
//! Every stream is a module of its own name with one function `pull`, and reads one of three kinds of list:
//! - a `sweep` lists everything each time (repositories, people, teams);
//! - an `ascent` asks for what changed since an instant, oldest first (issues, comments);
//! - a `descent` walks from the newest back to where the last walk began (the lists that have no `since`).
//!
//! All three keep their whole position in the cursor, so any page can be asked for again. To add a stream: a variant of
//! [`stream::Kind`] and the module that the compiler then asks for, a fixture, and its word in `plugin.toml`.
//!
//! Ids: a repository is `owner/name` in lower case, what has a number in it `owner/name#7`, and an account is GitHub's own
//! number of it, since logins change.

mod account;
mod api;
mod ascent;
mod comments;
mod commits;
mod deployments;
mod descent;
mod events;
mod issues;
mod people;
mod pull_requests;
mod repositories;
mod repository;
mod reviews;
mod settings;
mod stream;
mod sweep;
mod teams;
mod workflow_runs;

use weighbridge_sdk::{Call, Connector, Failure, Page, Stream};

pub use settings::Settings;
pub use stream::Kind;

use stream::Name;

/// The connector.
#[derive(Debug)]
pub struct GitHub;

impl Connector for GitHub {
    type Settings = Settings;

    fn check(settings: &Settings) -> Result<(), Failure> {
        settings.check()
    }

    fn streams(settings: &Settings, _now: &str) -> Result<Vec<Stream>, Failure> {
        stream::list(settings)
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        let Name { kind, repository } = Name::parse(call.stream)?;
        let repository = || repository.as_ref().ok_or_else(|| stream::unknown(call.stream));
        match kind {
            Kind::Repositories => repositories::pull(call),
            Kind::People => people::pull(call),
            Kind::Teams => teams::pull(call),
            Kind::Commits => commits::pull(call, repository()?),
            Kind::PullRequests => pull_requests::pull(call, repository()?),
            Kind::Comments => comments::pull(call, repository()?),
            Kind::Events => events::pull(call, repository()?),
            Kind::Issues => issues::pull(call, repository()?),
            Kind::Deployments => deployments::pull(call, repository()?),
            Kind::WorkflowRuns => workflow_runs::pull(call, repository()?),
        }
    }
}

weighbridge_sdk::connector!(GitHub);

#[cfg(test)]
mod tests;
