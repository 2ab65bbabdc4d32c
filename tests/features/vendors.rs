//! The `github` connector on what api.github.com really returned: every object is understood, and counts and states are those
//! of the payloads.
//!
//! The payloads are no part of this repository. They lie in `../shared/data` beside it, or where `WEIGHBRIDGE_TEST_DATA`
//! says; where they are not, each test says that it was skipped. Failures name counts and no content.
//!
//! [`served`] answers with recorded objects as GitHub does: order, `since`, pages, links by number. To add a recording: its
//! objects under the path that the connector asks for.

mod breadth;
mod devlake;
mod hub4j;
mod served;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;
use weighbridge_tests::kit::{Host, Source, root, skip};

use served::Served;

/// A folder of recorded payloads; none, said aloud, where it is not there.
fn data(test: &str, name: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os("WEIGHBRIDGE_TEST_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared/data"),
    };
    let folder = folder.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skip(test, "../shared/data is not there");
    None
}

/// A host that has synced these streams of one repository from recorded objects, and its run.
fn synced(served: Served, owner: &str, repository: &str, streams: &[&str], details: bool) -> (Host, Value) {
    let source = Source::start(move |asked| served.answer(asked));
    let host = Host::new();
    host.route(&source, false);
    host.install_connector("github");
    let streams = serde_json::to_string(streams).expect("JSON");
    let settings = [
        format!("owner={owner}"),
        format!("repositories=[\"{repository}\"]"),
        format!("streams={streams}"),
        format!("details={details}"),
    ];
    host.connect_github("github", &settings.each_ref().map(String::as_str));
    let run = host.run(&["sync", "--json"]).good().json()[0].clone();
    assert_eq!(run["state"], "succeeded");
    (host, run)
}

/// The text of a field.
fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

/// Different values of a field.
fn distinct(values: &[Value], pointer: &str) -> BTreeSet<String> {
    values.iter().filter_map(|value| Some(value.pointer(pointer)?.to_string())).collect()
}

/// As a count of rows.
fn rows(count: usize) -> u64 {
    u64::try_from(count).expect("a count")
}

/// How many records of a table fulfil a condition.
fn count(host: &Host, table: &str, condition: &str) -> usize {
    let count = host.number(&format!("SELECT COUNT(*) FROM {table} WHERE {condition}"));
    usize::try_from(count).expect("a count")
}
