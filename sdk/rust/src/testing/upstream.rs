//! The source, as recorded.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::{HttpError, Method, Wire};

/// A request, as a connector made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The method, in upper case.
    pub method: &'static str,
    /// The URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The auth slot.
    pub auth: Option<String>,
}

impl Asked {
    pub(super) fn from_wire(wire: &Wire) -> Self {
        let method = match wire.method {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        Self { method, url: wire.url.clone(), headers: wire.headers.clone(), auth: wire.auth.clone() }
    }

    /// The first header of this name, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What can go wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `retry-after: 7`.
    RateLimited,
    /// 502.
    ServerError,
    /// The connection breaks.
    Reset,
    /// Only half of the body arrives.
    Truncated,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RateLimited, Self::ServerError, Self::Reset, Self::Truncated];

    pub(super) fn strike(self, mut reply: Reply) -> Result<Reply, HttpError> {
        match self {
            Self::RateLimited => Ok(Reply::json(429, &Value::Null).header("retry-after", "7")),
            Self::ServerError => Ok(Reply::json(502, &Value::Null)),
            Self::Reset => Err(HttpError::Connection("reset by the test".to_owned())),
            Self::Truncated => {
                reply.body.truncate(reply.body.len() / 2);
                Ok(reply)
            }
        }
    }
}

type Answering = dyn Fn(&Asked) -> Reply;

/// The source: recorded exchanges, or a function.
#[derive(Default)]
pub struct Upstream {
    recorded: BTreeMap<String, Reply>,
    answering: Option<Box<Answering>>,
}

impl Upstream {
    /// Nothing recorded: any request ends the test.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A function in the source's place, asked for what is not recorded.
    pub fn from_fn(answering: impl Fn(&Asked) -> Reply + 'static) -> Self {
        Self { answering: Some(Box::new(answering)), ..Self::default() }
    }

    /// Every `*.json` of a folder. The path is relative to the crate's folder, where `cargo test` runs.
    ///
    /// # Panics
    /// The folder or a file in it cannot be read, or is not a recording.
    #[must_use]
    pub fn from_directory(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files.iter().fold(Self::new(), Self::and_file)
    }

    /// Also the exchanges of this file. Of two recordings of one request, the later counts.
    ///
    /// # Panics
    /// The file cannot be read, or is not a recording.
    #[must_use]
    pub fn and_file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let exchanges: Vec<Exchange> =
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for Exchange { request, response } in exchanges {
            let body = match response.body {
                Value::String(text) => text.into_bytes(),
                Value::Null => Vec::new(),
                json => json.to_string().into_bytes(),
            };
            let reply = Reply { status: response.status, headers: response.headers.into_iter().collect(), body };
            self.recorded.insert(key(&request.method, &request.url), reply);
        }
        self
    }

    /// Also this JSON answer to a `GET`.
    #[must_use]
    pub fn get(self, url: &str, body: &Value) -> Self {
        self.reply("GET", url, Reply::json(200, body))
    }

    /// Also this answer.
    #[must_use]
    pub fn reply(mut self, method: &str, url: &str, reply: Reply) -> Self {
        self.recorded.insert(key(method, url), reply);
        self
    }

    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let recorded = self.recorded.get(&key(asked.method, &asked.url));
        let Some(reply) = recorded.cloned().or_else(|| Some(self.answering.as_ref()?(asked))) else {
            let known: Vec<_> = self.recorded.keys().map(String::as_str).collect();
            panic!("nobody recorded {} {}; recorded are:\n{}", asked.method, asked.url, known.join("\n"));
        };
        let etag = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag"));
        match etag {
            Some((_, etag)) if asked.header("if-none-match") == Some(etag) => {
                Reply { status: 304, body: Vec::new(), ..reply }
            }
            _ => reply,
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("recorded", &self.recorded.keys()).finish_non_exhaustive()
    }
}

/// What is compared: the method, and the URL with its parameters in order.
fn key(method: &str, url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parameters: Vec<_> = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
    parameters.sort_unstable();
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{method} {place}{mark}{}", parameters.join("&"))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    request: RecordedRequest,
    response: RecordedResponse,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedRequest {
    #[serde(default = "get")]
    method: String,
    url: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedResponse {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str, headers: &[(&str, &str)]) -> Asked {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Asked { method: "GET", url: url.to_owned(), headers, auth: None }
    }

    #[test]
    fn the_order_of_parameters_does_not_matter() {
        let upstream = Upstream::new().get("https://a.example/x?b=2&a=1", &Value::Null);
        assert_eq!(upstream.answer(&asked("https://a.example/x?a=1&b=2", &[])).status, 200);
    }

    #[test]
    #[should_panic(expected = "nobody recorded GET https://a.example/y")]
    fn an_unrecorded_request_is_named() {
        Upstream::new().answer(&asked("https://a.example/y", &[]));
    }

    #[test]
    fn a_known_entity_tag_is_answered_by_304() {
        let upstream =
            Upstream::new().reply("GET", "https://a.example/x", Reply::json(200, &Value::Null).header("ETag", "\"1\""));
        assert_eq!(upstream.answer(&asked("https://a.example/x", &[("If-None-Match", "\"1\"")])).status, 304);
        assert_eq!(upstream.answer(&asked("https://a.example/x", &[("If-None-Match", "\"0\"")])).status, 200);
    }
}
