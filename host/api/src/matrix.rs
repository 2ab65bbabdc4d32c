//! Every route × every kind of caller, out of the OpenAPI document: a route that has no row here fails the test, and so does
//! an answer that the document does not declare.

use serde_json::Value;

use crate::fake::{ACME, ACME_PEOPLE, Answer, BOLT, Fake, SCOPELESS, connection_of, get, run_of, send};

/// Each path of the document, with the address of a thing of a token's workspace.
fn address(path: &str, token: &str) -> Option<String> {
    Some(match path {
        "/v1/connections/{id}" => format!("/v1/connections/{}", connection_of(token)),
        "/v1/runs/{id}" => format!("/v1/runs/{}", run_of(token)),
        // The registry is the same for all.
        "/v1/metrics/{id}" => "/v1/metrics/pickup-time".to_owned(),
        "/v1/metrics" | "/v1/connections" | "/v1/runs" | "/v1/plugins" | "/v1/workspace" | "/livez" | "/readyz"
        | "/openapi.json" => path.to_owned(),
        _ => return None,
    })
}

/// The paths whose things belong to one workspace.
const OWNED: [&str; 2] = ["/v1/connections/{id}", "/v1/runs/{id}"];

struct Route {
    path: String,
    method: String,
    operation: Value,
}

impl Route {
    fn all() -> Vec<Self> {
        let document = serde_json::to_value(crate::openapi()).expect("a document");
        let mut routes = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("a path item") {
                routes.push(Self { path: path.clone(), method: method.to_uppercase(), operation: operation.clone() });
            }
        }
        assert!(routes.len() >= 11, "the document has lost routes");
        routes
    }

    /// The scopes that the document says it needs; `None` where it is open to all.
    fn scopes(&self) -> Option<Vec<String>> {
        let needs = self.operation["security"].as_array()?;
        let scopes = needs[0]["token"].as_array().expect("the scheme `token`");
        Some(scopes.iter().map(|scope| scope.as_str().expect("text").to_owned()).collect())
    }

    fn address(&self, token: &str) -> String {
        address(&self.path, token).unwrap_or_else(|| panic!("{} has no row in the matrix", self.path))
    }

    /// Asks, and checks that the answer is a declared one and has the headers that all have.
    async fn ask(&self, address: &str, token: Option<&str>) -> Answer {
        let answer = send(Fake::default(), &self.method, address, token, &[]).await;
        let status = answer.status.to_string();
        assert!(
            self.operation["responses"][&status].is_object(),
            "{} {address}: {status} is not declared",
            self.method
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{address}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{address}");
        assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
        assert!(answer.header("x-request-id").is_some_and(|id| id.starts_with("req_")), "{address}");
        if answer.status >= 400 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{address}");
            answer.problem();
        } else if self.scopes().is_some() {
            assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{address}");
            assert!(answer.header("etag").is_some_and(|tag| tag.starts_with('"')), "{address}");
        }
        answer
    }
}

