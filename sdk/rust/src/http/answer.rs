//! Answers, and the typed reading of their bodies.

use std::cell::OnceCell;
use std::fmt;

use serde::Deserialize;

#[cfg(target_arch = "wasm32")]
use crate::json::from_str as read_json;
#[cfg(not(target_arch = "wasm32"))]
use serde_json::from_str as read_json;

use super::{HttpError, Links, refusal};
use crate::Failure;
use crate::host::Answer;

/// An answer. Its body stays with the host until it is asked for.
pub struct Response {
    url: String,
    answer: Answer,
    text: OnceCell<String>,
}

impl Response {
    pub(super) fn new(url: String, answer: Answer) -> Self {
        Self { url, answer, text: OnceCell::new() }
    }

    /// Where the request went.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status()
    }

    /// The first header of this name, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.answer.header(name)
    }

    /// The entity tag, to be sent with [`Request::if_none_match`](super::Request::if_none_match) next time.
    #[must_use]
    pub fn etag(&self) -> Option<String> {
        self.header("etag")
    }

    /// Whether nothing has changed (304).
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.status() == 304
    }

    /// The links of the answer (RFC 8288), resolved against the request's URL.
    #[must_use]
    pub fn links(&self) -> Links {
        Links::parse(self.header("link").as_deref().unwrap_or_default())
    }

    /// The answer, if it is 2xx or 304.
    ///
    /// # Errors
    /// For every other status, the failure of the kind that fits: 401 unauthorized, 403 forbidden (or rate-limited, where
    /// the headers say so), 404 and 410 not found, 429 rate-limited with what `retry-after` says, 5xx upstream, anything else
    /// invalid data. The message names the status and the URL without its query.
    pub fn check(self) -> Result<Self, Failure> {
        match refusal::of(&self) {
            None => Ok(self),
            Some(failure) => Err(failure),
        }
    }

    /// The body as text, taken from the host once and kept.
    ///
    /// # Errors
    /// The body is not UTF-8.
    pub fn text(&self) -> Result<&str, HttpError> {
        if let Some(text) = self.text.get() {
            return Ok(text);
        }
        let text = self.answer.text()?;
        Ok(self.text.get_or_init(|| text))
    }

    /// The body as bytes.
    ///
    /// # Errors
    /// The body was read as text before.
    pub fn bytes(self) -> Result<Vec<u8>, HttpError> {
        self.answer.bytes()
    }

    /// The body, read as JSON of this type. The type may borrow from the body (`&str` for text without escapes, `Cow<str>`
    /// with `#[serde(borrow)]` for any), which is what makes a connector fast: fields that it does not name are skipped.
    ///
    /// # Errors
    /// [`Failure::invalid_data`], naming the URL, the place and what was expected there.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        read_json(self.text()?).map_err(|error| {
            Failure::invalid_data(format!("the answer of {} is not as expected: {error}", self.place()))
        })
    }

    /// The URL without its query, which may be long and says little.
    pub(super) fn place(&self) -> &str {
        self.url.split_once('?').map_or(&self.url, |(place, _)| place)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("url", &self.url).field("status", &self.status()).finish_non_exhaustive()
    }
}
