//! `GET /v1/connections/{id}`: a connection with its streams.

use axum::extract::State;
use axum::response::Response;
use domain::ConnectionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::parameters::{Id, NoParameters, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, ConnectionSummary, ConnectionsRead, Moment};

/// A connection. Its credential is never part of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Connection {
    /// What lists say of it.
    #[serde(flatten)]
    pub summary: ConnectionSummary,
    /// Its streams.
    pub streams: Vec<Stream>,
}

/// A stream of a connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Stream {
    /// Its name, unique in the connection.
    #[schema(example = "issues:acme/shop")]
    pub name: String,
    /// Whether it has all that the source had when it was last asked.
    pub caught_up: bool,
    /// When its last page was committed.
    #[schema(required)]
    pub last_page_at: Option<Moment>,
    /// What went wrong last, until it goes right again.
    #[schema(required)]
    pub error: Option<String>,
    /// Whether the plugin faulted in it so often that it is not tried any more.
    pub set_aside: bool,
}

/// A connection
///
/// With its streams, and how far each is.
#[utoipa::path(
    get,
    path = "/v1/connections/{id}",
    tag = "connections",
    security(("token" = ["connections:read"])),
    params(("id" = String, Path, description = "The connection.")),
    responses(
        (status = 200, description = "The connection.", body = Connection),
        (status = 304, description = "Not changed."),
    ),
)]
pub(crate) async fn get_connection(
    caller: Authorized<ConnectionsRead>,
    Id(id): Id<ConnectionId>,
    _: Query<NoParameters>,
    State(api): State<Api>,
    known: Known,
) -> Result<Response, Problem> {
    let connection = api.backend.find_connection(&caller, id).await?.ok_or(Problem::NotFound)?;
    known.answer(&connection, None)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, BOLT, Fake, connection_of, get};

    #[tokio::test]
    async fn a_connection_shows_its_streams() {
        let answer = get(Fake::default(), &format!("/v1/connections/{}", connection_of(ACME)), Some(ACME)).await;
        assert_eq!(answer.status, 200);
        insta::assert_json_snapshot!(answer.body);
    }

    #[tokio::test]
    async fn what_is_anothers_what_is_nothing_and_what_is_no_id_are_refused_alike() {
        let theirs = connection_of(BOLT).to_string();
        let nothing = "con_00000000000000000000000000000000";
        let mut problems = Vec::new();
        for id in [theirs.as_str(), nothing, "run_00000000000000000000000000000000", "42"] {
            let answer = get(Fake::default(), &format!("/v1/connections/{id}"), Some(ACME)).await;
            assert_eq!(answer.status, 404, "{id}");
            problems.push(answer.problem());
        }
        problems.dedup();
        assert_eq!(problems.len(), 1, "{problems:?}");
        insta::assert_json_snapshot!(problems[0]);
    }
}
