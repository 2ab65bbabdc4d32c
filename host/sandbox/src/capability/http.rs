//! `http`: requests by way of egress, which checks, attaches credentials and fetches. Here they are only carried over.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::BudgetKind;
use domain::exchange::{ExchangeError, Request, Response};
use futures_util::StreamExt;
use futures_util::stream;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

use crate::bindings::weighbridge::connector::http as wit;
use crate::call::CallState;
use crate::meter::Meter;

/// Requests of one `send-all` that are under way at a time.
const PARALLEL: usize = 8;

/// What answers the requests of one call. Budgets, grants and credentials are its own affair.
pub trait Http: Send + Sync {
    /// Answer one request.
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>>;
}

/// A call was to make requests and nothing was there to answer them.
#[derive(Debug, thiserror::Error)]
#[error("the call was given nothing that answers http requests")]
pub(crate) struct NoHttp;

/// The guest holds more than it may.
#[derive(Debug, thiserror::Error)]
#[error("too many handles are open")]
pub(crate) struct HandlesSpent;

/// The requests of one call and the answers that it still holds.
pub(crate) struct Exchange {
    http: Option<Arc<dyn Http>>,
    answers: ResourceTable,
    most_handles: usize,
    held: Held,
    traffic: Traffic,
    met: BTreeSet<BudgetKind>,
}

/// Answers that the guest holds, and the most that it held or handed over at once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    now: u64,
    pub(crate) most: u64,
    pub(crate) handed: u64,
}

/// What went over, as far as it can be seen from here.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traffic {
    pub(crate) requests: u32,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
}

/// An answer; its body is there until it is taken.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "generated code wants it public")]
pub struct Answer {
    head: Response,
    taken: bool,
}

impl Exchange {
    pub(crate) fn new(http: Option<Arc<dyn Http>>, most_handles: u32) -> Self {
        let most_handles = most_handles as usize;
        let mut answers = ResourceTable::new();
        // The engine counts the guest's handles; answers that are on their way to become handles wait here.
        answers.set_max_capacity(2 * most_handles);
        let (held, traffic, met) = (Held::default(), Traffic::default(), BTreeSet::new());
        Self { http, answers, most_handles, held, traffic, met }
    }

    /// What went over so far.
    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// What was held and handed over so far.
    pub(crate) fn held(&self) -> Held {
        self.held
    }

    /// The budgets for which requests were refused, or answers cut off.
    pub(crate) fn met(&self) -> &BTreeSet<BudgetKind> {
        &self.met
    }

    fn settle(&mut self, sent: u64, answer: Result<Response, ExchangeError>) -> wasmtime::Result<Sent> {
        if !matches!(answer, Err(ExchangeError::Denied(_) | ExchangeError::Budget(_))) {
            self.traffic.requests += 1;
            self.traffic.bytes_out += sent;
        }
        match answer {
            Ok(head) => {
                self.traffic.bytes_in += head.body.len() as u64;
                let answer = self.answers.push(Answer { head, taken: false }).map_err(|_| HandlesSpent)?;
                self.held.now += 1;
                self.held.most = self.held.most.max(self.held.now);
                Ok(Ok(answer))
            }
            Err(error) => {
                if let ExchangeError::Budget(budget) = &error {
                    self.met.insert(*budget);
                }
                Ok(Err(lift_error(error)))
            }
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("traffic", &self.traffic).finish_non_exhaustive()
    }
}

impl Answer {
    fn take(&mut self) -> Result<Vec<u8>, wit::HttpError> {
        if std::mem::replace(&mut self.taken, true) {
            return Err(wit::HttpError::Body("the body was taken before".to_owned()));
        }
        Ok(std::mem::take(&mut self.head.body))
    }
}

type Sent = Result<Resource<Answer>, wit::HttpError>;

/// What the interface sees of a call.
pub(crate) struct View<'a> {
    exchange: &'a mut Exchange,
    meter: &'a mut Meter,
}

