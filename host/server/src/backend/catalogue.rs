//! The registry of metrics in the API's words.

use api::{Direction, MetricGrain, MetricInfo};
use domain::rollup::Grain;
use metrics::{METRICS, Metric, registry};

use super::word;

/// Every metric, in the registry's order.
pub(super) fn catalogue() -> Vec<MetricInfo> {
    METRICS.iter().map(|metric| info(metric)).collect()
}

fn info(metric: &Metric) -> MetricInfo {
    // Destructured whole, so that a field that is forgotten does not compile.
    let Metric {
        id,
        title,
        unit,
        meaning,
        formula,
        aggregation,
        families,
        grains: kept,
        direction,
        counter_metric,
        revision: _,
    } = *metric;
    MetricInfo {
        id: id.to_owned(),
        title: title.to_owned(),
        unit: word(unit),
        meaning: meaning.to_owned(),
        formula: formula.to_owned(),
        formula_version: metric.formula_version(),
        aggregation: word(aggregation),
        families: families.iter().map(word).collect(),
        direction: match direction {
            registry::Direction::HigherIsBetter => Direction::Higher,
            registry::Direction::LowerIsBetter => Direction::Lower,
            registry::Direction::Neutral => Direction::Neither,
        },
        counter_metric: counter_metric.map(str::to_owned),
        grains: grains(kept),
    }
}

/// What is kept per person can be asked for per team too.
fn grains(kept: &[Grain]) -> Vec<MetricGrain> {
    let own = kept.iter().map(|grain| match grain {
        Grain::Workspace => MetricGrain::Workspace,
        Grain::Repository => MetricGrain::Repository,
        Grain::Person => MetricGrain::Person,
    });
    own.chain(kept.contains(&Grain::Person).then_some(MetricGrain::Team)).collect()
}

#[cfg(test)]
mod tests {
    use metrics::Group;

    use super::*;

    #[test]
    fn every_metric_has_its_words_and_the_grains_that_it_can_be_asked_for() {
        let group = |grain| match grain {
            MetricGrain::Workspace => Group::None,
            MetricGrain::Repository => Group::Repository,
            MetricGrain::Person => Group::Person,
            MetricGrain::Team => Group::Team,
        };
        let all = [MetricGrain::Workspace, MetricGrain::Repository, MetricGrain::Person, MetricGrain::Team];
        assert_eq!(catalogue().len(), METRICS.len());
        for (info, metric) in catalogue().iter().zip(METRICS) {
            let words = info.families.iter().chain([&info.unit, &info.aggregation]);
            assert!(words.into_iter().all(|word| !word.is_empty()), "{info:?}");
            for grain in all {
                assert_eq!(
                    info.grains.contains(&grain),
                    !metric.reads(group(grain)).is_empty(),
                    "{} {grain:?}",
                    info.id
                );
            }
        }
    }
}
