//! `GET /v1/connections`: what brings data into the workspace.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use domain::{ConnectionId, PluginId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditional::Known;
use crate::cursor::{Binding, next_link, page};
use crate::parameters::{Paging, Query};
use crate::problem::Problem;
use crate::{Api, Authorized, ConnectionsRead, Moment, Slice};

/// A connection in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConnectionSummary {
    /// Its id.
    #[schema(value_type = String, example = "con_0198c0de000070008000000000000001")]
    pub id: ConnectionId,
    /// Its name for people.
    pub name: String,
    /// The plugin.
    #[schema(value_type = String, example = "weighbridge/github")]
    pub plugin: PluginId,
    /// Whether it runs.
    pub state: ConnectionState,
    /// The version of the plugin that it runs; `null` where none does.
    #[schema(required, example = "1.4.0")]
    pub plugin_version: Option<String>,
    /// The version that asks for more than the workspace has consented to. Until it does, the connection stays on the one
    /// that it runs.
    #[schema(required)]
    pub waits_for_consent_to: Option<String>,
    /// Why it is stopped, quarantined or backs off, in words; `null` otherwise, and where its last run left no record.
    #[schema(required, example = "unauthorized: the token was refused")]
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last caught up with its source.
    #[schema(required)]
    pub last_success_at: Option<Moment>,
    /// When it runs next.
    #[schema(required)]
    pub next_run_at: Option<Moment>,
}

/// Whether a connection runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionState {
    /// When it is due.
    Active,
    /// Its last runs failed; it is tried again later.
    BackingOff,
    /// Its plugin or its source needs somebody first.
    Stopped,
    /// Its plugin faulted so often that nothing is left to try, or its plugin's release is held for that.
    Quarantined,
    /// Somebody paused it.
    Paused,
}

/// A page of connections.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectionPage {
    /// The connections, oldest first.
    items: Vec<ConnectionSummary>,
    /// The cursor of the next page; `null` on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Connections
///
/// Oldest first, in pages.
#[utoipa::path(
    get,
    path = "/v1/connections",
    tag = "connections",
    security(("token" = ["connections:read"])),
    params(
        ("limit" = Option<usize>, Query, description = "How many; 50 when it is left out.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = ConnectionPage,
            headers(("Link" = String, description = "The address of the next page, `rel=\"next\"`."))),
        (status = 304, description = "Not changed."),
    ),
)]
pub(crate) async fn list_connections(
    caller: Authorized<ConnectionsRead>,
    Query(paging): Query<Paging>,
    State(api): State<Api>,
    uri: Uri,
    known: Known,
) -> Result<Response, Problem> {
    let (key, binding) =
        (&api.config.cursor_key, Binding { workspace: caller.workspace(), route: "/v1/connections", filter: "" });
    let after = paging.cursor.map(|cursor| binding.open(key, &cursor)).transpose()?;
    let slice = Slice { after, limit: paging.limit + 1 };
    let found = api.backend.list_connections(&caller, slice).await?;
    let (items, next_cursor) = page(found, paging.limit, |item| item.id, |id| binding.seal(key, id));
    let link = next_cursor.as_deref().and_then(|cursor| next_link(&uri, cursor));
    known.answer(&ConnectionPage { items, next_cursor }, link)
}

#[cfg(test)]
mod tests {
    use crate::fake::{ACME, Fake, get};

    #[tokio::test]
    async fn a_page_of_connections_is_as_reviewed() {
        let answer = get(Fake::default(), "/v1/connections", Some(ACME)).await;
        assert_eq!(answer.status, 200);
        insta::assert_json_snapshot!(answer.body);
    }
}
