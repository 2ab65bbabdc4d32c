//! Fuzz targets: what the SDK reads of an answer. Each panics where something does not hold.
//!
//! They exist in tests and under `cargo fuzz` alone; `tests/corpus` runs them in the tests.

use std::borrow::Cow;
use std::str;

use serde::Deserialize;

use crate::http::Links;

/// A `Link` header: every relation that is found is found by its name, and leads to a part of the header.
pub fn links(data: &[u8]) {
    let header = String::from_utf8_lossy(data);
    let links = Links::parse(&header);
    for relation in ["next", "prev", "last", ""] {
        if let Some(target) = links.get(relation) {
            assert!(header.contains(&format!("<{target}>")), "{target}");
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Issue<'a> {
    title: String,
    #[serde(borrow, default)]
    state: Option<Cow<'a, str>>,
    #[serde(default)]
    number: Option<i64>,
    #[serde(default)]
    estimate: Option<f64>,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Label {
    name: String,
}

/// JSON, read by the reader that connectors have in the sandbox: what the common one accepts means the same to it.
pub fn json(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let ours = crate::json::from_str::<Vec<Issue<'_>>>(text);
    if let Ok(theirs) = serde_json::from_str::<Vec<Issue<'_>>>(text) {
        assert_eq!(ours.expect("the common reader accepts it"), theirs);
    }
}

#[cfg(test)]
mod tests {
    use corpus::check;

    #[test]
    fn links_by_chance_lead_to_parts_of_their_header() {
        check("links", 20_000, super::links);
    }

    #[test]
    fn json_by_chance_is_read_as_the_common_reader_reads_it() {
        check("json", 20_000, super::json);
    }
}
