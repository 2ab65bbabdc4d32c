//! The records that connectors bring, after every field has been checked.
//!
//! To add a kind: describe it in `wit/records.wit`, give it a type in the module of its sort here, lower it in
//! `sandbox::lower`, and give it a table in `store`. The compiler leads from one to the next: all of them match on
//! [`Record`] without a wildcard.

mod code;
mod delivery;
mod people;
mod work;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use code::{
    ChangeKind, Comment, CommentKind, Commit, FileChange, PullRequest, PullRequestState, Repository, Review,
    ReviewState, Signature, SubjectKind,
};
pub use delivery::{Deployment, Outcome, Workflow, WorkflowRun};
pub use people::{AccountKind, Membership, Person, Team};
pub use work::{Transition, WorkItem, WorkItemKind, WorkItemState};

/// What is not modelled yet.
pub type Extra = Vec<(String, String)>;

/// One record.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the type of its name")]
pub enum Record {
    Person(Person),
    Team(Team),
    Membership(Membership),
    Repository(Repository),
    Commit(Commit),
    PullRequest(PullRequest),
    Review(Review),
    Comment(Comment),
    WorkItem(WorkItem),
    Transition(Transition),
    Deployment(Deployment),
    Workflow(Workflow),
    WorkflowRun(WorkflowRun),
    Tombstone(Tombstone),
}

impl Record {
    /// Its kind; of a tombstone, the kind of what was deleted.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Person(_) => RecordKind::Person,
            Self::Team(_) => RecordKind::Team,
            Self::Membership(_) => RecordKind::Membership,
            Self::Repository(_) => RecordKind::Repository,
            Self::Commit(_) => RecordKind::Commit,
            Self::PullRequest(_) => RecordKind::PullRequest,
            Self::Review(_) => RecordKind::Review,
            Self::Comment(_) => RecordKind::Comment,
            Self::WorkItem(_) => RecordKind::WorkItem,
            Self::Transition(_) => RecordKind::Transition,
            Self::Deployment(_) => RecordKind::Deployment,
            Self::Workflow(_) => RecordKind::Workflow,
            Self::WorkflowRun(_) => RecordKind::WorkflowRun,
            Self::Tombstone(tombstone) => tombstone.kind,
        }
    }
}

/// The source has deleted this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tombstone {
    /// What it was.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
}

macro_rules! kinds {
    ($($variant:ident = $name:literal, $stored:literal;)*) => {
        /// The kinds of record of the interface, whether or not this host stores them yet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "each variant is the record of its name in `wit/records.wit`")]
        pub enum RecordKind {
            $($variant,)*
        }

        impl RecordKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in WIT and in manifests.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether this host has a table for it. A manifest that declares another kind is refused at install.
            #[must_use]
            pub const fn is_stored(self) -> bool {
                match self {
                    $(Self::$variant => $stored,)*
                }
            }
        }
    };
}

kinds! {
    Person = "person", true;
    Team = "team", true;
    Membership = "membership", true;
    Repository = "repository", true;
    Commit = "commit", true;
    PullRequest = "pull-request", true;
    Review = "review", true;
    Comment = "comment", true;
    WorkItem = "work-item", true;
    Transition = "transition", true;
    Deployment = "deployment", true;
    Service = "service", false;
    Incident = "incident", false;
    IncidentEvent = "incident-event", false;
    OnCallShift = "on-call-shift", false;
    Workflow = "workflow", true;
    WorkflowRun = "workflow-run", true;
    ConfigSnapshot = "config-snapshot", false;
    Scan = "scan", false;
    Finding = "finding", false;
    FindingChange = "finding-change", false;
    Asset = "asset", false;
    TelemetrySample = "telemetry-sample", false;
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No kind has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of record")]
pub struct KindError(String);

impl FromStr for RecordKind {
    type Err = KindError;

    fn from_str(name: &str) -> Result<Self, KindError> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| KindError(name.to_owned()))
    }
}

/// A closed set of words, spelled in WIT, in the database and in JSON alike.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "each variant is the case of its name in `wit/records.wit`")]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            /// The word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    )*};
}
pub(crate) use words;
