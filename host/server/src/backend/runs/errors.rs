//! What went wrong in a run, line by line: the counterpart of [`Ending::error`](crate::sync::Ending::error), which writes
//! `KIND: MESSAGE` for the run as a whole and `STREAM: KIND: MESSAGE` for a stream.

use api::RunError;
use domain::FailureKind;

use crate::backend::word;

const KINDS: [FailureKind; 7] = [
    FailureKind::Settings,
    FailureKind::Unauthorized,
    FailureKind::Forbidden,
    FailureKind::NotFound,
    FailureKind::RateLimited,
    FailureKind::Upstream,
    FailureKind::InvalidData,
];

/// The errors in this text. A line that begins none goes on with the one before.
pub(super) fn parse(text: &str) -> Vec<RunError> {
    let mut errors: Vec<RunError> = Vec::new();
    for line in text.lines() {
        match (error(line), errors.last_mut()) {
            (Some(error), _) => errors.push(error),
            (None, Some(before)) => before.message = format!("{} {line}", before.message),
            (None, None) => {
                errors.push(RunError { stream: None, kind: "unknown".to_owned(), message: line.to_owned() });
            }
        }
    }
    errors
}

/// Of the first place at which a kind stands: names of streams may have colons in them, and messages too.
fn error(line: &str) -> Option<RunError> {
    let starts = line.match_indices(": ").map(|(at, separator)| (Some(&line[..at]), &line[at + separator.len()..]));
    let (stream, (kind, message)) =
        std::iter::once((None, line)).chain(starts).find_map(|(stream, rest)| Some((stream, failure(rest)?)))?;
    Some(RunError { stream: stream.map(str::to_owned), kind: word(kind), message: message.to_owned() })
}

fn failure(text: &str) -> Option<(FailureKind, &str)> {
    KINDS.into_iter().find_map(|kind| Some((kind, text.strip_prefix(&kind.to_string())?.strip_prefix(": ")?)))
}

#[cfg(test)]
mod tests {
    use domain::run::{RunState, Usage};
    use domain::{Failure, RunId};

    use super::*;
    use crate::sync::{Ending, StreamEnding};

    fn failed(kind: FailureKind, message: &str) -> Failure {
        Failure { kind, message: message.to_owned(), retry_after_seconds: None }
    }

    #[test]
    fn what_a_run_wrote_is_read_back_stream_by_stream() {
        for kind in KINDS {
            let stream = StreamEnding {
                stream: "issues:acme/shop".to_owned(),
                pages: 1,
                records: 1,
                failure: Some(failed(kind, "HTTP 500: upstream: broken")),
            };
            let ending = Ending {
                run: Some(RunId::generate()),
                state: RunState::Failed,
                streams: vec![stream],
                failure: Some(failed(FailureKind::NotFound, "gone: for good")),
                usage: Usage::default(),
            };
            let errors = parse(&ending.error().expect("errors"));
            let stream = Some("issues:acme/shop".to_owned());
            let message = "HTTP 500: upstream: broken".to_owned();
            let whole = RunError { stream: None, kind: "not-found".to_owned(), message: "gone: for good".to_owned() };
            assert_eq!(errors, [whole, RunError { stream, kind: word(kind), message }]);
        }
    }

    #[test]
    fn what_is_not_of_that_form_is_shown_all_the_same() {
        assert_eq!(parse(""), []);
        let errors = parse("the disk\nis full\nsettings: wrong\nagain");
        let texts: Vec<_> = errors.iter().map(|error| (error.kind.as_str(), error.message.as_str())).collect();
        assert_eq!(texts, [("unknown", "the disk is full"), ("settings", "wrong again")]);
    }
}
