//! Every way in which a request can fail, and the one place that says with which status and in which words.
//!
//! Bodies are RFC 9457 problem details. A handler returns a [`Problem`]; [`edge`](crate::edge) renders it, since only
//! there the request's id is known. To add one: a variant, and a line in `kind` and, where it has more to say than its title, in
//! `detail`.

use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AuthenticateError, Check, MetricQuery, PortError, Scope, TokenRefusal};

/// Where the types of problem are described.
pub(crate) const TYPES: &str = "https://weighbridge.dev/problems/";

/// Why a request is not answered.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    InvalidParameters(Vec<ParameterError>),
    InvalidCursor,
    AnswerTooLarge,
    UnexpectedBody,
    TokenMissing,
    InvalidToken(TokenRefusal),
    MissingScope(Scope),
    /// No such thing in this workspace; whether there is one in another is not told.
    NotFound,
    NoSuchRoute,
    MethodNotAllowed,
    BodyTooLarge {
        limit: u64,
    },
    AddressTooLong {
        limit: usize,
    },
    HeadersTooLarge {
        limit: usize,
    },
    NotReady(Vec<Check>),
    Unavailable,
    TimedOut,
    /// Ours to mend: the source is logged, and not shown.
    Internal(Arc<dyn Error + Send + Sync>),
}

/// One parameter that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ParameterError {
    /// The parameter's name.
    pub(crate) parameter: String,
    /// What is wrong with it.
    pub(crate) detail: String,
    /// The values that it may have, where they can be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed: Vec<String>,
}

/// A problem, as RFC 9457 writes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// The type of the problem: `https://weighbridge.dev/problems/NAME`.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "https://weighbridge.dev/problems/invalid-parameter")]
    problem_type: String,
    /// The type in words; the same for each problem of the type.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time, and the way out.
    detail: String,
    /// The id of the request, the same as in the header `x-request-id`.
    instance: String,
    /// The parameters that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ParameterError>,
    /// The scope that the token is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    /// What was checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
}

impl Problem {
    /// Status, name of the type, title.
    pub(crate) fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidParameters(_) => (StatusCode::BAD_REQUEST, "invalid-parameter", "A parameter is wrong"),
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid-cursor", "The cursor is not valid here"),
            Self::AnswerTooLarge => (StatusCode::BAD_REQUEST, "answer-too-large", "The answer would be too large"),
            Self::UnexpectedBody => (StatusCode::BAD_REQUEST, "unexpected-body", "The request must not have a body"),
            Self::TokenMissing => (StatusCode::UNAUTHORIZED, "token-missing", "A token is needed"),
            Self::InvalidToken(_) => (StatusCode::UNAUTHORIZED, "invalid-token", "The token is not accepted"),
            Self::MissingScope(_) => (StatusCode::FORBIDDEN, "missing-scope", "The token lacks a scope"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::NoSuchRoute => (StatusCode::NOT_FOUND, "no-such-route", "There is no such address"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The address does not take this method")
            }
            Self::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large"),
            Self::AddressTooLong { .. } => (StatusCode::URI_TOO_LONG, "address-too-long", "The address is too long"),
            Self::HeadersTooLarge { .. } => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", "The headers are too large")
            }
            Self::NotReady(_) => (StatusCode::SERVICE_UNAVAILABLE, "not-ready", "The host is not ready"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now"),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "timed-out", "The answer took too long"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The host failed"),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::InvalidParameters(errors) => {
                let all: Vec<_> = errors.iter().map(|e| format!("`{}` {}", e.parameter, e.detail)).collect();
                all.join("; ")
            }
            Self::InvalidCursor => "`cursor` is not one that this list gave out for this workspace and these filters; \
                leave it out to start from the first page"
                .to_owned(),
            Self::AnswerTooLarge => format!(
                "the answer has more than {} points; ask for a shorter window, a longer interval, or no grouping",
                MetricQuery::MAX_POINTS
            ),
            Self::UnexpectedBody => "this action is asked by its address alone; send no body".to_owned(),
            Self::TokenMissing => {
                "send `Authorization: Bearer wbt_…`; make a token with `weighbridge token`".to_owned()
            }
            Self::InvalidToken(refusal) => refusal.to_string(),
            Self::MissingScope(Scope::PeopleRead) => "the token lacks the scope `people:read`: figures of individual \
                people are off by default, and only a token made with this scope reads them"
                .to_owned(),
            Self::MissingScope(scope) => {
                format!("the token lacks the scope `{scope}`; make one that has it with `weighbridge token`")
            }
            Self::NotFound => "there is nothing of this id in the workspace of the token".to_owned(),
            Self::NoSuchRoute => "the addresses are listed in `/openapi.json`".to_owned(),
            Self::MethodNotAllowed => "the methods that it takes are in the header `Allow`".to_owned(),
            Self::BodyTooLarge { limit } => format!("a body has at most {limit} bytes"),
            Self::AddressTooLong { limit } => format!("path and query have at most {limit} bytes"),
            Self::HeadersTooLarge { limit } => format!("names and values of headers have at most {limit} bytes in all"),
            Self::NotReady(_) => "a check failed; `/readyz?verbose` names it".to_owned(),
            Self::Unavailable => "the host is starting, stopping or busy; try again shortly".to_owned(),
            Self::TimedOut => "the request was given up; ask for less, or try again later".to_owned(),
            Self::Internal(_) => "it was logged under this request's id; tell the operator the id".to_owned(),
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750), for the statuses that have one.
    pub(crate) fn challenge(&self) -> Option<String> {
        const REALM: &str = r#"Bearer realm="weighbridge""#;
        match self {
            Self::TokenMissing => Some(REALM.to_owned()),
            Self::InvalidToken(_) => Some(format!(r#"{REALM}, error="invalid_token""#)),
            Self::MissingScope(scope) => Some(format!(r#"{REALM}, error="insufficient_scope", scope="{scope}""#)),
            _ => None,
        }
    }

    /// Whether the client is told to come back.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::NotReady(_) | Self::Unavailable | Self::TimedOut)
    }

    /// The body, for the request of this id.
    pub(crate) fn body(&self, instance: String) -> ProblemBody {
        let (status, name, title) = self.kind();
        ProblemBody {
            problem_type: format!("{TYPES}{name}"),
            title,
            status: status.as_u16(),
            detail: self.detail(),
            instance,
            errors: if let Self::InvalidParameters(errors) = self { errors.clone() } else { Vec::new() },
            scope: if let Self::MissingScope(scope) = self { Some(scope.as_str()) } else { None },
            checks: if let Self::NotReady(checks) = self { checks.clone() } else { Vec::new() },
        }
    }

    /// What a bare status of axum's own stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NoSuchRoute,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            other => Self::Internal(fault(format!("an answer of status {other} without a problem"))),
        }
    }
}

/// A failure of ours that has no error of its own.
pub(crate) fn fault(text: String) -> Arc<dyn Error + Send + Sync> {
    Box::<dyn Error + Send + Sync>::from(text).into()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind().0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<TokenRefusal> for Problem {
    fn from(refusal: TokenRefusal) -> Self {
        Self::InvalidToken(refusal)
    }
}

impl From<AuthenticateError> for Problem {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Refused(refusal) => refusal.into(),
            AuthenticateError::Port(error) => error.into(),
        }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::TooManyPoints => Self::AnswerTooLarge,
            PortError::Unavailable => Self::Unavailable,
            PortError::Fault(source) => Self::Internal(source.into()),
        }
    }
}
