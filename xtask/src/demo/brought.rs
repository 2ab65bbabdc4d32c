//! Whether the demo brought what it is to show: a table of unknowns is no demo.

use anyhow::{Result, bail};
use serde_json::Value;

/// The connections of the demo, by name.
const CONNECTIONS: [&str; 2] = ["git", "github"];

/// Metrics that each need something else of the road: what commits, the graph between them, reviews and open pull
/// requests say.
const SHOWN: [&str; 5] = ["commits", "cycle-time", "deploy-time", "review-load", "work-in-progress"];

/// Each connection brought records.
pub(super) fn check_sync(synced: &Value) -> Result<()> {
    for name in CONNECTIONS {
        let streams = |connection: &Value| connection["streams"].as_array().cloned().unwrap_or_default();
        let synced = synced.as_array().and_then(|all| all.iter().find(|one| one["connection"] == name));
        let records: u64 = synced.iter().flat_map(|one| streams(one)).filter_map(|one| one["records"].as_u64()).sum();
        if records == 0 {
            bail!("the connection `{name}` brought no records; its source may be empty, or a clone without history");
        }
        println!("{name}: {records} records");
    }
    Ok(())
}

/// The metrics that are to be shown have a value that is not 0.
pub(super) fn check_metrics(answers: &Value) -> Result<()> {
    let known = |answer: &Value| {
        let points = answer["series"].as_array().into_iter().flatten().flat_map(|series| series["points"].as_array());
        points.flatten().any(|point| point["value"].as_f64().is_some_and(|value| value != 0.0))
    };
    let answers = answers.as_array().map(Vec::as_slice).unwrap_or_default();
    for metric in SHOWN {
        if !answers.iter().any(|answer| answer["metric"] == metric && known(answer)) {
            bail!("the metric `{metric}` has no value: the records lie outside of the last 90 days, or do not say");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_connection_that_brought_nothing_is_named() {
        let synced = |git: u64| {
            let of = |name: &str, records| json!({ "connection": name, "streams": [{ "records": records }] });
            json!([of("git", git), of("github", 2)])
        };
        assert!(check_sync(&synced(1)).is_ok());
        assert!(check_sync(&synced(0)).is_err_and(|error| error.to_string().contains("`git`")));
        assert!(check_sync(&json!([])).is_err());
    }

    #[test]
    fn metrics_without_a_value_are_no_demo() {
        let answers = |value: &Value| {
            let answer = |metric| json!({ "metric": metric, "series": [{ "points": [{ "value": value }] }] });
            SHOWN.map(answer).to_vec()
        };
        let whole = answers(&json!(3.5));
        assert!(check_metrics(&json!(whole)).is_ok());
        for nothing in [answers(&json!(null)), answers(&json!(0)), Vec::new(), whole[1..].to_vec()] {
            assert!(check_metrics(&json!(nothing)).is_err(), "{nothing:?}");
        }
        let lacking = [&whole[..2], &whole[3..]].concat();
        assert!(check_metrics(&json!(lacking)).is_err_and(|error| error.to_string().contains("`deploy-time`")));
    }
}