#[tokio::test]
async fn every_route_refuses_who_has_no_valid_token() {
    for route in Route::all() {
        let address = route.address(ACME);
        let Some(_) = route.scopes() else {
            assert_eq!(route.ask(&address, None).await.status, 200, "{address}");
            continue;
        };
        let refused = [
            (None, "token-missing", "send `Authorization"),
            (Some("nonsense"), "invalid-token", "must be `Bearer"),
            (Some("wbt_unknown"), "invalid-token", "no such token"),
            (Some("wbt_revoked"), "invalid-token", "revoked"),
            (Some("wbt_expired"), "invalid-token", "expired"),
        ];
        for (token, problem, words) in refused {
            let answer = route.ask(&address, token).await;
            assert_eq!((answer.status, answer.problem_type().as_str()), (401, problem), "{address} {token:?}");
            assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer realm=")));
            assert!(answer.text.contains(words), "{address} {token:?}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn every_route_names_the_scope_that_a_token_lacks() {
    for route in Route::all() {
        let address = route.address(ACME);
        let answer = route.ask(&address, Some(SCOPELESS)).await;
        match route.scopes().unwrap_or_default().first() {
            None => assert_eq!(answer.status, 200, "{address}"),
            Some(scope) => {
                assert_eq!((answer.status, answer.problem_type().as_str()), (403, "missing-scope"), "{address}");
                assert_eq!(answer.body["scope"].as_str(), Some(scope.as_str()), "{address}");
                let challenge = answer.header("www-authenticate").expect("a challenge");
                assert!(challenge.contains("insufficient_scope") && challenge.contains(scope), "{challenge}");
            }
        }
    }
}

#[tokio::test]
async fn every_route_serves_its_own_workspace_and_no_byte_of_another() {
    for route in Route::all() {
        for (token, foreign) in [(ACME, BOLT), (ACME_PEOPLE, BOLT), (BOLT, ACME)] {
            let answer = route.ask(&route.address(token), Some(token)).await;
            assert_eq!(answer.status, 200, "{} {token}", route.path);
            let canary = if foreign == BOLT { "Bolt" } else { "Acme" };
            assert!(!answer.text.contains(canary), "{} {token}: {}", route.path, answer.text);
            assert!(!answer.text.contains(&connection_of(foreign).to_string()), "{} {token}", route.path);
        }
    }
}

#[tokio::test]
async fn every_route_answers_anothers_id_like_an_id_of_nothing() {
    for route in Route::all().iter().filter(|route| OWNED.contains(&route.path.as_str())) {
        let theirs = route.ask(&route.address(BOLT), Some(ACME)).await;
        let nothing = route.address(BOLT).split('_').next().expect("a prefix").to_owned() + "_" + &"0".repeat(32);
        let nothing = route.ask(&nothing, Some(ACME)).await;
        assert_eq!((theirs.status, theirs.problem()), (404, nothing.problem()), "{}", route.path);
    }
}

#[test]
fn every_route_with_an_id_in_its_path_is_sorted_into_owned_or_shared() {
    for route in Route::all().iter().filter(|route| route.path.contains('{')) {
        let differs = route.address(ACME) != route.address(BOLT);
        assert_eq!(differs, OWNED.contains(&route.path.as_str()), "{}", route.path);
    }
}

#[tokio::test]
async fn every_route_refuses_parameters_that_it_does_not_have() {
    for route in Route::all() {
        for name in ["workspace", "workspace_id", "tenant", "token", "access_token", "callback"] {
            let address = format!("{}?{name}=ws_{}", route.address(ACME), "2".repeat(32));
            let answer = route.ask(&address, Some(ACME)).await;
            assert_eq!((answer.status, answer.problem_type().as_str()), (400, "invalid-parameter"), "{address}");
            assert_eq!(answer.body["errors"][0]["parameter"], name, "{address}");
        }
    }
}

#[tokio::test]
async fn every_route_ignores_headers_that_name_a_workspace() {
    let bolt = format!("ws_{}", "02".repeat(16));
    let headers = [("x-workspace-id", bolt.as_str()), ("x-tenant", "Bolt"), ("cookie", "workspace=Bolt")];
    for route in Route::all() {
        let plain = get(Fake::default(), &route.address(ACME), Some(ACME)).await;
        let named = send(Fake::default(), &route.method, &route.address(ACME), Some(ACME), &headers).await;
        assert_eq!((plain.status, &plain.text), (named.status, &named.text), "{}", route.path);
    }
}

#[tokio::test]
async fn every_route_answers_head_like_get_without_the_body_and_nothing_else() {
    for route in Route::all() {
        let address = route.address(ACME);
        let full = get(Fake::default(), &address, Some(ACME)).await;
        let head = send(Fake::default(), "HEAD", &address, Some(ACME), &[]).await;
        assert_eq!((head.status, head.text.as_str(), head.header("etag")), (200, "", full.header("etag")), "{address}");
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let answer = send(Fake::default(), method, &address, Some(ACME), &[]).await;
            assert_eq!(
                (answer.status, answer.problem_type().as_str()),
                (405, "method-not-allowed"),
                "{method} {address}"
            );
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method} {address}");
        }
    }
}

#[tokio::test]
async fn every_failure_of_the_backend_is_told_without_its_inside() {
    for route in Route::all().iter().filter(|route| route.scopes().is_some()) {
        for fake in [Fake::default().failing(), Fake::default().panicking()] {
            let answer = get(fake, &route.address(ACME), Some(ACME)).await;
            assert_eq!((answer.status, answer.problem_type().as_str()), (500, "internal"), "{}", route.path);
            assert!(!answer.text.contains("secret"), "{}", answer.text);
        }
    }
}