impl wit::Host for View<'_> {
    async fn send(&mut self, request: wit::Request) -> wasmtime::Result<Sent> {
        let http = Arc::clone(self.exchange.http.as_ref().ok_or(NoHttp)?);
        let sent = size(&request);
        self.exchange.held.handed = self.exchange.held.handed.max(handed(&request));
        // Where the request is made is part of the host's work too.
        let answer = self.meter.while_host(async { http.send(lower_request(request)).await }).await;
        self.exchange.settle(sent, answer)
    }

    async fn send_all(&mut self, requests: Vec<wit::Request>) -> wasmtime::Result<Vec<Sent>> {
        let http = Arc::clone(self.exchange.http.as_ref().ok_or(NoHttp)?);
        // What could not be held is not asked for.
        if requests.len() > self.exchange.most_handles {
            return Err(HandlesSpent.into());
        }
        let together = requests.iter().map(handed).sum();
        self.exchange.held.handed = self.exchange.held.handed.max(together);
        let sizes: Vec<u64> = requests.iter().map(size).collect();
        let work = async {
            // Futures are made first, so that the stream does not borrow from a closure.
            let pending: Vec<_> = requests.into_iter().map(|request| http.send(lower_request(request))).collect();
            stream::iter(pending).buffered(PARALLEL).collect::<Vec<_>>().await
        };
        let answers = self.meter.while_host(work).await;
        sizes.into_iter().zip(answers).map(|(sent, answer)| self.exchange.settle(sent, answer)).collect()
    }
}

impl wit::HostResponse for View<'_> {
    fn status(&mut self, answer: Resource<Answer>) -> wasmtime::Result<u16> {
        Ok(self.exchange.answers.get(&answer)?.head.status)
    }

    fn header(&mut self, answer: Resource<Answer>, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self.exchange.answers.get(&answer)?.head.header(&name).map(str::to_owned))
    }

    fn text(&mut self, answer: Resource<Answer>) -> wasmtime::Result<Result<String, wit::HttpError>> {
        let body = self.exchange.answers.get_mut(&answer)?.take();
        Ok(body.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| wit::HttpError::Body("the body is not UTF-8".to_owned()))
        }))
    }

    fn bytes(&mut self, answer: Resource<Answer>) -> wasmtime::Result<Result<Vec<u8>, wit::HttpError>> {
        Ok(self.exchange.answers.get_mut(&answer)?.take())
    }

    fn drop(&mut self, answer: Resource<Answer>) -> wasmtime::Result<()> {
        self.exchange.answers.delete(answer)?;
        self.exchange.held.now = self.exchange.held.now.saturating_sub(1);
        Ok(())
    }
}

fn size(request: &wit::Request) -> u64 {
    request.body.as_ref().map_or(0, |body| body.len() as u64)
}

/// What the host has to hold of a request.
fn handed(request: &wit::Request) -> u64 {
    let headers: usize = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    (size_of::<wit::Request>() + request.url.len() + headers) as u64 + size(request)
}

fn lower_request(request: wit::Request) -> Request {
    let wit::Request { method, url, headers, body, auth } = request;
    let method = match method {
        wit::Method::Get => "GET",
        wit::Method::Head => "HEAD",
        wit::Method::Post => "POST",
        wit::Method::Put => "PUT",
        wit::Method::Patch => "PATCH",
        wit::Method::Delete => "DELETE",
    };
    Request { method: method.to_owned(), url, headers, body, auth }
}

/// A refusal, as the guest is told it.
pub(crate) fn lift_error(error: ExchangeError) -> wit::HttpError {
    match error {
        ExchangeError::Denied(reason) => wit::HttpError::Denied(reason),
        ExchangeError::Budget(budget) => wit::HttpError::Budget(name_of(budget).to_owned()),
        ExchangeError::RateLimited(seconds) => wit::HttpError::RateLimited(seconds),
        ExchangeError::Name(reason) => wit::HttpError::Name(reason),
        ExchangeError::Connection(reason) => wit::HttpError::Connection(reason),
        ExchangeError::Tls(reason) => wit::HttpError::Tls(reason),
        ExchangeError::Timeout => wit::HttpError::Timeout,
        ExchangeError::TooLarge(bytes) => wit::HttpError::TooLarge(bytes),
        ExchangeError::Malformed(reason) => wit::HttpError::Malformed(reason),
    }
}

/// The budgets that a request can meet, by the names that the interface has for them.
const NAMES: [(BudgetKind, &str); 4] = [
    (BudgetKind::Requests, "requests"),
    (BudgetKind::BytesIn, "bytes-in"),
    (BudgetKind::BytesOut, "bytes-out"),
    (BudgetKind::WallMs, "time"),
];

fn name_of(budget: BudgetKind) -> &'static str {
    NAMES.into_iter().find(|(known, _)| *known == budget).map_or(budget.name(), |(_, name)| name)
}

/// The budget that the interface names so.
pub(crate) fn budget_of(name: &str) -> Option<BudgetKind> {
    NAMES.into_iter().find(|(_, known)| *known == name).map(|(budget, _)| budget)
}

struct Views;

impl HasData for Views {
    type Data<'a> = View<'a>;
}

/// Make the interface exist.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, Views>(linker, |call| {
        call.meter.host_call();
        View { exchange: &mut call.exchange, meter: &mut call.meter }
    })
}

#[cfg(test)]
mod tests;
