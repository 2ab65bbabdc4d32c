//! The version of a formula: a hash of what makes the number, so that a stored or exported value says which definition it
//! follows and no one has to remember to count up.

use std::collections::BTreeSet;

use domain::rollup::Family;
use sha2::{Digest, Sha256};

use super::{METRICS, Metric};

impl Metric {
    /// Twelve hexadecimal digits that change whenever the definition does. Titles, explanations and directions may be
    /// reworded without changing it.
    #[must_use]
    pub fn formula_version(&self) -> String {
        // Destructured whole, so that a new field is either hashed or left out on purpose.
        let Self {
            id,
            title: _,
            unit,
            meaning: _,
            formula,
            aggregation,
            families,
            grains,
            direction: _,
            counter_metric: _,
            revision,
        } = self;
        let rest = format!("{unit:?} {aggregation:?} {families:?} {grains:?} {revision}");
        digest([*id, *formula, rest.as_str()])
    }
}

/// Twelve hexadecimal digits that change whenever the definition of a metric of this family does, or when it gets or
/// loses one: buckets of another version are to be computed anew. The order of the registry does not matter.
#[must_use]
pub fn family_version(family: Family) -> String {
    version_of(METRICS.into_iter().filter(|metric| metric.families.contains(&family)))
}

fn version_of<'a>(metrics: impl Iterator<Item = &'a Metric>) -> String {
    digest(metrics.map(Metric::formula_version).collect::<BTreeSet<_>>())
}

fn digest(parts: impl IntoIterator<Item: AsRef<str>>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::flow;

    #[test]
    fn versions_differ_between_metrics_and_with_every_change_of_a_formula() {
        let versions: BTreeSet<_> = METRICS.iter().map(|metric| metric.formula_version()).collect();
        assert_eq!(versions.len(), METRICS.len());
        assert!(versions.iter().all(|version| version.len() == 12));

        let metric = flow::CODING_TIME;
        let version = metric.formula_version();
        assert_eq!(version, flow::CODING_TIME.formula_version());
        assert_ne!(version, Metric { formula: "t_merge - t_first", ..metric }.formula_version());
        assert_ne!(version, Metric { revision: metric.revision + 1, ..metric }.formula_version());
        assert_eq!(version, Metric { title: "Coding", ..metric }.formula_version());
    }

    #[test]
    fn the_version_of_a_family_changes_with_each_of_its_metrics() {
        let versions: BTreeSet<_> = Family::ALL.into_iter().map(family_version).collect();
        assert_eq!(versions.len(), Family::ALL.len());

        let [size, depth] = [flow::PULL_REQUEST_SIZE, flow::REVIEW_DEPTH];
        let version = version_of([&size, &depth].into_iter());
        assert_eq!(version, version_of([&depth, &size].into_iter()));
        assert_ne!(version, version_of([&size].into_iter()));
        let changed = Metric { revision: depth.revision + 1, ..depth };
        assert_ne!(version, version_of([&size, &changed].into_iter()));
    }
}
