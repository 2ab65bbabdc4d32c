//! Whether the demo brought what it is to show: a table of unknowns is no demo.

use anyhow::{Result, bail};
use serde_json::Value;

/// The connections of the demo, by name.
const CONNECTIONS: [&str; 2] = ["git", "github"];

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

/// Some metrics have a value that is not 0.
pub(super) fn check_metrics(answers: &Value) -> Result<()> {
    let known = |answer: &&Value| {
        let points = answer["series"].as_array().into_iter().flatten().flat_map(|series| series["points"].as_array());
        points.flatten().any(|point| point["value"].as_f64().is_some_and(|value| value != 0.0))
    };
    match answers.as_array().into_iter().flatten().filter(known).count() {
        0 => bail!("not one metric has a value: the records lie outside of the last 90 days"),
        _ => Ok(()),
    }
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
        let answers = |value: Value| json!([{ "series": [{ "points": [{ "value": value }] }] }]);
        assert!(check_metrics(&answers(json!(3.5))).is_ok());
        for nothing in [answers(json!(null)), answers(json!(0)), json!([])] {
            assert!(check_metrics(&nothing).is_err(), "{nothing}");
        }
    }
}
