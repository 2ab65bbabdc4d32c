//! `GET /openapi.json`: this API, described.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::conditional::Known;
use crate::parameters::{NoParameters, Query};
use crate::problem::Problem;

/// The description of this API
///
/// OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "host",
    operation_id = "get_openapi",
    responses((status = 200, description = "The document.", body = Object), (status = 304, description = "Not changed.")),
)]
async fn get_openapi(
    State(document): State<Arc<OpenApi>>,
    _: Query<NoParameters>,
    known: Known,
) -> Result<Response, Problem> {
    known.answer(&*document, None)
}

/// Its documentation alone.
pub(crate) fn documented() -> OpenApiRouter<Api> {
    let mut router = OpenApiRouter::new();
    let documented = OpenApiRouter::<Arc<OpenApi>>::new().routes(routes!(get_openapi)).into_openapi();
    router.get_openapi_mut().merge(documented);
    router
}

/// Its route, which serves this document.
pub(crate) fn route(document: OpenApi) -> Router<Api> {
    Router::new().route("/openapi.json", get(get_openapi)).with_state(Arc::new(document))
}

#[cfg(test)]
mod tests {
    use crate::fake::{Fake, get};

    #[tokio::test]
    async fn the_document_is_complete_and_as_reviewed() {
        let answer = get(Fake::default(), "/openapi.json", None).await;
        assert_eq!((answer.status, answer.body["openapi"].as_str()), (200, Some("3.1.0")));
        insta::assert_json_snapshot!(answer.body);
    }

    #[tokio::test]
    async fn every_reference_of_the_document_leads_somewhere() {
        let document = get(Fake::default(), "/openapi.json", None).await;
        let mut references = 0;
        for piece in document.text.split(r##""$ref":"#"##).skip(1) {
            let pointer = piece.split('"').next().expect("a pointer");
            assert!(document.body.pointer(pointer).is_some(), "{pointer} leads nowhere");
            references += 1;
        }
        assert!(references > 50, "only {references} references were found");
    }
}
