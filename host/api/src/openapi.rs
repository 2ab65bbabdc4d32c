//! The OpenAPI document: what is the same for all actions. Each action documents itself; the refusals that every action
//! of a sort shares are added here, so that none can forget them.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Type,
};

use crate::problem::ProblemBody;

/// What the document says of itself.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Weighbridge",
        description = "Engineering metrics that explain themselves. A token is bound to one workspace, which is \
            therefore never a parameter. Unknown is `null` with a reason, never 0. Errors are RFC 9457 problem details; \
            lists are paged with opaque cursors; answers carry entity tags.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    components(schemas(ProblemBody)),
    tags(
        (name = "metrics", description = "The catalogue of metrics, and their figures."),
        (name = "connections", description = "What brings data in."),
        (name = "runs", description = "What connections did."),
        (name = "plugins", description = "What may run, and what it may do."),
        (name = "workspace", description = "The workspace of the token."),
        (name = "host", description = "The host itself. Open to all."),
    ),
)]
pub(crate) struct Document;

/// The name of the security scheme.
pub(crate) const SCHEME: &str = "token";

const NOT_FOUND: &str = "There is no such thing in the workspace of the token.";

/// The document with what all actions share.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::default);
    components.add_security_scheme(SCHEME, bearer());
    for (name, response) in shared() {
        components.responses.insert(name.to_owned(), RefOr::T(response));
    }
    for item in document.paths.paths.values_mut() {
        refuse(item);
    }
    document
}

fn bearer() -> SecurityScheme {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("wbt_…")
        .description(Some("A token of `weighbridge token`. The scopes that an action needs stand with the action."));
    SecurityScheme::Http(scheme.build())
}

/// The refusals, by the name of their component.
fn shared() -> [(&'static str, Response); 9] {
    let challenged = |description| {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new().schema(Some(text)).description(Some("The challenge (RFC 6750).")).build();
        ResponseBuilder::from(problem(description)).header("WWW-Authenticate", header).build()
    };
    [
        ("InvalidParameter", problem("A parameter, the cursor or the body is refused.")),
        ("Unauthorized", challenged("There is no token, or it is not accepted.")),
        ("Forbidden", challenged("The token lacks a scope.")),
        ("NotFound", problem(NOT_FOUND)),
        ("BodyTooLarge", problem("The body is too large.")),
        ("AddressTooLong", problem("The address is too long.")),
        ("HeadersTooLarge", problem("The headers are too large.")),
        ("Internal", problem("The host failed. The request's id is in `instance`.")),
        ("Unavailable", problem("Not available now, or it took too long; come back after `Retry-After`.")),
    ]
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

fn refuse(item: &mut PathItem) {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = item;
    for operation in [get, put, post, delete, options, head, patch, trace].into_iter().flatten() {
        let in_path = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path);
        let has_path_parameter = operation.parameters.iter().flatten().any(in_path);
        let mut refusals = vec![
            ("400", "InvalidParameter"),
            ("413", "BodyTooLarge"),
            ("414", "AddressTooLong"),
            ("431", "HeadersTooLarge"),
            ("500", "Internal"),
            ("503", "Unavailable"),
        ];
        if operation.security.is_some() {
            refusals.extend([("401", "Unauthorized"), ("403", "Forbidden")]);
        }
        if has_path_parameter {
            refusals.push(("404", "NotFound"));
        }
        add(operation, refusals);
    }
}

fn add(operation: &mut Operation, refusals: Vec<(&str, &str)>) {
    for (status, component) in refusals {
        let reference = RefOr::Ref(Ref::from_response_name(component));
        operation.responses.responses.entry(status.to_owned()).or_insert(reference);
    }
}

/// Names the shared refusal of what is not there, for actions without an id in their path.
pub(crate) struct NotFound;

impl<'r> utoipa::ToResponse<'r> for NotFound {
    fn response() -> (&'r str, RefOr<Response>) {
        ("NotFound", RefOr::T(problem(NOT_FOUND)))
    }
}
