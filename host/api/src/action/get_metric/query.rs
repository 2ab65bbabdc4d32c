//! What can be asked of a metric, as text and as values.

use domain::{Day, Instant};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::parameters::{FromParameters, Parameters, Words, one_of, wrong};
use crate::problem::{ParameterError, Problem};
use crate::{Authorized, MetricGrain, MetricInfo, MetricsRead, PeopleRead};

/// A question, checked, with its defaults filled in.
#[derive(Debug)]
pub struct MetricQuery {
    /// The metric's id; it is in the catalogue.
    pub metric: String,
    /// The days.
    pub window: Window,
    /// The IANA time zone that days are counted in: the workspace's.
    pub time_zone: String,
    /// How long each point is.
    pub interval: Interval,
    /// What each series is about.
    pub grouping: Grouping,
}

impl MetricQuery {
    /// The most points of an answer, over all series.
    pub const MAX_POINTS: usize = 100_000;
}

/// Days, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Window {
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-01-01")]
    pub from: Day,
    /// The last day.
    #[schema(value_type = String, format = Date, example = "2026-03-31")]
    pub to: Day,
}

/// How long each point is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// One point for the whole window.
    #[default]
    Total,
    /// A day.
    Day,
    /// A week from Monday, cut to the window.
    Week,
    /// A month, cut to the window.
    Month,
}

impl Words for Interval {
    const WORDS: &'static [(&'static str, Self)] =
        &[("total", Self::Total), ("day", Self::Day), ("week", Self::Week), ("month", Self::Month)];
}

/// What each series is about, as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GroupBy {
    /// The whole workspace: one series.
    #[default]
    None,
    /// A repository each.
    Repository,
    /// A person each; needs the scope `people:read`.
    Person,
    /// A team each.
    Team,
}

impl Words for GroupBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("repository", Self::Repository), ("person", Self::Person), ("team", Self::Team)];
}

impl GroupBy {
    fn of(grain: MetricGrain) -> Self {
        match grain {
            MetricGrain::Workspace => Self::None,
            MetricGrain::Repository => Self::Repository,
            MetricGrain::Person => Self::Person,
            MetricGrain::Team => Self::Team,
        }
    }

    fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

/// What each series is about. Individual figures carry the proof that the token may read them.
#[derive(Debug)]
pub enum Grouping {
    /// The whole workspace: one series.
    None,
    /// A repository each.
    Repository,
    /// A person each.
    Person(Authorized<PeopleRead>),
    /// A team each.
    Team,
}

impl Grouping {
    pub(crate) fn word(&self) -> GroupBy {
        match self {
            Self::None => GroupBy::None,
            Self::Repository => GroupBy::Repository,
            Self::Person(_) => GroupBy::Person,
            Self::Team => GroupBy::Team,
        }
    }
}

/// The parameters, each well-formed by itself.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MetricParameters {
    /// The first day; 89 days before `to` when it is left out.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// The last day, included; today when it is left out. At most two years after `from`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// How long each point is.
    #[param(value_type = Option<Interval>, inline)]
    interval: Option<Interval>,
    /// What each series is about; the metric's grains say what it can be.
    #[param(value_type = Option<GroupBy>, inline)]
    group_by: Option<GroupBy>,
    /// The IANA time zone that the client counts on: refused unless it is the workspace's, which days are stored in.
    time_zone: Option<String>,
}

impl FromParameters for MetricParameters {
    fn read(parameters: &mut Parameters) -> Self {
        const DATE: &str = "a date such as `2026-03-01`";
        Self {
            from: parameters.parse("from", DATE),
            to: parameters.parse("to", DATE),
            interval: parameters.word("interval"),
            group_by: parameters.word("group_by"),
            time_zone: parameters.text("time_zone"),
        }
    }
}

const DEFAULT_DAYS: i32 = 90;
/// Two years, one of them a leap year.
const MOST_DAYS: i32 = 731;

impl MetricParameters {
    /// The question, where its parts fit one another, the metric, the workspace and the token.
    pub(super) fn resolve(
        self,
        metric: &MetricInfo,
        time_zone: &str,
        now: Instant,
        caller: &Authorized<MetricsRead>,
    ) -> Result<MetricQuery, Problem> {
        let grouping = match self.group_by.unwrap_or_default() {
            GroupBy::None => Grouping::None,
            GroupBy::Repository => Grouping::Repository,
            GroupBy::Person => Grouping::Person(caller.also()?),
            GroupBy::Team => Grouping::Team,
        };
        let zone = TimeZone::get(time_zone).map_err(|error| Problem::Internal(std::sync::Arc::new(error)))?;
        let window = window(self.from, self.to, Day::of(now, &zone));
        let checks = [check_grain(metric, &grouping), check_zone(self.time_zone.as_deref(), time_zone)];
        let (window, mut errors) = match window {
            Ok(window) => (window, Vec::new()),
            Err(error) => (Window { from: Day::from_number(0), to: Day::from_number(0) }, vec![error]),
        };
        errors.extend(checks.into_iter().flatten());
        if !errors.is_empty() {
            return Err(Problem::InvalidParameters(errors));
        }
        let interval = self.interval.unwrap_or_default();
        Ok(MetricQuery { metric: metric.id.clone(), window, time_zone: time_zone.to_owned(), interval, grouping })
    }
}

fn window(from: Option<Day>, to: Option<Day>, today: Day) -> Result<Window, ParameterError> {
    let to = to.unwrap_or(today);
    let from = from.unwrap_or_else(|| to.plus(1 - DEFAULT_DAYS));
    let earliest = Day::from_number(0);
    if from < earliest {
        return Err(wrong("from", &format!("must not be before {earliest}")));
    }
    if from > to {
        return Err(wrong("from", &format!("must not be after `to`, which is {to}")));
    }
    if to > from.plus(MOST_DAYS - 1) {
        let latest = from.plus(MOST_DAYS - 1);
        return Err(wrong("to", &format!("must be at most {MOST_DAYS} days from `from`, {latest} at the latest")));
    }
    Ok(Window { from, to })
}

fn check_grain(metric: &MetricInfo, grouping: &Grouping) -> Option<ParameterError> {
    let allowed: Vec<_> = metric.grains.iter().map(|grain| GroupBy::of(*grain)).collect();
    let names = || allowed.iter().map(|word| word.as_str().to_owned()).collect();
    (!allowed.contains(&grouping.word())).then(|| one_of("group_by", names()))
}

fn check_zone(asked: Option<&str>, own: &str) -> Option<ParameterError> {
    asked.filter(|asked| *asked != own).map(|_| one_of("time_zone", vec![own.to_owned()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn an_open_window_is_the_last_ninety_days() {
        let today = day("2026-03-31");
        let whole = window(None, None, today).expect("a window");
        assert_eq!((whole.from, whole.to), (day("2026-01-01"), today));
        let since = window(Some(day("2026-03-01")), None, today).expect("a window");
        assert_eq!((since.from, since.to), (day("2026-03-01"), today));
    }

    #[test]
    fn a_window_holds_two_years_with_a_leap_day_and_not_a_day_more() {
        let from = day("2024-01-01");
        assert!(window(Some(from), Some(day("2025-12-31")), from).is_ok());
        assert_eq!(
            window(Some(from), Some(day("2026-01-01")), from).map_err(|error| error.parameter),
            Err("to".into())
        );
        assert!(window(Some(day("9999-12-31")), Some(day("9999-12-31")), from).is_ok());
        assert!(window(Some(day("-009999-01-01")), None, from).is_err());
    }
}
