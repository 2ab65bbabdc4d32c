//! What the host relies on, whatever the connector: every page can be asked for again, and no disturbance costs a record.

use super::kit::{Kit, StreamRun};
use super::upstream::Fault;
use crate::{Connector, Failure, FailureKind, Stream};

impl Kit {
    /// All of the checks below, for a connector whose undisturbed run succeeds on this recording.
    ///
    /// # Panics
    /// A check fails; it says which, and where.
    pub fn conformance<C: Connector>(&self) {
        self.kinds_are_declared::<C>();
        self.resume_everywhere::<C>();
        self.disturb_everywhere::<C>();
    }

    /// Every record is of a kind that its stream declares.
    ///
    /// # Panics
    /// One is not.
    pub fn kinds_are_declared<C: Connector>(&self) {
        for (stream, run) in self.undisturbed::<C>() {
            for record in run.records {
                let kind = record.kind();
                assert!(stream.kinds.contains(&kind), "{} brings a {kind:?}, which it does not declare", stream.name);
            }
        }
    }

    /// A page asked for twice is the same page, and the run from each cursor on brings exactly what the undisturbed run
    /// brought after it.
    ///
    /// # Panics
    /// It does not.
    pub fn resume_everywhere<C: Connector>(&self) {
        for (stream, run) in self.undisturbed::<C>() {
            let name = &stream.name;
            let mut tail = run.records.as_slice();
            let mut from = None;
            for cursor in &run.cursors {
                let page = expect(name, self.afresh(None).pull::<C>(name, from));
                assert!(
                    tail.starts_with(&page.records),
                    "{name}: the page from cursor {from:?} differs when asked again"
                );
                let rest = expect(name, self.afresh(None).run_stream::<C>(name, from));
                assert_eq!(rest.records, tail, "{name}: resumed at cursor {from:?}, the run brings other records");
                tail = &tail[page.records.len()..];
                from = Some(cursor);
            }
        }
    }

    /// Each fault at each request: the call fails with a kind that the host tries again (or the connector copes), and the run
    /// that goes on from the last cursor ends with the same records.
    ///
    /// # Panics
    /// It does not.
    pub fn disturb_everywhere<C: Connector>(&self) {
        for (stream, undisturbed) in self.undisturbed::<C>() {
            let name = &stream.name;
            let probe = self.afresh(None);
            expect(name, probe.run_stream::<C>(name, None));
            for (number, asked) in probe.requests().into_iter().enumerate() {
                for fault in Fault::ALL {
                    let place = format!("{name}: {fault:?} at request {number}, {}", asked.url);
                    self.disturb::<C>(name, (number, fault), &undisturbed, &place);
                }
            }
        }
    }

    fn disturb<C: Connector>(&self, name: &str, fault: (usize, Fault), undisturbed: &StreamRun, place: &str) {
        let mut run = StreamRun::default();
        if let Err(failure) = self.afresh(Some(fault)).extend_stream::<C>(name, None, &mut run) {
            assert_fits(fault.1, &failure, place);
            let cursor = run.cursors.last().cloned();
            let rest = self.afresh(None).extend_stream::<C>(name, cursor.as_deref(), &mut run);
            rest.unwrap_or_else(|failure| panic!("{place}: not resumed: {failure}"));
        }
        assert_eq!(run.stored(), undisturbed.stored(), "{place}: other records");
    }

    fn undisturbed<C: Connector>(&self) -> Vec<(Stream, StreamRun)> {
        let streams = expect("streams", self.afresh(None).streams::<C>());
        let run = |stream: Stream| {
            let run = expect(&stream.name, self.afresh(None).run_stream::<C>(&stream.name, None));
            (stream, run)
        };
        streams.into_iter().map(run).collect()
    }
}

fn assert_fits(fault: Fault, failure: &Failure, place: &str) {
    let fits = match fault {
        Fault::RateLimited => failure.kind == FailureKind::RateLimited && failure.retry_after_seconds == Some(7),
        Fault::ServerError | Fault::Reset => failure.kind == FailureKind::Upstream,
        Fault::Truncated => failure.kind == FailureKind::InvalidData,
    };
    assert!(fits, "{place}: does not fit the failure {failure:?}");
}

fn expect<T>(what: &str, answer: Result<T, Failure>) -> T {
    answer.unwrap_or_else(|failure| panic!("{what}: the undisturbed run fails: {failure}"))
}
