//! What an operator can set: every budget of a call, how many calls run at a time, and how much a workspace weighs.

use std::fmt;
use std::str::FromStr;

use super::amount::AmountError;
use super::{BudgetKind, Unit, UnknownBudget};

/// One thing that can be set for a plugin or a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// A budget of each call.
    Call(BudgetKind),
    /// How many calls of the plugin, or of the workspace, run at a time.
    ConcurrentCalls,
    /// What a workspace gets of everything that is shared, beside others: twice the weight, twice as much.
    Weight,
}

const CONCURRENT: &str = "concurrent_calls";
const WEIGHT: &str = "weight";

impl Setting {
    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call(kind) => kind.name(),
            Self::ConcurrentCalls => CONCURRENT,
            Self::Weight => WEIGHT,
        }
    }

    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Call(kind) => kind.unit(),
            Self::ConcurrentCalls | Self::Weight => Unit::Count,
        }
    }

    /// Whether nothing at all could run with 0 of it.
    #[must_use]
    pub const fn is_vital(self) -> bool {
        match self {
            Self::Call(kind) => kind.is_vital(),
            Self::ConcurrentCalls | Self::Weight => true,
        }
    }

    /// Read an amount of it.
    ///
    /// # Errors
    /// [`AmountError`] with an example.
    pub fn parse_amount(self, text: &str) -> Result<u32, AmountError> {
        self.unit().parse(self.name(), text)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(kind) => kind.fmt(f),
            Self::ConcurrentCalls | Self::Weight => f.pad(self.name()),
        }
    }
}

impl FromStr for Setting {
    type Err = UnknownBudget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            CONCURRENT => Ok(Self::ConcurrentCalls),
            WEIGHT => Ok(Self::Weight),
            other => other.parse().map(Self::Call),
        }
    }
}

impl From<BudgetKind> for Setting {
    fn from(kind: BudgetKind) -> Self {
        Self::Call(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_its_name_and_vital_where_nothing_runs_without_it() {
        let all = BudgetKind::ALL.iter().copied().map(Setting::Call);
        for setting in all.chain([Setting::ConcurrentCalls, Setting::Weight]) {
            assert_eq!(setting.name().parse(), Ok(setting));
            let vital = if let Setting::Call(kind) = setting { kind.is_vital() } else { true };
            assert_eq!(setting.is_vital(), vital, "{setting}");
        }
        assert!(Setting::Call(BudgetKind::CpuMs).is_vital() && !Setting::Call(BudgetKind::LogBytes).is_vital());
        assert_eq!(format!("{:>7}|{}", Setting::Weight, Setting::ConcurrentCalls), " weight|concurrent_calls");
        assert_eq!(Setting::Call(BudgetKind::CpuMs).to_string(), BudgetKind::CpuMs.to_string());
    }
}
