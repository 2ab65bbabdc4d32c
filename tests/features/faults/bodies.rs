//! Bodies that are not what they should be.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use weighbridge_tests::kit::{Reply, Request, Source, TOKEN};
use weighbridge_tests::upstream::Answer;

use super::{connected, disturbed, undisturbed, unseen};

const MIB: usize = 1024 * 1024;

fn with_body(mut answer: Answer, body: impl Into<Vec<u8>>) -> Reply {
    answer.body = body.into();
    Reply::honest(&answer)
}

fn gzip(plain: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    plain.into_iter().for_each(|piece| encoder.write_all(&piece).expect("in memory"));
    encoder.finish().expect("in memory")
}

#[test]
fn a_body_that_is_no_json_is_named_with_its_place() {
    disturbed("invalid-data", &["/repos/acme/shop/issues", "not as expected", "line 1 column 1"], |_, answer| {
        with_body(answer, "<html>We are having trouble</html>")
    })
    .recovers();
}

#[test]
fn json_of_another_shape_is_named_with_what_was_expected() {
    disturbed("invalid-data", &["not as expected", "expected a sequence"], |_, answer| {
        with_body(answer, r#"{"message":"moved"}"#)
    })
    .recovers();
    disturbed("invalid-data", &["missing field `number`"], |_, answer| with_body(answer, r#"[{"id":1}]"#)).recovers();
}

#[test]
fn an_item_with_an_impossible_instant_fails_its_whole_page() {
    disturbed("invalid-data", &["record 0 (work-item)", "`created-at`", "RFC 3339"], |_, answer| {
        let mut items: serde_json::Value = serde_json::from_slice(&answer.body).expect("honest");
        let first = items.as_array_mut().expect("a list").iter_mut().find(|item| item["pull_request"].is_null());
        first.expect("an issue")["created_at"] = "2026-02-30T00:00:00Z".into();
        with_body(answer, items.to_string())
    })
    .recovers();
}

#[test]
fn a_body_over_the_cap_is_left_where_it_crosses_it() {
    disturbed("invalid-data", &["over its cap of 8388608 bytes"], |_, answer| with_body(answer, vec![b' '; 9 * MIB]))
        .recovers();
}

#[test]
fn a_body_that_inflates_over_the_cap_is_left_where_it_crosses_it() {
    let bomb = gzip((0..512).map(|_| vec![b' '; MIB]));
    assert!(bomb.len() < MIB);
    disturbed("invalid-data", &["over its cap of 8388608 bytes"], move |_, mut answer| {
        answer.headers.push(("content-encoding", "gzip".into()));
        with_body(answer, bomb.clone())
    })
    .recovers();
}

#[test]
fn a_body_that_does_not_inflate_is_told_so() {
    disturbed("invalid-data", &["does not inflate"], |_, mut answer| {
        answer.headers.push(("content-encoding", "gzip".into()));
        with_body(answer, "this is not gzip")
    })
    .recovers();
}

#[test]
fn a_body_that_is_not_utf8_is_told_so() {
    disturbed("invalid-data", &["not UTF-8"], |_, answer| with_body(answer, b"[\"\xff\xfe\"]".to_vec())).recovers();
}

#[test]
fn a_compressed_page_is_read_like_any_other() {
    let source = Source::organisation();
    let host = connected(&source);
    source.misbehave("/issues", 1, |_, mut answer| {
        answer.headers.push(("content-encoding", "gzip".into()));
        let packed = gzip([answer.body.clone()]);
        with_body(answer, packed)
    });
    let _ = host.run(&["sync"]).good();
    assert!(host.contents() == *undisturbed());
}

/// The credential in every place of an honest page that the connector keeps.
fn echo(request: &Request, mut answer: Answer) -> Reply {
    let shown = request.authorization.clone().unwrap_or_default();
    assert_eq!(shown, format!("Bearer {TOKEN}"), "it is sent to the source");
    let text = String::from_utf8(answer.body).expect("honest");
    let mut items: serde_json::Value = serde_json::from_str(&text).expect("honest");
    for item in items.as_array_mut().expect("a list") {
        item["title"] = format!("you sent {shown}").into();
        item["labels"] = serde_json::json!([{ "name": TOKEN }]);
    }
    answer.body = items.to_string().into_bytes();
    answer.headers.push(("x-echo", shown));
    Reply::honest(&answer)
}

#[test]
fn a_credential_that_is_echoed_is_blanked_before_anybody_reads_it() {
    let source = Source::organisation();
    let host = connected(&source);
    source.misbehave("/issues", 1, echo);
    let _ = host.run(&["sync"]).good();
    let items = &host.contents()["work_items"];
    assert!(!items.is_empty() && items.iter().all(|item| item.contains("you sent Bearer ****")), "{}", items[0]);
    unseen(&host);
}

#[test]
fn a_credential_that_is_echoed_in_a_broken_body_is_in_no_error() {
    let failed = disturbed("invalid-data", &["not as expected"], |_, answer| {
        with_body(answer, format!("[{{\"number\": \"{TOKEN}\"}}]"))
    });
    assert!(!failed.message.contains(TOKEN) && !failed.message.contains("canary"), "{}", failed.message);
    failed.recovers();
}
