//! Running a connector as the host does: streams, then page after page, each from the cursor before.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::Files;
use super::stage::Stage;
use super::upstream::{Asked, Fault, Upstream};
use crate::bindings::exports::weighbridge::connector::source::PullArgs;
use crate::records::Record;
use crate::{Connector, Failure, Next, Page, Stream, export};

/// More pages than this are an endless stream.
const PAGE_LIMIT: usize = 10_000;

/// One connection: its settings, the instant of its calls, and what answers its capabilities.
#[derive(Debug)]
pub struct Kit {
    settings: String,
    now: String,
    upstream: Rc<Upstream>,
    files: Rc<Files>,
    kept: RefCell<Kept>,
}

/// What lasts from call to call.
#[derive(Debug, Clone, Default)]
struct Kept {
    state: BTreeMap<String, String>,
    log: Vec<String>,
    asked: Vec<Asked>,
    fault: Option<(usize, Fault)>,
}

/// What a run brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// By the name of the stream.
    pub streams: BTreeMap<String, StreamRun>,
}

/// What one stream brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamRun {
    /// The records of all pages, in order.
    pub records: Vec<Record>,
    /// The cursor after each page.
    pub cursors: Vec<String>,
}

impl Run {
    /// What this stream brought.
    ///
    /// # Panics
    /// There is no such stream; those that there are, are named.
    #[must_use]
    pub fn stream(&self, name: &str) -> &StreamRun {
        let known = || self.streams.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        self.streams.get(name).unwrap_or_else(|| panic!("there is no stream {name}, but {}", known()))
    }

    /// The records of all streams.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.streams.values().flat_map(|stream| &stream.records)
    }
}

impl StreamRun {
    /// The cursor that the next run starts with.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursors.last().map(String::as_str)
    }

    /// The records by kind and id: what the host would have stored, since a later record replaces an earlier one.
    ///
    /// The key's first part is the kind, as `Debug` writes it.
    #[must_use]
    pub fn stored(&self) -> BTreeMap<(String, &str), &Record> {
        self.records.iter().map(|record| ((format!("{:?}", record.kind()), record.id()), record)).collect()
    }
}

impl Kit {
    /// A connection with these settings, at this instant (RFC 3339).
    #[must_use]
    pub fn new(settings: &Value, now: &str) -> Self {
        Self {
            settings: settings.to_string(),
            now: now.to_owned(),
            upstream: Rc::default(),
            files: Rc::default(),
            kept: RefCell::default(),
        }
    }

    /// What answers `http`.
    #[must_use]
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Rc::new(upstream);
        self
    }

    /// What answers `files`.
    #[must_use]
    pub fn files(mut self, files: Files) -> Self {
        self.files = Rc::new(files);
        self
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.kept.borrow().asked.clone()
    }

    /// The log lines so far, each as `level: text`.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.kept.borrow().log.clone()
    }

    /// The streams.
    ///
    /// # Errors
    /// The connector's failure.
    pub fn streams<C: Connector>(&self) -> Result<Vec<Stream>, Failure> {
        self.call(|| export::streams::<C>(&self.settings, &self.now))
    }

    /// One page from a cursor.
    ///
    /// # Errors
    /// The connector's failure.
    pub fn pull<C: Connector>(&self, stream: &str, cursor: Option<&str>) -> Result<Page, Failure> {
        let args = PullArgs {
            settings: self.settings.clone(),
            stream_name: stream.to_owned(),
            cursor: cursor.map(str::to_owned),
            now: self.now.clone(),
        };
        self.call(|| export::pull::<C>(&args))
    }

    /// Every stream, from no cursor to its end.
    ///
    /// # Errors
    /// The first failure.
    ///
    /// # Panics
    /// A stream does not end.
    pub fn run_to_end<C: Connector>(&self) -> Result<Run, Failure> {
        let mut run = Run::default();
        for Stream { name, .. } in self.streams::<C>()? {
            let stream = self.run_stream::<C>(&name, None)?;
            run.streams.insert(name, stream);
        }
        Ok(run)
    }

    /// One stream, from a cursor to its end.
    ///
    /// # Errors
    /// The first failure.
    ///
    /// # Panics
    /// The stream does not end.
    pub fn run_stream<C: Connector>(&self, stream: &str, cursor: Option<&str>) -> Result<StreamRun, Failure> {
        let mut run = StreamRun::default();
        self.extend_stream::<C>(stream, cursor, &mut run).map(|()| run)
    }

    /// As [`Kit::run_stream`], keeping the pages before a failure, as the host does.
    pub(super) fn extend_stream<C: Connector>(
        &self,
        stream: &str,
        cursor: Option<&str>,
        run: &mut StreamRun,
    ) -> Result<(), Failure> {
        let mut cursor = cursor.map(str::to_owned);
        for _ in 0..PAGE_LIMIT {
            let page = self.pull::<C>(stream, cursor.as_deref())?;
            run.records.extend(page.records);
            match page.next {
                Next::More(next) => {
                    assert_ne!(cursor.as_ref(), Some(&next), "the stream {stream} does not move from its cursor");
                    run.cursors.push(next.clone());
                    cursor = Some(next);
                }
                Next::Done(next) => {
                    run.cursors.push(next);
                    return Ok(());
                }
            }
        }
        panic!("the stream {stream} does not end within {PAGE_LIMIT} pages");
    }

    /// The same connection, with nothing kept, meeting this fault at this request (counted from 0).
    pub(super) fn afresh(&self, fault: Option<(usize, Fault)>) -> Self {
        Self {
            settings: self.settings.clone(),
            now: self.now.clone(),
            upstream: Rc::clone(&self.upstream),
            files: Rc::clone(&self.files),
            kept: RefCell::new(Kept { fault, ..Kept::default() }),
        }
    }

    /// A call keeps what it wrote to `state` only where it succeeds, as in the host.
    fn call<T>(&self, call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let before = self.kept.take();
        let stage = Stage {
            upstream: Rc::clone(&self.upstream),
            files: Rc::clone(&self.files),
            state: before.state.clone(),
            log: before.log,
            asked: before.asked,
            fault: before.fault,
        };
        let (answer, Stage { state, log, asked, fault, .. }) = stage.play(call);
        let state = if answer.is_ok() { state } else { before.state };
        self.kept.replace(Kept { state, log, asked, fault });
        answer
    }
}
