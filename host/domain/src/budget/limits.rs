//! What applies to one call, and who said so.
//!
//! The rule: an operator's override counts before what the manifest asks for, and nothing counts beyond the host's
//! ceiling. An override for a plugin in a workspace is the most exact and counts alone; where there are only one for the
//! plugin and one for the workspace, the smaller of them counts, so that neither undoes the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Budget, BudgetKind};

/// What an operator has set, for one plugin, one workspace, or one plugin in one workspace.
pub type Overrides = BTreeMap<BudgetKind, u32>;

/// Who decided on a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Nobody: it is what every call gets.
    Default,
    /// The manifest asks for it.
    Manifest,
    /// The operator, for the plugin.
    Plugin,
    /// The operator, for the workspace.
    Workspace,
    /// The operator, for the plugin in the workspace.
    PluginInWorkspace,
    /// The host's ceiling, which is below what was asked for or set.
    Ceiling,
}

impl Origin {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Manifest => "manifest",
            Self::Plugin => "set for the plugin",
            Self::Workspace => "set for the workspace",
            Self::PluginInWorkspace => "set for the plugin here",
            Self::Ceiling => "the ceiling",
        }
    }
}

/// One budget of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What there is.
    pub value: u32,
    /// Who decided on it.
    pub origin: Origin,
    /// What the host gives at most.
    pub ceiling: u32,
}

/// Everything that has a say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// What the manifest asks for.
    pub asked: Budget,
    /// The overrides for the plugin.
    pub plugin: Overrides,
    /// The overrides for the workspace.
    pub workspace: Overrides,
    /// The overrides for the plugin in the workspace.
    pub both: Overrides,
    /// What the host gives at most.
    pub ceiling: Budget,
}

/// The budgets of one call, each with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    budget: Budget,
    origins: BTreeMap<BudgetKind, Origin>,
    ceiling: Budget,
}

impl Layers {
    /// What applies.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let mut budget = self.ceiling;
        let mut origins = BTreeMap::new();
        for kind in BudgetKind::ALL.iter().copied() {
            let (wanted, origin) = self.wanted(kind);
            let ceiling = self.ceiling.get(kind);
            budget.set(kind, wanted.min(ceiling));
            origins.insert(kind, if wanted > ceiling { Origin::Ceiling } else { origin });
        }
        Limits { budget, origins, ceiling: self.ceiling }
    }

    fn wanted(&self, kind: BudgetKind) -> (u32, Origin) {
        let set = |overrides: &Overrides, origin| overrides.get(&kind).map(|value| (*value, origin));
        let plugin = set(&self.plugin, Origin::Plugin);
        let workspace = set(&self.workspace, Origin::Workspace);
        let asked = self.asked.get(kind);
        let by_default = asked == Budget::default().get(kind);
        set(&self.both, Origin::PluginInWorkspace)
            .or_else(|| plugin.into_iter().chain(workspace).min_by_key(|(value, _)| *value))
            .unwrap_or((asked, if by_default { Origin::Default } else { Origin::Manifest }))
    }
}

impl Limits {
    /// What a call gets.
    #[must_use]
    pub const fn budget(&self) -> Budget {
        self.budget
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, kind: BudgetKind) -> Limit {
        let origin = self.origins.get(&kind).copied().unwrap_or(Origin::Default);
        Limit { value: self.budget.get(kind), origin, ceiling: self.ceiling.get(kind) }
    }

    /// One of them in words, for those whose call met it.
    #[must_use]
    pub fn describe(&self, kind: BudgetKind) -> String {
        let Limit { value, origin, ceiling } = self.get(kind);
        let shown = |value: u32| kind.unit().shown(value.into());
        format!("budget `{}`: {} ({}), ceiling {}", kind.name(), shown(value), origin.words(), shown(ceiling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPU: BudgetKind = BudgetKind::CpuMs;

    fn layers(asked: u32, plugin: Option<u32>, workspace: Option<u32>, both: Option<u32>) -> Limit {
        let overrides = |value: Option<u32>| value.map(|value| (CPU, value)).into_iter().collect();
        let (plugin, workspace, both) = (overrides(plugin), overrides(workspace), overrides(both));
        let asked = Budget { cpu_ms: asked, ..Budget::default() };
        let ceiling = Budget { cpu_ms: 10_000, ..Budget::CEILING };
        Layers { asked, plugin, workspace, both, ceiling }.limits().get(CPU)
    }

    #[test]
    fn each_layer_counts_before_those_below_it_and_nothing_beyond_the_ceiling() {
        let cases = [
            (layers(2_000, None, None, None), 2_000, Origin::Default),
            (layers(3_000, None, None, None), 3_000, Origin::Manifest),
            (layers(10_000, None, None, None), 10_000, Origin::Manifest),
            (layers(10_001, None, None, None), 10_000, Origin::Ceiling),
            (layers(3_000, Some(5_000), None, None), 5_000, Origin::Plugin),
            (layers(3_000, None, Some(1_000), None), 1_000, Origin::Workspace),
            (layers(3_000, Some(5_000), Some(4_000), None), 4_000, Origin::Workspace),
            (layers(3_000, Some(4_000), Some(5_000), None), 4_000, Origin::Plugin),
            (layers(3_000, Some(4_000), Some(5_000), Some(9_000)), 9_000, Origin::PluginInWorkspace),
            (layers(3_000, Some(20_000), None, None), 10_000, Origin::Ceiling),
        ];
        for (limit, value, origin) in cases {
            assert_eq!((limit.value, limit.origin, limit.ceiling), (value, origin, 10_000));
        }
    }

    #[test]
    fn a_budget_is_described_with_its_value_its_origin_and_the_ceiling() {
        let (plugin, none) = (BTreeMap::from([(CPU, 500)]), Overrides::new());
        let layers =
            Layers { asked: Budget::default(), plugin, workspace: none.clone(), both: none, ceiling: Budget::CEILING };
        let words = layers.limits().describe(CPU);
        assert_eq!(words, "budget `cpu_ms`: 500 ms (set for the plugin), ceiling 30 s");
    }
}
