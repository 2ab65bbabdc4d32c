//! `weighbridge metrics`: figures in the terminal.

use domain::{Day, Instant};
use jiff::tz::TimeZone;
use metrics::registry::{self, Unit};
use metrics::{Answer, Group, Interval, METRICS, Metric, Point, Query, Window};
use store::workspaces::Workspace;

use super::{CommandError, in_words};
use crate::backend::figures::{Figures, figures};
use crate::cli;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// The window where none is given, in days.
const DAYS: i32 = 90;

/// Do it.
///
/// # Errors
/// A metric, date, interval or group that does not exist.
pub async fn run(arguments: &cli::Metrics, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    let workspace = host.workspace(&arguments.workspace).await?;
    let query = query(arguments, &workspace)?;
    let mut shown = Vec::new();
    for metric in chosen(&arguments.ids, query.group)? {
        let found =
            figures(&host.store, workspace.id, metric, &query).await.map_err(|error| CommandError::because(&error))?;
        shown.push((metric, found));
    }
    let answers: Vec<&Answer> = shown.iter().map(|(_, figures)| &figures.answer).collect();
    output.table(&answers, &["metric", "of", "window", "value", "p90", "n", "coverage"], || rows(&shown));
    Ok(())
}

fn query(arguments: &cli::Metrics, workspace: &Workspace) -> Result<Query, CommandError> {
    let usage = |error: &dyn std::error::Error| CommandError::usage(in_words(error));
    let zone = TimeZone::get(&workspace.time_zone).unwrap_or(TimeZone::UTC);
    let day = |text: &Option<String>| text.as_deref().map(str::parse::<Day>).transpose();
    let to = day(&arguments.to).map_err(|error| usage(&error))?.unwrap_or_else(|| Day::of(Instant::now(), &zone));
    let from = day(&arguments.from).map_err(|error| usage(&error))?.unwrap_or_else(|| to.plus(1 - DAYS));
    Ok(Query {
        window: Window::new(from, to).map_err(|error| usage(&error))?,
        interval: word::<Interval>("--interval", &arguments.interval, "total, day, week, month")?,
        group: word::<Group>("--group-by", &arguments.group_by, "none, repository, team, person")?,
    })
}

fn word<T: for<'de> serde::Deserialize<'de>>(option: &str, text: &str, known: &str) -> Result<T, CommandError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| CommandError::usage(format!("`{option} {text}` is none of {known}")))
}

/// Those that were named; without names, all that can be grouped so.
fn chosen(ids: &[String], group: Group) -> Result<Vec<&'static Metric>, CommandError> {
    if ids.is_empty() {
        return Ok(METRICS.iter().copied().filter(|metric| !metric.reads(group).is_empty()).collect());
    }
    let find = |id: &String| {
        registry::find_metric(id).ok_or_else(|| {
            let known: Vec<_> = METRICS.iter().map(|metric| metric.id).collect();
            CommandError::usage(format!("there is no metric `{id}`; there is {}", known.join(", ")))
        })
    };
    ids.iter().map(find).collect()
}

fn rows(shown: &[(&'static Metric, Figures)]) -> Vec<Vec<String>> {
    let series = shown
        .iter()
        .flat_map(|(metric, figures)| figures.answer.series.iter().map(move |series| (*metric, figures, series)));
    series
        .flat_map(|(metric, figures, series)| {
            let of = series.key.as_ref().map_or("workspace", |key| figures.label(key)).to_owned();
            series.points.iter().map(move |point| row(metric, &of, point))
        })
        .collect()
}

fn row(metric: &Metric, of: &str, point: &Point) -> Vec<String> {
    let Point { from, to, value, p90, n, coverage, reason, .. } = point;
    let value = match (value, reason) {
        (Some(value), _) => shown_value(metric.unit, *value),
        (None, Some(reason)) => format!("unknown ({reason})"),
        (None, None) => "unknown".to_owned(),
    };
    let p90 = p90.map(|p90| shown_value(metric.unit, p90)).unwrap_or_default();
    let coverage = coverage.map(|share| format!("{:.0} %", share * 100.0)).unwrap_or_default();
    vec![metric.id.to_owned(), of.to_owned(), format!("{from} – {to}"), value, p90, n.to_string(), coverage]
}

fn shown_value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds => duration(value),
        Unit::Ratio => format!("{:.1} %", value * 100.0),
        // A median of two whole numbers may lie between them.
        Unit::Count | Unit::Lines | Unit::Days if value.fract() != 0.0 => format!("{value:.1}"),
        Unit::Count | Unit::Lines | Unit::Days => format!("{value:.0}"),
    }
}

/// In the largest unit that leaves a whole figure, as people say it.
fn duration(seconds: f64) -> String {
    let minutes = seconds / 60.0;
    match minutes {
        m if m < 1.0 => format!("{seconds:.0} s"),
        m if m < 60.0 => format!("{m:.0} min"),
        m if m < 48.0 * 60.0 => format!("{:.1} h", m / 60.0),
        m => format!("{:.1} d", m / (24.0 * 60.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, shown_value};

    #[test]
    fn a_median_between_two_whole_numbers_shows_that_it_is() {
        assert_eq!(shown_value(Unit::Lines, 2.5), "2.5");
        assert_eq!(shown_value(Unit::Count, 12.0), "12");
        assert_eq!(shown_value(Unit::Ratio, 0.125), "12.5 %");
    }
}
