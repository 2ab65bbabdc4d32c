use crate::fake::{ACME, Fake, get, send};

#[tokio::test]
async fn an_address_that_does_not_exist_is_a_problem_for_everybody() {
    for address in ["/", "/v1", "/v1/metrics/", "/v1/metrics/a/b", "/v2/metrics", "/v1/runs/../plugins"] {
        let answer = get(Fake::default(), address, None).await;
        assert_eq!((answer.status, answer.problem_type().as_str()), (404, "no-such-route"), "{address}");
    }
    insta::assert_json_snapshot!(get(Fake::default(), "/", None).await.problem());
}

#[tokio::test]
async fn a_request_without_a_token_is_told_how_to_get_one() {
    let answer = get(Fake::default(), "/v1/metrics", None).await;
    assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="weighbridge""#));
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn odd_credentials_are_malformed_tokens() {
    for value in ["Basic dTpw", "Bearer", "Bearer  wbt_acme", "wbt_acme", "Bearer wbt_acme, Bearer wbt_bolt"] {
        let answer = send(Fake::default(), "GET", "/v1/metrics", None, &[("authorization", value)]).await;
        assert_eq!((answer.status, answer.problem_type().as_str()), (401, "invalid-token"), "{value}");
    }
    let twice = [("authorization", "Bearer wbt_acme")];
    let answer = send(Fake::default(), "GET", "/v1/metrics", Some(ACME), &twice).await;
    assert_eq!(answer.status, 401);
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_which_are() {
    let answer = send(Fake::default(), "POST", "/v1/metrics", Some(ACME), &[]).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")));
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_the_token_is_looked_at() {
    let long = "x".repeat(20_000);
    let address = format!("/v1/metrics?from={long}");
    let answer = get(Fake::default().panicking(), &address, Some(ACME)).await;
    assert_eq!((answer.status, answer.problem_type().as_str()), (414, "address-too-long"));
    let refused = [
        (("x-noise", long.as_str()), 431, "headers-too-large"),
        (("content-length", "70000"), 413, "body-too-large"),
        (("content-length", "1"), 400, "unexpected-body"),
        (("transfer-encoding", "chunked"), 400, "unexpected-body"),
    ];
    for (header, status, problem) in refused {
        let answer = send(Fake::default().panicking(), "GET", "/v1/metrics", Some(ACME), &[header]).await;
        assert_eq!((answer.status, answer.problem_type().as_str()), (status, problem), "{}", header.0);
    }
    assert_eq!(send(Fake::default(), "GET", "/v1/metrics", Some(ACME), &[("content-length", "0")]).await.status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let answer = get(Fake::default().hanging(), "/v1/plugins", Some(ACME)).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_failure_shows_its_id_and_nothing_else() {
    insta::assert_json_snapshot!(get(Fake::default().failing(), "/v1/plugins", Some(ACME)).await.problem());
}

#[tokio::test]
async fn the_clients_request_id_is_kept_where_it_is_plain() {
    let sent = |id: &'static str| async move {
        let answer = send(Fake::default(), "GET", "/nowhere", None, &[("x-request-id", id)]).await;
        (answer.header("x-request-id").expect("an id").to_owned(), answer.body["instance"].clone())
    };
    assert_eq!(sent("trace-1.a_B").await, ("trace-1.a_B".to_owned(), "trace-1.a_B".into()));
    for odd in ["", "a b", "<script>", "a\"b", &"a".repeat(65)] {
        let odd: &'static str = odd.to_owned().leak();
        assert!(sent(odd).await.0.starts_with("req_"), "{odd}");
    }
}

#[tokio::test]
async fn a_refused_head_has_the_headers_of_the_problem_and_no_body() {
    let answer = send(Fake::default(), "HEAD", "/v1/metrics", None, &[]).await;
    assert_eq!((answer.status, answer.text.as_str()), (401, ""));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
}
