//! `GET /readyz`: whether requests can be served.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::parameters::{FromParameters, Parameters, Query};
use crate::problem::Problem;

/// One thing that was checked. Open to all: names and words, and nothing of the inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// What: `store`, `worker`.
    pub name: String,
    /// Whether it is good.
    pub good: bool,
    /// What is wrong, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadinessAnswer {
    /// `ready`.
    status: &'static str,
    /// What was checked, with `verbose`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
}

pub(crate) struct ReadyzParameters {
    verbose: bool,
}

impl FromParameters for ReadyzParameters {
    fn read(parameters: &mut Parameters) -> Self {
        let verbose = match parameters.text("verbose").as_deref() {
            None | Some("false") => false,
            Some("" | "true") => true,
            Some(_) => {
                parameters.refuse("verbose", "must be left without a value, or be `true` or `false`");
                false
            }
        };
        Self { verbose }
    }
}

/// Whether requests can be served
///
/// For what sends traffic to hosts. With `verbose` the checks are named.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "host",
    params(("verbose" = Option<bool>, Query, description = "Whether to name the checks.")),
    responses((status = 200, description = "They can.", body = ReadinessAnswer)),
)]
pub(crate) async fn readyz(
    State(api): State<Api>,
    Query(ReadyzParameters { verbose }): Query<ReadyzParameters>,
) -> Result<Response, Problem> {
    let checks = api.backend.check().await?;
    let ready = checks.iter().all(|check| check.good);
    let checks = if verbose { checks } else { Vec::new() };
    if !ready {
        return Err(Problem::NotReady(checks));
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(ReadinessAnswer { status: "ready", checks })).into_response())
}

#[cfg(test)]
mod tests {
    use crate::fake::{Fake, get};

    #[tokio::test]
    async fn checks_are_named_only_when_asked_for() {
        let answer = get(Fake::default(), "/readyz", None).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ready"}"#));
        let answer = get(Fake::default(), "/readyz?verbose", None).await;
        assert_eq!(answer.body["checks"][0]["name"], "store");
        assert_eq!(get(Fake::default(), "/readyz?verbose=loud", None).await.status, 400);
    }

    #[tokio::test]
    async fn a_bad_check_takes_the_host_out_and_says_when_to_come_back() {
        let answer = get(Fake::default().not_ready(), "/readyz?verbose", None).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
        insta::assert_json_snapshot!(answer.problem());
    }
}
