//! Which call of a run took the most of each budget.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::BudgetKind;
use domain::budget::limits::{Limit, Limits};
use domain::inspection::{BudgetUse, CallName};
use domain::run::Usage;
use sandbox::GuestFault;

/// The highest use of each budget so far: of a call that met it before one that did not, and by the share of what the call
/// might use, since budgets may change within a run.
#[derive(Debug, Default)]
pub(super) struct Peaks(BTreeMap<BudgetKind, BudgetUse>);

impl Peaks {
    /// Look at a call, and at the budgets that it met. Where it was stopped for one, it would have taken more than it used.
    pub(super) fn add(
        &mut self,
        call: &CallName,
        limits: &Limits,
        usage: &Usage,
        fault: Option<&GuestFault>,
        met: &BTreeSet<BudgetKind>,
    ) {
        for budget in BudgetKind::ALL.iter().copied() {
            let wanted = fault.and_then(GuestFault::budget).filter(|(met, _)| *met == budget);
            let used = wanted.map_or(0, |(_, wanted)| wanted).max(usage.of(budget));
            let Limit { value, origin, ceiling } = limits.get(budget);
            let is_met = met.contains(&budget);
            let call = (used > 0 || is_met).then(|| call.clone());
            let this = BudgetUse { budget, used, limit: value, origin, ceiling, total: None, call, met: is_met.into() };
            match self.0.entry(budget) {
                Entry::Vacant(first) => drop(first.insert(this)),
                Entry::Occupied(mut highest) => {
                    let highest = highest.get_mut();
                    let met = highest.met + this.met;
                    // Once a budget was met, what is kept is of a call that met it.
                    if (is_met, this.share()) > (highest.met > 0, highest.share()) {
                        *highest = this;
                    }
                    highest.met = met;
                }
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
        peaks.add(&call(1), &limits(1_000), &usage(500), None, &BTreeSet::new());
        peaks.add(&call(2), &limits(10_000), &usage(900), None, &BTreeSet::new());
        peaks.add(&call(3), &limits(1_000), &usage(20), None, &BTreeSet::new());
        assert_eq!(cpu(&peaks.told(&usage(1_420))), (500, 1_000, Some(1), Some(1_420)));
        assert_eq!(peaks.told(&usage(0)).len(), BudgetKind::ALL.len());
    }

    #[test]
    fn a_call_that_met_a_budget_is_told_before_those_that_used_more_of_it() {
        let mut peaks = Peaks::default();
        let usage = |cpu_ms| Usage { cpu_ms, ..Usage::default() };
        let met = BTreeSet::from([BudgetKind::CpuMs]);
        for (number, used, met) in
            [(1, 900, &BTreeSet::new()), (2, 0, &met), (3, 950, &BTreeSet::new()), (4, 800, &met), (5, 700, &met)]
        {
            peaks.add(&call(number), &limits(1_000), &usage(used), None, met);
        }
        let told = peaks.told(&usage(3_350));
        assert_eq!((cpu(&told), told[0].met), ((800, 1_000, Some(4), Some(3_350)), 3));
    }

    #[test]
    fn a_call_that_was_stopped_for_a_budget_has_spent_it() {
        let mut peaks = Peaks::default();
        let fault = GuestFault::Memory { asked: 99 << 20, limit: 64 << 20 };
        peaks.add(
            &call(1),
            &limits(1_000),
            &Usage { peak_memory_bytes: 4, ..Usage::default() },
            Some(&fault),
            &BTreeSet::new(),
        );
        let told = peaks.told(&Usage::default());
        let memory = told.iter().find(|use_| use_.budget == BudgetKind::MemoryBytes).expect("each budget is told of");
        assert!(memory.used == 99 << 20 && memory.share() > 1.5 && memory.total.is_none());
    }
}
