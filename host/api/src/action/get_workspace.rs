//! `GET /v1/workspace`: the one workspace that the token is bound to.

use axum::extract::State;
use axum::response::Response;
use domain::WorkspaceId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::parameters::{NoParameters, Query};
use crate::problem::Problem;
use crate::{AnyToken, Api, Authorized};

/// A workspace.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Workspace {
    /// Its id.
    #[schema(value_type = String, example = "ws_0198c0de000070008000000000000001")]
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// The IANA time zone that its days are counted in.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
}

/// The workspace of the token
///
/// Any valid token reads it.
#[utoipa::path(
    get,
    path = "/v1/workspace",
    tag = "workspace",
    security(("token" = [])),
    responses(
        (status = 200, description = "The workspace.", body = Workspace),
        (status = 304, description = "Not changed."),
    ),
)]
pub(crate) async fn get_workspace(
    caller: Authorized<AnyToken>,
    _: Query<NoParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    known.answer(&api.backend.get_workspace(&caller).await?, None)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, BOLT, Fake, get};

    #[tokio::test]
    async fn the_workspace_is_the_tokens_whatever_else_is_sent() {
        let ours = get(Fake::default(), "/v1/workspace", Some(ACME)).await;
        assert_eq!((ours.status, ours.body["name"].as_str()), (200, Some("Acme")));
        let theirs = ours.body["id"].as_str().expect("an id").to_owned();
        let headers = [("x-workspace-id", theirs.as_str()), ("cookie", "workspace=acme")];
        let answer = crate::fake::send(Fake::default(), "GET", "/v1/workspace", Some(BOLT), &headers).await;
        assert_eq!(answer.body["name"], "Bolt");
        let refused = get(Fake::default(), &format!("/v1/workspace?workspace_id={theirs}"), Some(BOLT)).await;
        assert_eq!(refused.status, 400);
        insta::assert_json_snapshot!(refused.problem());
    }
}
