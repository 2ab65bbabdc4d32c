//! How a stream and a run ended, and what follows for the connection.

use std::time::Duration;

use domain::run::{RunState, Usage};
use domain::{Failure, FailureKind, RunId};
use serde::{Deserialize, Serialize};
use store::connections::Outcome;
use store::faults::Faults;

use super::backoff;
use super::crash::first_line;
use super::interruption::{Interrupted, InterruptionKind};

/// The longest that a source may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Bytes of messages that a run's record keeps.
const MOST_ERROR_BYTES: usize = 16 * 1024;

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
    /// The plugin's faults in a row, where that is why.
    pub faults: Option<Faults>,
}

impl StreamEnding {
    /// Whether its plugin does not try it any more.
    fn is_set_aside(&self) -> bool {
        self.faults.is_some_and(|faults| faults.set_aside)
    }

    /// One that has not begun.
    pub(super) fn of(stream: &str) -> Self {
        Self { stream: stream.to_owned(), pages: 0, records: 0, failure: None, faults: None }
    }
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
    /// What the connector could not do before its first stream.
    pub failure: Option<Failure>,
    /// Its faults in a row, where that is why.
    pub faults: Option<Faults>,
    /// Why it was broken off, where it was.
    pub interruption: Option<Interrupted>,
    /// Whether its turn ended before its streams did: the next one goes on where it stopped.
    pub unfinished: bool,
    /// What it used.
    pub usage: Usage,
}

