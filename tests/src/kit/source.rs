//! A source that misbehaves on demand: the simulator's answers, except where a test wants another.
//!
//! It writes bytes to a socket by itself, one request for each connection, because half of what a bad source does is
//! what no HTTP server will do. To add a way to misbehave: a [`Reply`] made from the honest answer.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::upstream::{Answer, Asked, Upstream};

/// What a source answers, byte for byte, and how it goes on.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status line, headers and body.
    pub bytes: Vec<u8>,
    /// How it is sent.
    pub manner: Manner,
}

/// How an answer is sent.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    /// At once, and the connection is closed.
    Whole,
    /// At once, and the connection is reset.
    Reset,
    /// A byte at a time, with so much time between two.
    Drip(Duration),
    /// After so much time.
    Late(Duration),
}

impl Reply {
    /// An answer as it should be, with the date that every server gives.
    #[must_use]
    pub fn honest(answer: &Answer) -> Self {
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
        let date = date.unwrap_or_default();
        let extra = [("date", date), ("content-length", answer.body.len().to_string())];
        Self::written(answer, &extra)
    }

    /// An answer with exactly these headers beside its own.
    #[must_use]
    pub fn written(answer: &Answer, extra: &[(&str, String)]) -> Self {
        let Answer { status, headers, body } = answer;
        let lines = headers.iter().map(|(name, value)| (*name, value)).chain(extra.iter().map(|(n, v)| (*n, v)));
        let lines: String = lines.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut bytes = format!("HTTP/1.1 {status} Answer\r\nconnection: close\r\n{lines}\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self { bytes, manner: Manner::Whole }
    }

    /// The same, sent in another manner.
    #[must_use]
    pub fn sent(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    /// Only its first bytes: all but so many.
    #[must_use]
    pub fn without_last(mut self, bytes: usize) -> Self {
        self.bytes.truncate(self.bytes.len().saturating_sub(bytes));
        self
    }
}

/// A fault: what becomes of an honest answer.
type Fault = dyn Fn(&Request, Answer) -> Reply + Send + Sync;

/// A request, as the source saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// The header `authorization`.
    pub authorization: Option<String>,
    method: String,
    if_none_match: Option<String>,
}

/// A source on a free port, ended with this value.
pub struct Source {
    /// Such as `http://127.0.0.1:40123`.
    pub origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    honest: Box<dyn Fn(&Asked<'_>) -> Answer + Send + Sync>,
    rule: Mutex<Option<Rule>>,
    seen: Mutex<Vec<Request>>,
    ended: AtomicBool,
}

struct Rule {
    part: String,
    after: usize,
    met: AtomicUsize,
    fault: Arc<Fault>,
}

impl Source {
    /// Answer as this upstream does.
    #[must_use]
    pub fn simulator(upstream: Upstream) -> Self {
        Self::start(move |asked| upstream.answer(asked))
    }

    /// Answer as this function does.
    #[must_use]
    pub fn start(honest: impl Fn(&Asked<'_>) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let (honest, ended) = (Box::new(honest), AtomicBool::new(false));
        let shared = Arc::new(Shared { honest, rule: Mutex::default(), seen: Mutex::default(), ended });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, &accepting));
        Self { origin, shared }
    }

    /// From the so-manieth request on whose target has this part in it (the first is 1), answer like this.
    pub fn misbehave(
        &self,
        part: &str,
        from: usize,
        fault: impl Fn(&Request, Answer) -> Reply + Send + Sync + 'static,
    ) {
        let (part, met) = (part.to_owned(), AtomicUsize::new(0));
        *lock(&self.shared.rule) = Some(Rule { part, after: from.saturating_sub(1), met, fault: Arc::new(fault) });
    }

    /// Answer honestly again.
    pub fn behave(&self) {
        *lock(&self.shared.rule) = None;
    }

    /// The requests since the last time that this was asked.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.shared.seen))
    }

    /// How many requests there were since [`take_requests`](Self::take_requests).
    #[must_use]
    pub fn requests(&self) -> usize {
        lock(&self.shared.seen).len()
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.origin.trim_start_matches("http://")));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::Relaxed) {
            break;
        }
        let shared = Arc::clone(shared);
        // A connection that breaks is its client's affair.
        std::thread::spawn(move || stream.and_then(|stream| answer(stream, &shared)));
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let request = read(&mut stream)?;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let honest = (shared.honest)(&Asked {
        method: &request.method,
        path,
        query,
        authorization: request.authorization.as_deref(),
        if_none_match: request.if_none_match.as_deref(),
    });
    lock(&shared.seen).push(request.clone());
    let fault = lock(&shared.rule).as_ref().and_then(|rule| rule.fault(&request));
    let reply = fault.map_or_else(|| Reply::honest(&honest), |fault| fault(&request, honest.clone()));
    send(stream, &reply)
}

impl Rule {
    fn fault(&self, request: &Request) -> Option<Arc<Fault>> {
        let is_due = request.target.contains(&self.part) && self.met.fetch_add(1, Ordering::Relaxed) >= self.after;
        is_due.then(|| Arc::clone(&self.fault))
    }
}

fn read(stream: &mut TcpStream) -> io::Result<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = Request { method, target, ..Request::default() };
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            "authorization" => request.authorization = Some(value.to_owned()),
            "if-none-match" => request.if_none_match = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(request)
}

fn send(mut stream: TcpStream, reply: &Reply) -> io::Result<()> {
    match reply.manner {
        Manner::Whole => stream.write_all(&reply.bytes),
        Manner::Reset => {
            stream.write_all(&reply.bytes)?;
            stream.flush()?;
            // What was sent is to be read before the reset throws it away.
            std::thread::sleep(Duration::from_millis(50));
            // Without lingering, closing is a reset.
            tokio::net::TcpSocket::from_std_stream(stream).set_zero_linger()
        }
        Manner::Drip(pause) => reply.bytes.chunks(1).try_for_each(|byte| {
            std::thread::sleep(pause);
            stream.write_all(byte)
        }),
        Manner::Late(pause) => {
            std::thread::sleep(pause);
            stream.write_all(&reply.bytes)
        }
    }
}
