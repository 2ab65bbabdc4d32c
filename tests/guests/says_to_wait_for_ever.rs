//! A060: Says that its source wants it to come back in a hundred years.
use weighbridge_guests::guest;
use weighbridge_sdk::{Failure, FailureKind};

guest!(pull: |_| Err(Failure {
    kind: FailureKind::RateLimited,
    message: "come back in a hundred years".into(),
    retry_after_seconds: Some(u32::MAX),
}));