/// One thing that went wrong, as a run's record keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// The stream; none where it is the run as a whole.
    pub stream: Option<String>,
    /// The kind of failure or of interruption.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl Ending {
    /// A run that has not begun.
    pub(super) fn begin() -> Self {
        Self {
            run: None,
            state: RunState::Running,
            streams: Vec::new(),
            failure: None,
            faults: None,
            interruption: None,
            unfinished: false,
            usage: Usage::default(),
        }
    }

    /// Judge a run by its parts.
    pub(super) fn judge(&mut self, stopped: bool) {
        let failed = self.streams.iter().filter(|stream| stream.failure.is_some()).count();
        self.state = match (stopped, self.failure.is_some() || failed > 0) {
            (true, _) => RunState::Abandoned,
            (false, false) if self.unfinished => RunState::Partial,
            (false, false) => RunState::Succeeded,
            (false, true) if self.streams.len() > failed => RunState::Partial,
            (false, true) => RunState::Failed,
        };
    }

    /// It was broken off.
    pub(super) fn interrupt(&mut self, interrupted: Interrupted) {
        self.state = match interrupted.kind {
            InterruptionKind::Replaced | InterruptionKind::Held | InterruptionKind::Withdrawn => RunState::Abandoned,
            InterruptionKind::Refused | InterruptionKind::Unusable | InterruptionKind::Host => RunState::Failed,
        };
        self.interruption = Some(interrupted);
    }

    /// Everything that the connector and its source could not do, but for streams that are set aside.
    fn failures(&self) -> impl Iterator<Item = &Failure> {
        let streams = self.streams.iter().filter(|stream| !stream.is_set_aside());
        self.failure.iter().chain(streams.filter_map(|stream| stream.failure.as_ref()))
    }

    /// The plugin's faults in a row, with the last of each.
    pub(super) fn faults(&self) -> impl Iterator<Item = (&Faults, &Failure)> {
        let whole = self.faults.as_ref().zip(self.failure.as_ref());
        whole.into_iter().chain(self.streams.iter().filter_map(|one| one.faults.as_ref().zip(one.failure.as_ref())))
    }

    /// Everything that went wrong, as much of it as a record may hold.
    #[must_use]
    pub fn errors(&self) -> Vec<RunError> {
        let interruption = self.interruption.iter().map(|Interrupted { kind, message }| RunError {
            stream: None,
            kind: word(kind),
            message: message.clone(),
        });
        let whole = self.failure.iter().map(|failure| (None, failure));
        let streams = self.streams.iter().filter_map(|stream| Some((Some(&stream.stream), stream.failure.as_ref()?)));
        let failures = whole.chain(streams).map(|(stream, failure)| RunError {
            stream: stream.cloned(),
            kind: word(&failure.kind),
            message: failure.message.clone(),
        });
        let mut bytes = 0;
        interruption
            .chain(failures)
            .take_while(|error| {
                bytes += error.message.len() + error.stream.as_ref().map_or(0, String::len);
                bytes <= MOST_ERROR_BYTES
            })
            .collect()
    }

    /// The same for the run's record.
    pub(super) fn errors_as_json(&self) -> Option<String> {
        let errors = self.errors();
        if errors.is_empty() { None } else { serde_json::to_string(&errors).ok() }
    }

    /// The same for people, a line each.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        let line = |error: RunError| match error {
            RunError { stream: Some(stream), kind, message } => format!("{stream}: {kind}: {message}"),
            RunError { stream: None, kind, message } => format!("{kind}: {message}"),
        };
        let lines: Vec<_> = self.errors().into_iter().map(line).collect();
        if lines.is_empty() { None } else { Some(lines.join("\n")) }
    }

    /// What follows for the connection: its outcome, and when it is due again.
    pub(super) fn verdict(&self, interval: Duration, failures: u32, random: u64) -> (Outcome, Duration) {
        match self.state {
            RunState::Succeeded => (Outcome::Succeeded, interval),
            RunState::Abandoned | RunState::Running => (Outcome::Abandoned, Duration::ZERO),
            RunState::Partial | RunState::Failed => {
                if let Some(reason) = self.hopeless() {
                    return (Outcome::Failed(reason), interval);
                }
                if let Some(quarantined) = self.exhausted() {
                    return (quarantined, interval);
                }
                match self.failures().next().is_none() && self.interruption.is_none() {
                    true if self.unfinished => (Outcome::Succeeded, Duration::ZERO),
                    true => (Outcome::Succeeded, interval),
                    false => (Outcome::Retry, backoff::wait(failures + 1, random).max(self.asked())),
                }
            }
        }
    }

    /// Whether nothing is left to try: the connector cannot even say its streams, or each of them is set aside.
    fn exhausted(&self) -> Option<Outcome> {
        let is_nothing_left = match self.faults {
            Some(faults) => faults.set_aside,
            None => !self.unfinished && !self.streams.is_empty() && self.streams.iter().all(StreamEnding::is_set_aside),
        };
        let (faults, failure) = self.faults().last().filter(|_| is_nothing_left)?;
        let reason = format!("{} guest faults in a row, the last: {}", faults.count, first_line(&failure.message));
        Some(Outcome::Quarantined { reason, package: faults.package })
    }

    /// How long the source asked to wait.
    fn asked(&self) -> Duration {
        let asked = self.failures().filter(|failure| failure.kind.is_transient());
        let seconds = asked.filter_map(|failure| failure.retry_after_seconds).max().unwrap_or_default();
        Duration::from_secs(seconds.into()).min(LONGEST_WAIT)
    }

    /// What makes every further run useless until somebody changes something.
    fn hopeless(&self) -> Option<String> {
        let interruption = self
            .interruption
            .as_ref()
            .filter(|interruption| matches!(interruption.kind, InterruptionKind::Refused | InterruptionKind::Unusable));
        let failure = || {
            self.failures().find(|failure| matches!(failure.kind, FailureKind::Settings | FailureKind::Unauthorized))
        };
        interruption.map(|interruption| interruption.message.clone()).or_else(|| failure().map(ToString::to_string))
    }
}

