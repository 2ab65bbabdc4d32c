//! Answers with an entity tag, and the short answer to a client that has them already.
//!
//! A tag comes from what was asked and from the version of the data, never from the token, so that a client keeps what
//! it has when its token changes.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// A strong entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// The tag of these parts, which together decide every byte of the answer.
    pub(crate) fn of_parts(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        // The shape of answers may change with the release.
        for part in [env!("CARGO_PKG_VERSION")].iter().chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self::encode(&hash.finalize())
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        Self::encode(&Sha256::digest(bytes))
    }

    fn encode(digest: &[u8]) -> Self {
        Self(format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16])))
    }
}

/// The tags that the client has (`If-None-Match`).
pub(crate) struct Known(HeaderMap);

impl Known {
    /// Whether the client has this (RFC 9110, 13.1.2: compared weakly).
    pub(crate) fn has(&self, tag: &Tag) -> bool {
        let values = self.0.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
        tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag.0)
    }

    /// The answer: 200 with a body and the tag of its bytes, or 304.
    pub(crate) fn answer<T: Serialize>(&self, body: &T, next: Option<HeaderValue>) -> Result<Response, Problem> {
        let bytes = bytes(body)?;
        let tag = Tag::of_bytes(&bytes);
        let mut response = if self.has(&tag) { not_modified(&tag) } else { full(bytes, &tag) };
        if let Some(next) = next {
            response.headers_mut().insert(LINK, next);
        }
        Ok(response)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.clone()))
    }
}

/// 200 with this body and this tag.
pub(crate) fn tagged<T: Serialize>(body: &T, tag: &Tag) -> Result<Response, Problem> {
    Ok(full(bytes(body)?, tag))
}

/// 304 with this tag.
pub(crate) fn not_modified(tag: &Tag) -> Response {
    (StatusCode::NOT_MODIFIED, caching(tag)).into_response()
}

fn full(bytes: Vec<u8>, tag: &Tag) -> Response {
    (caching(tag), [(CONTENT_TYPE, "application/json")], bytes).into_response()
}

fn bytes<T: Serialize>(body: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(body).map_err(|error| Problem::Internal(std::sync::Arc::new(error)))
}

/// Kept by the client alone, and asked about each time.
fn caching(tag: &Tag) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("authorization"));
    if let Ok(value) = HeaderValue::from_str(&tag.0) {
        headers.insert(ETAG, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(values: &[&'static str]) -> Known {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        Known(headers)
    }

    #[test]
    fn a_tag_is_known_in_a_list_and_weakly_and_by_a_star() {
        let tag = Tag("\"b\"".to_owned());
        for values in [&["\"b\""][..], &["\"a\", \"b\""], &["\"a\"", "W/\"b\""], &["*"]] {
            assert!(known(values).has(&tag), "{values:?}");
        }
        for values in [&[][..], &["\"a\""], &["b"], &["\"bb\""]] {
            assert!(!known(values).has(&tag), "{values:?}");
        }
    }

    #[test]
    fn parts_that_are_cut_elsewhere_have_another_tag() {
        assert_ne!(Tag::of_parts(&["ab", "c"]), Tag::of_parts(&["a", "bc"]));
    }
}
