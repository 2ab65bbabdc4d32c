//! Credentials: written for their hosts alone, and never read by the plugin.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::capability::{AuthScheme, AuthSlot};
use domain::exchange::Request;
use http::Response;
use weighbridge_egress::Credential;

use super::upstream::{Upstream, ok};
use super::world::{HOST, OTHER, SECRET, config, get, get_as, is_denied, permit, session, slot};

#[tokio::test]
async fn a_credential_goes_to_its_host_and_to_no_other() {
    let (ours, theirs) = (Upstream::serve(|_| ok("ours")).await, Upstream::serve(|_| ok("theirs")).await);
    let session = session(config(&[(HOST, ours.address), (OTHER, theirs.address)]), permit());
    session.send(get_as("https://api.example.test/x")).await.expect("an answer");
    session.send(get("https://api.example.test/x")).await.expect("an answer");
    session.send(get("https://other.example.test/x")).await.expect("an answer");
    assert!(is_denied(&session.send(get_as("https://other.example.test/x")).await));
    let written: Vec<_> = ours.seen()[0].request.headers().get_all("authorization").iter().cloned().collect();
    assert_eq!(written, [format!("Bearer {SECRET}")]);
    assert!(!ours.seen()[1].request.headers().contains_key("authorization"));
    assert_eq!(theirs.seen().len(), 1);
    assert!(!theirs.seen()[0].request.headers().contains_key("authorization"));
}

#[tokio::test]
async fn a_plugin_cannot_write_the_header_of_a_credential() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let mut permit = permit();
    permit.credentials[0].slot.scheme = AuthScheme::Header("x-api-key".to_owned());
    let session = session(config(&[(HOST, upstream.address)]), permit);
    for name in [
        "x-api-key",
        "X-API-Key",
        "x_api_key",
        "private-token",
        "Authorization",
        "cookie",
        "host",
        "proxy-authorization",
        "connection",
    ] {
        let mut request = get_as("https://api.example.test/x");
        request.headers.push((name.to_owned(), "mine".to_owned()));
        assert!(is_denied(&session.send(request).await), "{name}");
    }
    session.send(get_as("https://api.example.test/x")).await.expect("an answer");
    assert_eq!(
        (upstream.seen().len(), &upstream.seen()[0].request.headers()["x-api-key"]),
        (1, &SECRET.parse().expect("a value"))
    );
}

#[tokio::test]
async fn an_empty_slot_sends_nothing_or_is_denied() {
    for (optional, sent) in [(true, 1), (false, 0)] {
        let upstream = Upstream::serve(|_| ok("hello")).await;
        let mut permit = permit();
        permit.credentials[0].secret = None;
        permit.credentials[0].slot.optional = optional;
        let session = session(config(&[(HOST, upstream.address)]), permit);
        let outcome = session.send(get_as("https://api.example.test/x")).await;
        assert_eq!((outcome.is_ok(), is_denied(&outcome), upstream.seen().len()), (optional, !optional, sent));
    }
}

/// How an echo spells the value of the header `authorization`.
fn spell(form: &str, value: &str) -> String {
    let hex = |separator: &str| value.bytes().map(|byte| format!("{separator}{byte:02x}")).collect::<String>();
    match form {
        "upper" => value.to_uppercase(),
        "base64" => STANDARD.encode(value),
        "base64url" => URL_SAFE_NO_PAD.encode(format!("??{value}")),
        "hex" => hex(""),
        "HEX" => hex("").to_uppercase(),
        "percent" => hex("%"),
        "component" => value.replace('/', "%2F").replace('+', "%2B").replace('~', "%7E"),
        "query" => value.replace('/', "%2f").replace('+', "%2b").replace(' ', "+"),
        "json" => format!("{{\"headers\":{{\"Authorization\":\"{}\"}}}}", value.replace('/', "\\/")),
        "unicode" => hex("\\u00"),
        "html" => value.bytes().map(|byte| format!("&#{byte};")).collect(),
        _ => value.to_owned(),
    }
}

#[tokio::test]
async fn an_echo_is_blanked_in_every_form_in_body_and_headers() {
    let forms = [
        "raw",
        "upper",
        "base64",
        "base64url",
        "hex",
        "HEX",
        "percent",
        "component",
        "query",
        "json",
        "unicode",
        "html",
    ];
    let upstream = Upstream::serve(|request| {
        let value = request.headers()["authorization"].to_str().expect("text");
        let text = spell(&request.uri().path()[1..], value);
        let body = format!("{}{text}{}", "before ".repeat(1000), " after".repeat(1000));
        Response::builder().header("x-echo", text).body(Bytes::from(body)).expect("a response")
    })
    .await;
    let session = session(config(&[(HOST, upstream.address)]), permit());
    for form in forms {
        let answer = session.send(get_as(&format!("https://{HOST}/{form}"))).await.expect("an answer");
        let secret = spell(form, &format!("Bearer {SECRET}"));
        let body = String::from_utf8(answer.body.clone()).expect("text");
        let echo = answer.header("x-echo").expect("a header");
        for text in [body.as_str(), echo] {
            assert!(text.contains("*******"), "{form}: {text}");
            // No stretch of what spells the secret's middle is left.
            let middle = secret.len() / 2;
            assert!(!text.contains(&secret[middle - 9..middle + 9]), "{form}: {text}");
        }
        assert!(body.starts_with("before before ") && body.ends_with(" after after"), "{form}");
    }
}

#[tokio::test]
async fn a_secret_that_a_source_kept_is_blanked_when_it_is_read_back() {
    let kept = std::sync::Mutex::new(Vec::new());
    let keeper = Upstream::serve(move |request| {
        let mut kept = kept.lock().expect("a lock");
        kept.extend(["authorization", "x-api-key"].iter().filter_map(|name| request.headers().get(*name)).cloned());
        let lines: Vec<_> = kept.iter().map(|value| value.to_str().expect("text")).collect();
        Response::builder().header("x-kept", lines.concat()).body(Bytes::from(lines.join(" "))).expect("a response")
    })
    .await;
    let mut permit = permit();
    let slot = AuthSlot { name: "key".to_owned(), scheme: AuthScheme::Header("x-api-key".to_owned()), ..slot(HOST) };
    let other = "another-S3cret-of-the-connection";
    permit.credentials.push(Credential { slot, secret: Some(other.into()), id: "cred-2".to_owned() });
    let session = session(config(&[(HOST, keeper.address), (OTHER, keeper.address)]), permit);
    session.send(get_as("https://api.example.test/x")).await.expect("an answer");
    session
        .send(Request { auth: Some("key".to_owned()), ..get("https://api.example.test/x") })
        .await
        .expect("an answer");
    // Read back with no credential, with another one, and from another host.
    for request in
        [get("https://api.example.test/x"), get_as("https://api.example.test/x"), get("https://other.example.test/x")]
    {
        let answer = session.send(request).await.expect("an answer");
        let text = format!("{} {}", String::from_utf8_lossy(&answer.body), answer.header("x-kept").expect("a header"));
        assert!(text.contains("Bearer ****") && !text.contains(SECRET) && !text.contains(other), "{text}");
    }
}

#[tokio::test]
async fn no_debug_output_of_a_session_shows_the_secret() {
    let upstream = Upstream::serve(|_| ok("hello")).await;
    let session = session(config(&[(HOST, upstream.address)]), permit());
    session.send(get_as("https://api.example.test/x")).await.expect("an answer");
    assert!(!format!("{session:?}").contains(SECRET));
}