/// The word of a kind, as in JSON.
fn word(kind: &impl Serialize) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
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
            faults: None,
        });
        let mut ending = Ending { streams: streams.collect(), ..Ending::begin() };
        ending.judge(false);
        ending
    }

    fn interrupted(kind: InterruptionKind) -> Ending {
        let mut ending = ending(&[None]);
        ending.interrupt(Interrupted { kind, message: "because".to_owned() });
        ending
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
        assert_eq!(asked(0), (Outcome::Retry, backoff::wait(1, 0)), "nor is it asked again at once");
    }

    #[test]
    fn what_waiting_cannot_help_stops_the_connection() {
        let (outcome, _) = ending(&[Some((FailureKind::Unauthorized, None)), None]).verdict(HOUR, 0, 0);
        assert_eq!(outcome, Outcome::Failed("unauthorized: because".to_owned()));
        let (outcome, _) = ending(&[Some((FailureKind::NotFound, None)), None]).verdict(HOUR, 0, 0);
        assert_eq!(outcome, Outcome::Retry);
        let (outcome, _) = interrupted(InterruptionKind::Refused).verdict(HOUR, 0, 0);
        assert_eq!(outcome, Outcome::Failed("because".to_owned()));
    }

    #[test]
    fn a_failure_of_the_host_is_tried_again_and_a_new_version_runs_at_once() {
        let (outcome, wait) = interrupted(InterruptionKind::Host).verdict(HOUR, 0, 0);
        assert_eq!((outcome, wait), (Outcome::Retry, backoff::wait(1, 0)));
        let (outcome, wait) = interrupted(InterruptionKind::Replaced).verdict(HOUR, 0, 0);
        assert_eq!((outcome, wait), (Outcome::Abandoned, Duration::ZERO));
    }

    #[test]
    fn a_run_whose_turn_has_ended_queues_again_behind_the_others() {
        let mut ending = Ending { unfinished: true, ..ending(&[None]) };
        ending.judge(false);
        assert_eq!(ending.state, RunState::Partial);
        assert_eq!(ending.verdict(HOUR, 0, 0), (Outcome::Succeeded, Duration::ZERO));
    }

    fn faults(count: u32, set_aside: bool) -> Faults {
        let package = domain::Digest::from_bytes([3; 32]);
        Faults { count, package, regressed: false, set_aside }
    }

    #[test]
    fn a_stream_that_is_set_aside_slows_nobody_down_and_the_last_one_quarantines() {
        let fault = Some((FailureKind::GuestFault, None));
        let mut ending = ending(&[fault, None]);
        ending.streams[0].faults = Some(faults(4, false));
        assert_eq!(ending.verdict(HOUR, 0, 0), (Outcome::Retry, backoff::wait(1, 0)));
        ending.streams[0].faults = Some(faults(5, true));
        assert_eq!(ending.verdict(HOUR, 0, 0), (Outcome::Succeeded, HOUR));
        ending.streams.pop();
        let (outcome, _) = ending.verdict(HOUR, 0, 0);
        assert!(
            matches!(&outcome, Outcome::Quarantined { reason, .. } if reason == "5 guest faults in a row, the last: because")
        );
        ending.unfinished = true;
        assert_eq!(ending.verdict(HOUR, 0, 0).0, Outcome::Succeeded, "streams are left that were not tried");
    }

    #[test]
    fn what_the_source_could_not_do_never_quarantines() {
        for kind in [FailureKind::Upstream, FailureKind::InvalidData, FailureKind::RateLimited] {
            let mut ending = ending(&[Some((kind, None)), Some((FailureKind::GuestFault, None))]);
            ending.streams[1].faults = Some(faults(9, true));
            assert!(matches!(ending.verdict(HOUR, 99, 0).0, Outcome::Retry), "{kind}");
        }
    }

    #[test]
    fn a_record_keeps_no_more_errors_than_it_has_room_for() {
        let failures = vec![Some((FailureKind::Upstream, None)); 10_000];
        let ending = ending(&failures);
        let bytes: usize = ending.errors().iter().map(|error| error.message.len()).sum();
        assert!((1_000..=MOST_ERROR_BYTES).contains(&bytes), "{bytes}");
    }
}
