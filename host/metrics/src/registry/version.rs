//! The version of a formula: a hash of what makes the number, so that a stored or exported value says which definition it
//! follows and no one has to remember to count up.

use sha2::{Digest, Sha256};

use super::Metric;

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
        let mut hash = Sha256::new();
        for part in [id, formula, rest.as_str()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::registry::{METRICS, flow};

    #[test]
    fn versions_differ_between_metrics_and_with_every_change_of_a_formula() {
        let versions: BTreeSet<_> = METRICS.iter().map(|metric| metric.formula_version()).collect();
        assert_eq!(versions.len(), METRICS.len());
        assert!(versions.iter().all(|version| version.len() == 12));

        let metric = flow::CODING_TIME;
        let version = metric.formula_version();
        assert_eq!(version, flow::CODING_TIME.formula_version());
        assert_ne!(version, super::Metric { formula: "t_merge - t_first", ..metric }.formula_version());
        assert_ne!(version, super::Metric { revision: metric.revision + 1, ..metric }.formula_version());
        assert_eq!(version, super::Metric { title: "Coding", ..metric }.formula_version());
    }
}
