//! Building and sending requests.

use super::{HttpError, Method, Response, Wire};
use crate::host;

/// One request, built step by step.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request(Wire);

/// A `GET` of an absolute URL.
pub fn get(url: impl Into<String>) -> Request {
    Request::new(Method::Get, url)
}

/// A `POST` to an absolute URL. The manifest must ask for the method.
pub fn post(url: impl Into<String>) -> Request {
    Request::new(Method::Post, url)
}

impl Request {
    /// A request of any method.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self(Wire { method, url: url.into(), headers: Vec::new(), body: None, auth: None })
    }

    /// Add a header. Only harmless ones pass: what speaks of credentials, routing or forwarding is the host's.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.headers.push((name.into(), value.into()));
        self
    }

    /// Have the host attach the credential of this slot of the manifest.
    pub fn auth(mut self, slot: impl Into<String>) -> Self {
        self.0.auth = Some(slot.into());
        self
    }

    /// Ask only for what has changed since this entity tag: the answer is then a 304 ([`Response::is_unchanged`]).
    pub fn if_none_match(self, etag: Option<&str>) -> Self {
        match etag {
            Some(etag) => self.header("if-none-match", etag),
            None => self,
        }
    }

    /// Give it a body, at most 1 MiB.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.body = Some(body.into());
        self
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Send it and wait for the answer, whatever its status.
    ///
    /// # Errors
    /// There is no answer; `?` makes it the right [`Failure`](crate::Failure).
    pub fn send(self) -> Result<Response, HttpError> {
        let answer = host::send(&self.0)?;
        Ok(Response::new(self.0.url, answer))
    }

    pub(crate) fn into_wire(self) -> Wire {
        self.0
    }
}

/// Send several; the host runs them concurrently. Answers come in the order of the requests.
pub fn send_all(requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, HttpError>> {
    let requests: Vec<Wire> = requests.into_iter().map(Request::into_wire).collect();
    let answers = host::send_all(&requests);
    requests.into_iter().zip(answers).map(|(request, answer)| Ok(Response::new(request.url, answer?))).collect()
}
