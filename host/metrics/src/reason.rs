//! Why a value is unknown. The texts are stored in buckets and shown by the API: they never change.

use std::fmt;

use domain::fact::Undeployed;

/// A measured value, in the metric's unit, or why there is none.
pub type Measure = Result<f64, Reason>;

/// Why a value is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing was observed: whether that means zero or that nobody looked cannot be told.
    NoData,
    /// The source does not say.
    NotGiven,
    /// The end lies before the start: a clock that is off, or a rebase.
    Negative,
    /// It is not known whose account acted, hence not whether it is a person's.
    AuthorUnknown,
    /// The pull request that was reviewed has not arrived, or nobody knows who opened it.
    PullRequestUnknown,
    /// The source does not list the commits.
    FirstCommitUnknown,
    /// No other person reviewed it.
    NotReviewed,
    /// Another person reviewed it, but only once it was merged.
    ReviewedAfterMerge,
    /// No other person approved it.
    NotApproved,
    /// No production deployment contains it, as yet.
    NotDeployed,
    /// The source does not say as which commit it was merged.
    MergeCommitUnknown,
    /// A deployment may contain it, but rests on commits that have not been read.
    CommitsUnknown,
    /// A deployment contains it of which the source does not say whether it went to production.
    ProductionUnknown,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::NoData,
        Self::NotGiven,
        Self::Negative,
        Self::AuthorUnknown,
        Self::PullRequestUnknown,
        Self::FirstCommitUnknown,
        Self::NotReviewed,
        Self::ReviewedAfterMerge,
        Self::NotApproved,
        Self::NotDeployed,
        Self::MergeCommitUnknown,
        Self::CommitsUnknown,
        Self::ProductionUnknown,
    ];

    /// Its name in buckets and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoData => "no-data",
            Self::NotGiven => "not-given",
            Self::Negative => "negative",
            Self::AuthorUnknown => "author-unknown",
            Self::PullRequestUnknown => "pull-request-unknown",
            Self::FirstCommitUnknown => "first-commit-unknown",
            Self::NotReviewed => "not-reviewed",
            Self::ReviewedAfterMerge => "reviewed-after-merge",
            Self::NotApproved => "not-approved",
            Self::NotDeployed => "not-deployed",
            Self::MergeCommitUnknown => "merge-commit-unknown",
            Self::CommitsUnknown => "commits-unknown",
            Self::ProductionUnknown => "production-unknown",
        }
    }
}

impl From<Undeployed> for Reason {
    fn from(undeployed: Undeployed) -> Self {
        match undeployed {
            Undeployed::NotDeployed => Self::NotDeployed,
            Undeployed::MergeCommitUnknown => Self::MergeCommitUnknown,
            Undeployed::CommitsUnknown => Self::CommitsUnknown,
            Undeployed::ProductionUnknown => Self::ProductionUnknown,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
