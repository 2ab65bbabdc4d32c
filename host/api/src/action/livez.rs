//! `GET /livez`: the process answers. It touches nothing else, so that a slow store does not get the process killed.

use axum::Json;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

use crate::parameters::{NoParameters, Query};

/// Alive.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Liveness {
    /// `alive`.
    status: &'static str,
}

/// Whether the process answers
///
/// Asks nobody else. For what restarts a process that hangs.
#[utoipa::path(get, path = "/livez", tag = "host", responses((status = 200, description = "It does.", body = Liveness)))]
pub(crate) async fn livez(_: Query<NoParameters>) -> ([(HeaderName, &'static str); 1], Json<Liveness>) {
    ([(CACHE_CONTROL, "no-store")], Json(Liveness { status: "alive" }))
}

#[cfg(test)]
mod tests {
    use crate::fake::{Fake, get};

    #[tokio::test]
    async fn the_process_is_alive_while_the_backend_fails() {
        let answer = get(Fake::default().failing(), "/livez", None).await;
        assert_eq!((answer.status, answer.body["status"].as_str()), (200, Some("alive")));
    }
}
