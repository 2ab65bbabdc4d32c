//! How a stream and a run ended, and what follows for the connection.

use std::time::Duration;

use domain::run::{RunState, Usage};
use domain::{Failure, FailureKind, RunId};
use serde::Serialize;
use store::connections::Outcome;

use super::backoff;

/// The longest that a source may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How one stream ended.
#[derive(Debug, Clone, Serialize)]
pub struct StreamEnding {
    /// Its name.
    pub stream: String,
    /// Committed pages.
    pub pages: u32,
    /// Records in them.
    pub records: u64,
    /// Why it did not catch up.
    pub failure: Option<Failure>,
}

/// How a run ended.
#[derive(Debug, Clone, Serialize)]
pub struct Ending {
    /// The run; none where it could not even begin.
    pub run: Option<RunId>,
    /// How.
    pub state: RunState,
    /// Its streams, as far as they were tried.
    pub streams: Vec<StreamEnding>,
    /// What went wrong as a whole.
    pub failure: Option<Failure>,
    /// What it used.
    pub usage: Usage,
}

impl Ending {
    /// Judge a run by its parts.
    pub(super) fn judge(
        run: RunId,
        streams: Vec<StreamEnding>,
        failure: Option<Failure>,
        usage: Usage,
        stopped: bool,
    ) -> Self {
        let failed = streams.iter().filter(|stream| stream.failure.is_some()).count();
        let state = match (stopped, failure.is_some() || failed > 0) {
            (true, _) => RunState::Abandoned,
            (false, false) => RunState::Succeeded,
            (false, true) if streams.len() > failed => RunState::Partial,
            (false, true) => RunState::Failed,
        };
        Self { run: Some(run), state, streams, failure, usage }
    }

    /// A run that could not begin.
    pub(super) fn not_begun(failure: Failure) -> Self {
        Self {
            run: None,
            state: RunState::Failed,
            streams: Vec::new(),
            failure: Some(failure),
            usage: Usage::default(),
        }
    }

    /// Everything that went wrong.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failure.iter().chain(self.streams.iter().filter_map(|stream| stream.failure.as_ref()))
    }

    /// One line that says what went wrong, stream by stream.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        let streams = self
            .streams
            .iter()
            .filter_map(|stream| stream.failure.as_ref().map(|failure| format!("{}: {failure}", stream.stream)));
        let lines: Vec<_> = self.failure.iter().map(ToString::to_string).chain(streams).collect();
        if lines.is_empty() { None } else { Some(lines.join("\n")) }
    }

    /// What follows for the connection: its outcome, and when it is due again.
    pub(super) fn verdict(&self, interval: Duration, failures: u32, random: u64) -> (Outcome, Duration) {
        let asked = self.failures().filter_map(|failure| failure.retry_after_seconds).max();
        let asked = asked.map(|seconds| Duration::from_secs(seconds.into()).min(LONGEST_WAIT));
        match self.state {
            RunState::Succeeded => (Outcome::Succeeded, interval),
            RunState::Abandoned | RunState::Running => (Outcome::Abandoned, Duration::ZERO),
            RunState::Partial | RunState::Failed => match self.hopeless() {
                Some(failure) => (Outcome::Failed(failure.to_string()), interval),
                None => (Outcome::Retry, asked.unwrap_or_else(|| backoff::wait(failures + 1, random))),
            },
        }
    }

    /// A failure that makes every further run useless until somebody changes something.
    fn hopeless(&self) -> Option<&Failure> {
        self.failures().find(|failure| matches!(failure.kind, FailureKind::Settings | FailureKind::Unauthorized))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(failures: &[Option<(FailureKind, Option<u32>)>]) -> Ending {
        let streams = failures.iter().enumerate().map(|(number, failure)| StreamEnding {
            stream: format!("s{number}"),
            pages: 0,
            records: 0,
            failure: failure.map(|(kind, retry_after_seconds)| Failure {
                kind,
                message: "because".to_owned(),
                retry_after_seconds,
            }),
        });
        Ending::judge(RunId::generate(), streams.collect(), None, Usage::default(), false)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn one_failed_stream_makes_a_run_partial_and_all_make_it_failed() {
        let failed = Some((FailureKind::Upstream, None));
        assert_eq!(ending(&[None, None]).state, RunState::Succeeded);
        assert_eq!(ending(&[None, failed]).state, RunState::Partial);
        assert_eq!(ending(&[failed, failed]).state, RunState::Failed);
    }

    #[test]
    fn a_source_is_given_the_time_it_asks_for_but_no_more_than_a_day() {
        let asked = |seconds| ending(&[Some((FailureKind::RateLimited, Some(seconds)))]).verdict(HOUR, 0, 0);
        assert_eq!(asked(90), (Outcome::Retry, Duration::from_secs(90)));
        assert_eq!(asked(u32::MAX), (Outcome::Retry, LONGEST_WAIT));
    }

    #[test]
    fn what_waiting_cannot_help_stops_the_connection() {
        let (outcome, _) = ending(&[Some((FailureKind::Unauthorized, None)), None]).verdict(HOUR, 0, 0);
        assert_eq!(outcome, Outcome::Failed("unauthorized: because".to_owned()));
        let (outcome, _) = ending(&[Some((FailureKind::NotFound, None)), None]).verdict(HOUR, 0, 0);
        assert_eq!(outcome, Outcome::Retry);
    }
}
