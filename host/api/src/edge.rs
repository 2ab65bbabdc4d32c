//! What surrounds every action: the request's id, limits, the time-out, security headers, and the rendering of problems.

use std::any::Any;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER,
    TRANSFER_ENCODING, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::Api;
use crate::problem::{Problem, fault};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts all of it around the routes; the last layer is the outermost.
pub(crate) fn around(router: Router<Api>, api: &Api) -> Router<Api> {
    router
        .layer(from_fn_with_state(api.clone(), limited))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(finished))
}

/// Refuses what is too large before anything looks at it, and gives up what takes too long.
async fn limited(State(api): State<Api>, request: Request, next: Next) -> Response {
    if let Err(problem) = check_size(&api, &request) {
        return problem.into_response();
    }
    match tokio::time::timeout(api.config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::TimedOut.into_response(),
    }
}

fn check_size(api: &Api, request: &Request) -> Result<(), Problem> {
    let config = &api.config;
    if request.uri().path_and_query().map_or(0, |address| address.as_str().len()) > config.address_limit {
        return Err(Problem::AddressTooLong { limit: config.address_limit });
    }
    let headers = request.headers();
    if headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > config.headers_limit {
        return Err(Problem::HeadersTooLarge { limit: config.headers_limit });
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
    if length > config.body_limit {
        return Err(Problem::BodyTooLarge { limit: config.body_limit });
    }
    // No action reads a body yet. One that does will take this line with it.
    if length > 0 || headers.contains_key(TRANSFER_ENCODING) {
        return Err(Problem::UnexpectedBody);
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is tower-http's")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text =
        panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::Internal(fault(format!("a handler panicked: {}", text.unwrap_or_default()))).into_response()
}

/// Gives the request its id and its span, and the answer its last form.
async fn finished(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!(
        "api.request.answer",
        request.id = id,
        http.method = %request.method(),
        http.route = route,
        workspace.id = tracing::field::Empty,
        token.id = tracing::field::Empty,
    );
    async move {
        let started = std::time::Instant::now();
        let mut response = render(next.run(request).await, &id);
        secure(&mut response);
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(http.status = response.status().as_u16(), duration_ms, "answered");
        response
    }
    .instrument(span)
    .await
}

/// The client's own id, where it is short and plain enough to be written into logs; else a new one.
fn request_id(request: &Request) -> String {
    let is_plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain);
    given.map_or_else(|| format!("req_{}", Uuid::now_v7().as_simple()), str::to_owned)
}

/// Writes the body of a problem (axum takes it off again for HEAD). A bare error of axum's own (no route, no method) becomes one.
fn render(response: Response, id: &str) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let problem = parts.extensions.remove::<Problem>().unwrap_or_else(|| Problem::of_status(status));
    if let Problem::Internal(source) = &problem {
        tracing::error!(error = source.as_ref() as &(dyn std::error::Error + 'static), "request failed");
    }
    parts.status = problem.kind().0;
    let body = serde_json::to_vec(&problem.body(id.to_owned())).unwrap_or_default();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = problem.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
        parts.headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if problem.is_passing() {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    Response::from_parts(parts, body.into())
}

/// No answer is ever a page, a script or a frame.
fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests;
