//! `GET /v1/runs`: what connections did.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::run::RunState;
use domain::{ConnectionId, PluginId, RunId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::cursor::{Binding, next_link, page};
use crate::parameters::{FromParameters, Paging, Parameters, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, Moment, RunsQuery, RunsRead, Slice};

/// A run in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunSummary {
    /// Its id.
    #[schema(value_type = String, example = "run_0198c0de000070008000000000000001")]
    pub id: RunId,
    /// The connection that ran.
    #[schema(value_type = String, example = "con_0198c0de000070008000000000000001")]
    pub connection: ConnectionId,
    /// The plugin.
    #[schema(value_type = String, example = "weighbridge/github")]
    pub plugin: PluginId,
    /// The plugin's version.
    #[schema(example = "1.4.0")]
    pub plugin_version: String,
    /// How it ended.
    pub state: RunStatus,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    #[schema(required)]
    pub finished_at: Option<Moment>,
    /// How many records were accepted.
    pub records: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Still going.
    Running,
    /// Every stream is caught up.
    Succeeded,
    /// Some streams are, others failed.
    Partial,
    /// None is.
    Failed,
    /// The host stopped; the cursors stand at the last committed pages.
    Abandoned,
}

impl From<RunState> for RunStatus {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Running => Self::Running,
            RunState::Succeeded => Self::Succeeded,
            RunState::Partial => Self::Partial,
            RunState::Failed => Self::Failed,
            RunState::Abandoned => Self::Abandoned,
        }
    }
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunPage {
    /// The runs, newest first.
    items: Vec<RunSummary>,
    /// The cursor of the next page; `null` on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

pub(crate) struct RunParameters {
    connection: Option<ConnectionId>,
    paging: Paging,
}

impl FromParameters for RunParameters {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            connection: parameters.parse("connection", "the id of a connection, as in `/v1/connections`"),
            paging: Paging::read(parameters),
        }
    }
}

/// Runs
///
/// Newest first, in pages; of all connections, or of one.
#[utoipa::path(
    get,
    path = "/v1/runs",
    tag = "runs",
    security(("token" = ["runs:read"])),
    params(
        ("connection" = Option<String>, Query, description = "Only runs of this connection."),
        ("limit" = Option<usize>, Query, description = "How many; 50 when it is left out.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = RunPage,
            headers(("Link" = String, description = "The address of the next page, `rel=\"next\"`."))),
        (status = 304, description = "Not changed."),
        (status = 404, response = crate::openapi::NotFound),
    ),
)]
pub(crate) async fn list_runs(
    caller: Authorized<RunsRead>,
    Query(RunParameters { connection, paging }): Query<RunParameters>,
    State(api): State<Api>,
    uri: Uri,
    known: Known,
) -> Result<Response, Problem> {
    let filter = connection.map(|id| id.to_string()).unwrap_or_default();
    let binding = Binding { workspace: caller.workspace(), route: "/v1/runs", filter: &filter };
    let key = &api.config.cursor_key;
    let after = paging.cursor.map(|cursor| binding.open(key, &cursor)).transpose()?;
    let query = RunsQuery { connection, slice: Slice { after, limit: paging.limit + 1 } };
    let found = api.backend.list_runs(&caller, query).await?.ok_or(Problem::NotFound)?;
    let (items, next_cursor) = page(found, paging.limit, |item| item.id, |id| binding.seal(key, id));
    let link = next_cursor.as_deref().and_then(|cursor| next_link(&uri, cursor));
    known.answer(&RunPage { items, next_cursor }, link)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, BOLT, Fake, RUNS, connection_of, get};

    /// The ids of all runs, page after page, until there is no link to a next one. A page is never empty.
    async fn walk(limit: usize) -> Vec<String> {
        let mut address = format!("/v1/runs?limit={limit}");
        let mut seen = Vec::new();
        loop {
            let answer = get(Fake::default(), &address, Some(ACME)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let items = answer.body["items"].as_array().expect("items").clone();
            assert!((1..=limit).contains(&items.len()));
            seen.extend(items.iter().map(|run| run["id"].as_str().expect("an id").to_owned()));
            let Some(link) = answer.header("link") else {
                assert!(answer.body["next_cursor"].is_null());
                return seen;
            };
            address = link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"").to_owned();
            assert!(address.ends_with(answer.body["next_cursor"].as_str().expect("a cursor")));
        }
    }

    #[tokio::test]
    async fn the_walk_over_all_pages_sees_every_run_once_newest_first() {
        // Limits that leave a rest, that come out even, and that hold all.
        for limit in [1, 3, 4, RUNS, 100] {
            let seen = walk(limit).await;
            assert_eq!(seen.len(), RUNS, "limit {limit}");
            assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
        }
    }

    #[tokio::test]
    async fn a_cursor_of_another_workspace_list_or_filter_is_refused() {
        let first = get(Fake::default(), "/v1/runs?limit=3", Some(ACME)).await;
        let cursor = first.body["next_cursor"].as_str().expect("a cursor").to_owned();
        let filtered = format!("/v1/runs?connection={}&cursor={cursor}", connection_of(ACME));
        let swapped = [
            (format!("/v1/runs?cursor={cursor}"), BOLT),
            (format!("/v1/connections?cursor={cursor}"), ACME),
            (filtered, ACME),
            ("/v1/runs?cursor=".to_owned(), ACME),
            ("/v1/runs?cursor=AAAA".to_owned(), ACME),
            (format!("/v1/runs?cursor={cursor}A"), ACME),
        ];
        for (address, token) in swapped {
            let answer = get(Fake::default(), &address, Some(token)).await;
            assert_eq!((answer.status, answer.problem_type().as_str()), (400, "invalid-cursor"), "{address}");
        }
        insta::assert_json_snapshot!(get(Fake::default(), "/v1/runs?cursor=x", Some(ACME)).await.problem());
    }

    #[tokio::test]
    async fn a_filter_by_anothers_connection_is_a_filter_by_nothing() {
        let theirs = get(Fake::default(), &format!("/v1/runs?connection={}", connection_of(BOLT)), Some(ACME)).await;
        let nothing = "/v1/runs?connection=con_00000000000000000000000000000000";
        let nothing = get(Fake::default(), nothing, Some(ACME)).await;
        assert_eq!((theirs.status, theirs.problem()), (404, nothing.problem()));
    }

    #[tokio::test]
    async fn each_bad_parameter_is_named() {
        let bad =
            ["limit=0", "limit=101", "limit=-1", "limit=1e3", "limit=99999999999999999999", "limit=", "connection=1"];
        for query in bad {
            let answer = get(Fake::default(), &format!("/v1/runs?{query}"), Some(ACME)).await;
            assert_eq!((answer.status, answer.problem_type().as_str()), (400, "invalid-parameter"), "{query}");
            let name = query.split('=').next().expect("a name");
            assert_eq!(answer.body["errors"][0]["parameter"], name, "{query}");
        }
    }
}
