//! The kit itself: it must find what is wrong with a connector.

use serde::Deserialize;
use serde_json::json;

use super::{Kit, Upstream};
use crate::records::{Record, RecordKind, Team};
use crate::{Call, Connector, Failure, FailureKind, Page, Stream, http, log, state};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    forgets: bool,
    #[serde(default)]
    swallows: bool,
    #[serde(default)]
    stands_still: bool,
}

/// Two pages of teams, with a fault on demand.
struct Teams;

impl Connector for Teams {
    type Settings = Settings;

    fn streams(_: &Settings, _: &str) -> Result<Vec<Stream>, Failure> {
        Ok(vec![Stream::sweep("teams", [RecordKind::Team])])
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        let Settings { forgets, swallows, stands_still } = *call.settings;
        let page: u32 = call.cursor()?.unwrap_or(1);
        // A connector that keeps its place anywhere but in the cursor.
        let page = if forgets { state::get("page").map_or(1, |text| text.len() as u32) } else { page };
        let answer = http::get(format!("https://a.example/?page={page}")).send()?.check();
        let names: Vec<String> = match answer {
            Err(_) if swallows => Vec::new(),
            answer => answer?.json()?,
        };
        log::info!("page {page}");
        let team =
            |name| Record::from(Team { id: name, name: String::new(), parent: None, url: None, extra: Vec::new() });
        let records = names.into_iter().map(team).collect();
        let _ = state::set("page", &"x".repeat(page as usize + 1));
        if page == 1 { Page::more(records, &if stands_still { 1 } else { 2 }) } else { Page::done(records, &2) }
    }
}

fn kit(settings: &serde_json::Value) -> Kit {
    let upstream = Upstream::new()
        .get("https://a.example/?page=1", &json!(["a", "b"]))
        .get("https://a.example/?page=2", &json!(["c"]));
    Kit::new(settings, "2026-03-01T09:30:00Z").upstream(upstream)
}

#[test]
fn a_good_connector_passes_and_its_run_is_told() {
    let kit = kit(&json!({}));
    let run = kit.run_to_end::<Teams>().expect("a run");
    assert_eq!(run.records().map(Record::id).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(run.stream("teams").cursors, ["2", "2"]);
    assert_eq!(kit.log(), ["info: page 1", "info: page 2"]);
    kit.conformance::<Teams>();
}

#[test]
#[should_panic(expected = "differs when asked again")]
fn a_place_kept_outside_of_the_cursor_is_found() {
    kit(&json!({ "forgets": true })).resume_everywhere::<Teams>();
}

#[test]
#[should_panic(expected = "other records")]
fn a_swallowed_refusal_is_found() {
    kit(&json!({ "swallows": true })).disturb_everywhere::<Teams>();
}

#[test]
#[should_panic(expected = "does not move from its cursor")]
fn a_stream_that_stands_still_is_found() {
    drop(kit(&json!({ "stands_still": true })).run_stream::<Teams>("teams", Some("1")));
}

#[test]
fn settings_and_cursors_of_another_shape_are_named() {
    let failure = kit(&json!({ "forgets": "yes" })).streams::<Teams>().expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::Settings);
    assert!(failure.message.starts_with("`forgets`: invalid type: string"), "{}", failure.message);
    let failure = kit(&json!({})).pull::<Teams>("teams", Some("{}")).expect_err("a failure");
    assert_eq!(failure.kind, FailureKind::InvalidData);
    assert!(failure.message.contains("cursor of teams"), "{}", failure.message);
}
