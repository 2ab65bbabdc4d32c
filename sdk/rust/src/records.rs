//! The records that a connector brings: the types of `wit/records.wit`, field by field.
//!
//! Write them as full literals: a field that is forgotten then does not compile, and `None` says "the source does not
//! know". `Record::from` wraps any of them.

pub use crate::bindings::weighbridge::connector::records::{
    AccountKind, Asset, AssetKind, ChangeKind, Channel, Comment, CommentKind, Commit, ConfigSnapshot, Deployment,
    FileChange, Finding, FindingChange, FindingState, Incident, IncidentEvent, IncidentEventKind, IncidentState,
    Membership, OnCallShift, Outcome, Person, PullRequest, PullRequestState, Record, RecordKind, Repository, Review,
    ReviewState, Scan, Service, Severity, Signature, SubjectKind, Team, TelemetrySample, Tombstone, Transition,
    WorkItem, WorkItemKind, WorkItemState, Workflow, WorkflowRun,
};

impl Signature {
    /// What a commit says of itself: a name and an address, no account.
    pub fn unmatched(name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { account: None, name: Some(name.into()), email: Some(email.into()) }
    }
}

macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        $(impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Self::$kind(record)
            }
        })+

        impl Record {
            /// Its kind; of a tombstone, the kind of what was deleted.
            #[must_use]
            pub const fn kind(&self) -> RecordKind {
                match self {
                    $(Self::$kind(_) => RecordKind::$kind,)+
                    Self::Tombstone(tombstone) => tombstone.kind,
                }
            }

            /// Its id, unique for its kind.
            #[must_use]
            pub fn id(&self) -> &str {
                match self {
                    $(Self::$kind(record) => &record.id,)+
                    Self::Tombstone(tombstone) => &tombstone.id,
                }
            }
        }
    };
}

kinds!(
    Person,
    Team,
    Membership,
    Repository,
    Commit,
    PullRequest,
    Review,
    Comment,
    WorkItem,
    Transition,
    Deployment,
    Service,
    Incident,
    IncidentEvent,
    OnCallShift,
    Workflow,
    WorkflowRun,
    ConfigSnapshot,
    Scan,
    Finding,
    FindingChange,
    Asset,
    TelemetrySample,
);

impl From<Tombstone> for Record {
    fn from(record: Tombstone) -> Self {
        Self::Tombstone(record)
    }
}
