//! The streams: three of the owner, seven of each repository, so that one that fails does not hold up the others.

use serde::Deserialize;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Failure, Stream};

use crate::repository::Repository;
use crate::{Settings, repositories};

/// The sorts of stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Kind {
    Repositories,
    People,
    Teams,
    Commits,
    PullRequests,
    Comments,
    Events,
    Issues,
    Deployments,
    WorkflowRuns,
}

const OF_OWNER: [Kind; 3] = [Kind::Repositories, Kind::People, Kind::Teams];
const OF_REPOSITORY: [Kind; 7] = [
    Kind::Commits,
    Kind::PullRequests,
    Kind::Comments,
    Kind::Events,
    Kind::Issues,
    Kind::Deployments,
    Kind::WorkflowRuns,
];

impl Kind {
    /// Its word in names and settings.
    fn word(self) -> &'static str {
        match self {
            Self::Repositories => "repositories",
            Self::People => "people",
            Self::Teams => "teams",
            Self::Commits => "commits",
            Self::PullRequests => "pull-requests",
            Self::Comments => "comments",
            Self::Events => "events",
            Self::Issues => "issues",
            Self::Deployments => "deployments",
            Self::WorkflowRuns => "workflow-runs",
        }
    }

    fn records(self) -> &'static [RecordKind] {
        match self {
            Self::Repositories => &[RecordKind::Repository],
            Self::People => &[RecordKind::Person],
            Self::Teams => &[RecordKind::Team, RecordKind::Membership],
            Self::Commits => &[RecordKind::Commit],
            Self::PullRequests => &[RecordKind::PullRequest, RecordKind::Review],
            Self::Comments => &[RecordKind::Comment],
            Self::Events => &[RecordKind::Transition],
            Self::Issues => &[RecordKind::WorkItem],
            Self::Deployments => &[RecordKind::Deployment],
            Self::WorkflowRuns => &[RecordKind::Workflow, RecordKind::WorkflowRun],
        }
    }
}

/// The name of a stream, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    pub(crate) repository: Option<Repository>,
}

impl Name {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let (word, repository) = match text.split_once(':') {
            Some((word, rest)) => (word, Some(Repository::parse(rest).ok_or_else(|| unknown(text))?)),
            None => (text, None),
        };
        let kinds: &[Kind] = if repository.is_some() { &OF_REPOSITORY } else { &OF_OWNER };
        let kind = kinds.iter().copied().find(|kind| kind.word() == word).ok_or_else(|| unknown(text))?;
        Ok(Self { kind, repository })
    }
}

/// A name that no stream of these settings has.
pub(crate) fn unknown(name: &str) -> Failure {
    Failure::not_found(format!("there is no stream {name:?}"))
}

/// The streams that the settings give. Where they name no repositories, the owner is asked for them.
pub(crate) fn list(settings: &Settings) -> Result<Vec<Stream>, Failure> {
    let wanted = |kinds: &[Kind]| kinds.iter().copied().filter(|kind| settings.wants(*kind)).collect::<Vec<_>>();
    let of_owner = wanted(&OF_OWNER).into_iter().map(|kind| Stream::sweep(kind.word(), kind.records()));
    let mut streams: Vec<_> = of_owner.collect();
    let of_repository = wanted(&OF_REPOSITORY);
    if of_repository.is_empty() {
        return Ok(streams);
    }
    for repository in repositories::names(settings)? {
        streams.extend(
            of_repository
                .iter()
                .map(|kind| Stream::incremental(format!("{}:{repository}", kind.word()), kind.records())),
        );
    }
    Ok(streams)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_the_owner_or_of_a_repository_but_never_the_other_way() {
        let name = Name::parse("issues:acme/shop").expect("a name");
        assert_eq!(name, Name { kind: Kind::Issues, repository: Some(Repository::new("acme", "shop")) });
        for odd in ["issues", "people:acme/shop", "issues:acme", "issues:acme/shop/x", "wikis:acme/shop", ""] {
            assert!(Name::parse(odd).is_err(), "{odd}");
        }
    }
}
