//! Which call of a run took the most of each budget.

use std::collections::BTreeMap;

use domain::BudgetKind;
use domain::budget::limits::{Limit, Limits};
use domain::inspection::{BudgetUse, CallName};
use domain::run::Usage;
use sandbox::GuestFault;

/// The highest use of each budget so far, by the share of what the call might use: budgets may change within a run.
#[derive(Debug, Default)]
pub(super) struct Peaks(BTreeMap<BudgetKind, BudgetUse>);

impl Peaks {
    /// Look at a call. Where it was stopped for a budget, it would have taken more than it used.
    pub(super) fn add(&mut self, call: &CallName, limits: &Limits, usage: &Usage, fault: Option<&GuestFault>) {
        for budget in BudgetKind::ALL.iter().copied() {
            let wanted = fault.and_then(GuestFault::budget).filter(|(met, _)| *met == budget);
            let used = wanted.map_or(0, |(_, wanted)| wanted).max(usage.of(budget));
            let Limit { value, origin, ceiling } = limits.get(budget);
            let call = (used > 0).then(|| call.clone());
            let this = BudgetUse { budget, used, limit: value, origin, ceiling, total: None, call };
            let highest = self.0.entry(budget).or_insert_with(|| this.clone());
            if this.share() > highest.share() {
                *highest = this;
            }
        }
    }

    /// What the run's record keeps, with the sums of all its calls.
    pub(super) fn told(&self, usage: &Usage) -> Vec<BudgetUse> {
        let total = |kind: BudgetKind| kind.adds_up().then(|| usage.of(kind));
        self.0.values().map(|highest| BudgetUse { total: total(highest.budget), ..highest.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::Budget;
    use domain::budget::limits::{Layers, Overrides};

    use super::*;

    fn limits(cpu_ms: u32) -> Limits {
        let (asked, none) = (Budget { cpu_ms, ..Budget::default() }, Overrides::new());
        let (plugin, workspace) = (none.clone(), none.clone());
        Layers { asked, plugin, workspace, both: none, ceiling: Budget::CEILING }.limits()
    }

    fn call(number: u32) -> CallName {
        CallName { number, export: "pull".to_owned(), stream: Some("all".to_owned()), page: Some(number) }
    }

    fn cpu(told: &[BudgetUse]) -> (u64, u32, Option<u32>, Option<u64>) {
        let cpu = told.iter().find(|use_| use_.budget == BudgetKind::CpuMs).expect("each budget is told of");
        (cpu.used, cpu.limit, cpu.call.as_ref().map(|call| call.number), cpu.total)
    }

    #[test]
    fn the_call_that_took_the_largest_share_is_named() {
        let mut peaks = Peaks::default();
        let usage = |cpu_ms| Usage { cpu_ms, ..Usage::default() };
        peaks.add(&call(1), &limits(1_000), &usage(500), None);
        peaks.add(&call(2), &limits(10_000), &usage(900), None);
        peaks.add(&call(3), &limits(1_000), &usage(20), None);
        assert_eq!(cpu(&peaks.told(&usage(1_420))), (500, 1_000, Some(1), Some(1_420)));
        assert_eq!(peaks.told(&usage(0)).len(), BudgetKind::ALL.len());
    }

    #[test]
    fn a_call_that_was_stopped_for_a_budget_has_spent_it() {
        let mut peaks = Peaks::default();
        let fault = GuestFault::Memory { asked: 99 << 20, limit: 64 << 20 };
        peaks.add(&call(1), &limits(1_000), &Usage { peak_memory_bytes: 4, ..Usage::default() }, Some(&fault));
        let told = peaks.told(&Usage::default());
        let memory = told.iter().find(|use_| use_.budget == BudgetKind::MemoryBytes).expect("each budget is told of");
        assert!(memory.used == 99 << 20 && memory.share() > 1.5 && memory.total.is_none());
    }
}
