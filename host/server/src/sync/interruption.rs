//! Why a run ended before its streams did. What a connector or a source did wrong is a [`Failure`](domain::Failure) and
//! never stands here: these are ours, or our rules'.

use serde::Serialize;
use store::StoreError;

use crate::error::{CommandError, in_words};

/// What the run's record says where the host failed. The details are the operator's, and stand in the log.
const HOST_FAILED: &str =
    "the host could not go on; it tries again by itself, and its operator finds the cause in its log";

/// Why a run was broken off.
#[derive(Debug)]
pub(super) enum Interruption {
    /// Another package took the plugin's place: the next run, at once, is that one's.
    Replaced,
    /// The plugin's release is quarantined: the next run is due when it is released, or another one comes.
    Held(String),
    /// Somebody paused or removed the connection: nothing is wrong.
    Withdrawn(&'static str),
    /// Trust, a grant or a consent forbids it. Waiting does not help.
    Refused(String),
    /// The connection cannot be used as it is: its directory, or its credential. Waiting does not help.
    Unusable(String),
    /// Somebody else has the lease: nothing more is written.
    Lost(StoreError),
    /// Store, disk or engine. Waiting may help.
    Host(CommandError),
}

/// The same, for those who read of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interrupted {
    /// The sort.
    pub kind: InterruptionKind,
    /// One sentence.
    pub message: String,
}

/// The sorts of interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterruptionKind {
    /// Another package took the plugin's place.
    Replaced,
    /// The plugin's release is quarantined.
    Held,
    /// The connection was paused or removed.
    Withdrawn,
    /// Trust, a grant or a consent forbids it.
    Refused,
    /// The connection cannot be used as it is.
    Unusable,
    /// The host failed.
    Host,
}

impl Interruption {
    /// What the ending says of it.
    pub(super) fn told(&self) -> Interrupted {
        let (kind, message) = match self {
            Self::Replaced => (InterruptionKind::Replaced, "another version of the plugin takes its place".to_owned()),
            Self::Held(reason) => (InterruptionKind::Held, reason.clone()),
            Self::Withdrawn(what) => (InterruptionKind::Withdrawn, (*what).to_owned()),
            Self::Refused(reason) => (InterruptionKind::Refused, reason.clone()),
            Self::Unusable(reason) => (InterruptionKind::Unusable, reason.clone()),
            Self::Host(_) | Self::Lost(_) => (InterruptionKind::Host, HOST_FAILED.to_owned()),
        };
        Interrupted { kind, message }
    }
}

impl From<CommandError> for Interruption {
    fn from(error: CommandError) -> Self {
        if error.is_refusal() { Self::Refused(in_words(&error)) } else { Self::Host(error) }
    }
}

impl From<StoreError> for Interruption {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::StaleFence { .. } => Self::Lost(error),
            error => Self::Host(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_in_the_host_is_not_shown_to_its_tenants() {
        let error = CommandError::failed("cannot read `/var/lib/weighbridge/packages/x.wasm`");
        let told = Interruption::from(error).told();
        assert_eq!(told.kind, InterruptionKind::Host);
        assert!(!told.message.contains("/var/lib"), "{}", told.message);
    }

    #[test]
    fn refusals_and_failures_of_the_host_are_told_apart() {
        assert!(matches!(Interruption::from(CommandError::refused("revoked")), Interruption::Refused(_)));
        assert!(matches!(Interruption::from(CommandError::failed("disk full")), Interruption::Host(_)));
        let fence = StoreError::StaleFence { connection: domain::ConnectionId::generate(), held: 1, current: 2 };
        assert!(matches!(Interruption::from(fence), Interruption::Lost(_)));
    }
}
