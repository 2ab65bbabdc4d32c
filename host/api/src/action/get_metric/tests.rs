use crate::fake::{ACME, ACME_PEOPLE, Answer, BOLT, Fake, get, send};

const PICKUP: &str = "/v1/metrics/pickup-time";

async fn ask(query: &str) -> Answer {
    get(Fake::default(), &format!("{PICKUP}{query}"), Some(ACME)).await
}

#[tokio::test]
async fn figures_come_with_their_window_coverage_and_version() {
    let answer = ask("?from=2026-01-01&to=2026-01-14&interval=week&group_by=repository&time_zone=Europe/Berlin").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    insta::assert_json_snapshot!(answer.body);
}

#[tokio::test]
async fn the_default_window_ends_today_in_the_workspaces_zone() {
    // The fake's clock shows 23:30 UTC of 31 March: in Berlin it is April.
    let answer = ask("").await;
    assert_eq!(answer.body["window"], serde_json::json!({ "from": "2026-01-02", "to": "2026-04-01" }));
}

#[tokio::test]
async fn each_bad_parameter_is_named_with_the_way_out() {
    let bad = [
        ("?from=yesterday", "from"),
        ("?from=2026-02-30", "from"),
        ("?to=2026-03-01T00:00:00Z", "to"),
        ("?from=2026-03-02&to=2026-03-01", "from"),
        ("?from=2020-01-01&to=2026-01-01", "to"),
        ("?from=1969-12-31&to=1970-01-02", "from"),
        ("?interval=hour", "interval"),
        ("?interval=", "interval"),
        ("?interval=Day", "interval"),
        ("?group_by=customer", "group_by"),
        ("?group_by=team", "group_by"),
        ("?time_zone=Mars/Base", "time_zone"),
        ("?time_zone=UTC", "time_zone"),
        ("?limit=5", "limit"),
        ("?workspace=ws_1", "workspace"),
        ("?workspace_id=ws_1", "workspace_id"),
        ("?from=2026-01-01&from=2026-01-02", "from"),
        ("?'%20OR%201=1", "' OR 1"),
    ];
    for (query, parameter) in bad {
        let answer = ask(query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.problem_type(), "invalid-parameter", "{query}");
        assert_eq!(answer.body["errors"][0]["parameter"], parameter, "{query}");
    }
}

#[tokio::test]
async fn all_bad_parameters_are_told_at_once() {
    let answer = ask("?from=x&interval=hour&interval=day&group_by=customer&colour=red").await;
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn individual_figures_need_a_scope_of_their_own() {
    let answer = ask("?group_by=person").await;
    assert_eq!(answer.status, 403);
    insta::assert_json_snapshot!(answer.problem());
    let allowed = get(Fake::default(), &format!("{PICKUP}?group_by=person"), Some(ACME_PEOPLE)).await;
    assert_eq!((allowed.status, allowed.body["group_by"].as_str()), (200, Some("person")));
}

#[tokio::test]
async fn a_known_tag_is_answered_without_a_body_until_the_data_moves() {
    let first = ask("?to=2026-03-31").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    let again = |fake, query: &str, token| {
        let (path, tag) = (format!("{PICKUP}{query}"), tag.clone());
        async move { send(fake, "GET", &path, Some(token), &[("if-none-match", tag.as_str())]).await }
    };
    let kept = again(Fake::default(), "?to=2026-03-31", ACME).await;
    assert_eq!((kept.status, kept.text.as_str(), kept.header("etag")), (304, "", Some(tag.as_str())));
    // The tag is of the data and the question, not of the token, nor of the order of parameters.
    assert_eq!(again(Fake::default(), "?interval=total&to=2026-03-31", ACME_PEOPLE).await.status, 304);
    assert_eq!(again(Fake::default().moved_on(), "?to=2026-03-31", ACME).await.status, 200);
    assert_eq!(again(Fake::default(), "?to=2026-03-30", ACME).await.status, 200);
    assert_eq!(again(Fake::default(), "?to=2026-03-31", BOLT).await.status, 200);
}

#[tokio::test]
async fn figures_are_tagged_with_the_version_that_they_were_computed_from() {
    let moving = get(Fake::default().moving(), PICKUP, Some(ACME)).await;
    let moved = get(Fake::default().moved_on(), PICKUP, Some(ACME)).await;
    assert_eq!((moving.header("etag"), &moving.text), (moved.header("etag"), &moved.text));
}

#[tokio::test]
async fn an_answer_of_too_many_points_is_refused_with_the_way_out() {
    let answer = get(Fake::default().too_many_points(), PICKUP, Some(ACME)).await;
    assert_eq!(answer.status, 400);
    insta::assert_json_snapshot!(answer.problem());
}

#[tokio::test]
async fn a_metric_that_is_not_in_the_registry_does_not_exist() {
    for id in ["nothing", "..%2f..%2fetc", "%ff", "pickup-time%00"] {
        let answer = get(Fake::default(), &format!("/v1/metrics/{id}"), Some(ACME)).await;
        assert_eq!((answer.status, answer.problem_type().as_str()), (404, "not-found"), "{id}");
    }
}
