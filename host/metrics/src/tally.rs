//! Counts inputs into the buckets of one day.

use std::collections::BTreeMap;

use domain::Day;
use domain::fact::{Actor, ActorClass, Key};
use domain::rollup::{Bucket, Grain};

use crate::reason::{Measure, Reason};
use crate::registry::{Aggregation, Metric};
use crate::samples::Samples;

/// Whose an input is, besides the workspace's.
#[derive(Default)]
pub(crate) struct Place {
    pub(crate) repository: Option<String>,
    pub(crate) people: Vec<String>,
}

impl Place {
    pub(crate) fn of(repository: Option<&Key>, person: Option<&Actor>) -> Self {
        Self {
            repository: repository.map(Key::text),
            people: person.map(|actor| actor.key.text()).into_iter().collect(),
        }
    }

    fn keys(&self) -> impl Iterator<Item = (Grain, &str)> {
        let repository = self.repository.as_deref().map(|key| (Grain::Repository, key));
        let people = self.people.iter().map(|key| (Grain::Person, key.as_str()));
        std::iter::once((Grain::Workspace, "")).chain(repository).chain(people)
    }
}

/// One count, as three metrics: one for each class of account.
pub(crate) struct ByClass {
    pub(crate) human: &'static Metric,
    pub(crate) bot: &'static Metric,
    pub(crate) agent: &'static Metric,
}

impl ByClass {
    const fn of(&self, class: ActorClass) -> &'static Metric {
        match class {
            ActorClass::Human => self.human,
            ActorClass::Bot => self.bot,
            ActorClass::Agent => self.agent,
        }
    }
}

#[derive(Default)]
struct Cell {
    known: u64,
    unknown: BTreeMap<&'static str, u64>,
    sum: f64,
    values: Vec<f64>,
}

/// The buckets of one family and one day, in the making.
pub(crate) struct Tally {
    day: Day,
    cells: BTreeMap<(&'static str, Grain, String), Cell>,
}

impl Tally {
    pub(crate) const fn new(day: Day) -> Self {
        Self { day, cells: BTreeMap::new() }
    }

    /// One input of a metric, in every grain that the metric has.
    pub(crate) fn add(&mut self, metric: &'static Metric, place: &Place, measure: Measure) {
        for (grain, key) in place.keys().filter(|(grain, _)| metric.grains.contains(grain)) {
            let cell = self.cells.entry((metric.id, grain, key.to_owned())).or_default();
            match measure {
                Ok(value) if metric.aggregation == Aggregation::Distribution => {
                    cell.known += 1;
                    cell.values.push(value);
                }
                Ok(value) => {
                    cell.known += 1;
                    cell.sum += value;
                }
                Err(reason) => *cell.unknown.entry(reason.as_str()).or_default() += 1,
            }
        }
    }

    /// One act of an account, under the metric of its class. Nobody's acts are unknown among those of people: whether
    /// they belong there cannot be told.
    pub(crate) fn count(&mut self, metrics: &ByClass, actor: Option<&Actor>, repository: Option<&Key>) {
        let metric = actor.map_or(metrics.human, |actor| metrics.of(actor.class));
        self.add(metric, &Place::of(repository, actor), actor.map(|_| 1.0).ok_or(Reason::AuthorUnknown));
    }

    /// One act that makes a person's day an active one.
    pub(crate) fn mark(&mut self, mark: &'static str, actor: Option<&Actor>) {
        match actor {
            Some(actor) if actor.class == ActorClass::Human => {
                let cell = self.cells.entry((mark, Grain::Person, actor.key.text())).or_default();
                cell.known += 1;
                cell.sum = 1.0;
            }
            Some(_) => {}
            None => {
                let cell = self.cells.entry((mark, Grain::Workspace, String::new())).or_default();
                *cell.unknown.entry(Reason::AuthorUnknown.as_str()).or_default() += 1;
            }
        }
    }

    /// The buckets, ordered by metric, grain and key.
    pub(crate) fn into_buckets(self) -> Vec<Bucket> {
        let day = self.day;
        self.cells.into_iter().map(|((metric, grain, key), cell)| cell.into_bucket(metric, day, grain, key)).collect()
    }
}

impl Cell {
    fn into_bucket(self, metric: &str, day: Day, grain: Grain, key: String) -> Bucket {
        let Self { known, unknown, sum, mut values } = self;
        // Sorted before they are added, so that the sum does not depend on the order in which they came.
        values.sort_by(f64::total_cmp);
        Bucket {
            metric: metric.to_owned(),
            day,
            grain,
            key,
            known,
            unknown: unknown.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
            sum: sum + values.iter().sum::<f64>(),
            samples: Samples::from_values(values).encode(),
        }
    }
}
