//! What one call of a plugin may cost.
//!
//! Each budget stands once, in the list below: its name, what it is counted in, what a call gets where nobody says
//! otherwise, and what this build can give at most. To add one: a line there, where it is enforced, and its arm in
//! [`Usage::of`](crate::run::Usage::of). [`limits`] says what applies to one call and who said so, [`amount`] reads and
//! writes amounts with their units.

pub mod amount;
pub mod limits;
pub mod setting;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a budget is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Time.
    Milliseconds,
    /// Space.
    Bytes,
    /// Things.
    Count,
}

const KIB: u32 = 1024;
const MIB: u32 = 1024 * KIB;

macro_rules! budgets {
    ($($(#[$doc:meta])* $field:ident $kind:ident $unit:ident, $default:expr, at most $ceiling:expr;)*) => {
        /// The budget of one call. A manifest may ask for more than the default, up to [`Budget::CEILING`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Budget {
            $($(#[$doc])* pub $field: u32,)*
        }

        /// One of the budgets of a call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum BudgetKind {
            $($(#[$doc])* $kind,)*
        }

        impl BudgetKind {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its name in manifests and records, such as `cpu_ms`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($field),)* }
            }

            /// What it is counted in.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $(Self::$kind => Unit::$unit,)* }
            }
        }

        impl Budget {
            /// What this build can give at most: no manifest and no operator goes beyond.
            pub const CEILING: Self = Self { $($field: $ceiling,)* };

            /// One part.
            #[must_use]
            pub const fn get(&self, kind: BudgetKind) -> u32 {
                match kind { $(BudgetKind::$kind => self.$field,)* }
            }

            /// Change one part.
            pub const fn set(&mut self, kind: BudgetKind, value: u32) {
                match kind { $(BudgetKind::$kind => self.$field = value,)* }
            }
        }

        impl Default for Budget {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    };
}

budgets! {
    /// CPU time in the guest, and of the host's work for it, in milliseconds.
    cpu_ms CpuMs Milliseconds, 2_000, at most 30_000;
    /// Time from start to end of the call, in milliseconds.
    wall_ms WallMs Milliseconds, 60_000, at most 300_000;
    /// Linear memory in all, in bytes.
    memory_bytes MemoryBytes Bytes, 64 * MIB, at most 512 * MIB;
    /// Elements of all tables together.
    table_elements TableElements Count, 20_000, at most 20_000;
    /// Handles held at a time, the guest's own and the host's.
    handles Handles Count, 1_024, at most 4_096;
    /// Calls of the host, refused ones too.
    host_calls HostCalls Count, 100_000, at most 1_000_000;
    /// Bytes handed to the host at once, as the host has to hold them: a page, a request, a line.
    handed_bytes HandedBytes Bytes, 16 * MIB, at most 64 * MIB;
    /// HTTP requests.
    requests Requests Count, 50, at most 500;
    /// Bytes of HTTP answers, as they come in or inflated: whichever are more.
    bytes_in BytesIn Bytes, 32 * MIB, at most 256 * MIB;
    /// Bytes of HTTP requests: address, headers and body.
    bytes_out BytesOut Bytes, 4 * MIB, at most 16 * MIB;
    /// Bytes read from files.
    file_bytes FileBytes Bytes, 256 * MIB, at most 1024 * MIB;
    /// Records of one page.
    records Records Count, 5_000, at most 10_000;
    /// Bytes of one page's text.
    page_bytes PageBytes Bytes, 8 * MIB, at most 32 * MIB;
    /// Bytes of log lines.
    log_bytes LogBytes Bytes, 64 * KIB, at most 256 * KIB;
    /// Bytes of the connection's state.
    state_bytes StateBytes Bytes, 256 * KIB, at most 4 * MIB;
}

impl Budget {
    /// The smaller of the two in every part.
    #[must_use]
    pub fn min(mut self, other: Self) -> Self {
        for kind in BudgetKind::ALL {
            self.set(*kind, self.get(*kind).min(other.get(*kind)));
        }
        self
    }

    /// Time from start to end of the call.
    #[must_use]
    pub const fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_ms as u64)
    }
}

impl BudgetKind {
    /// Whether the calls of a run add up: memory and what is held are there anew for each.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        !matches!(self, Self::MemoryBytes | Self::TableElements | Self::Handles | Self::HandedBytes | Self::StateBytes)
    }

    /// Whether no call at all could run with 0 of it.
    #[must_use]
    pub const fn is_vital(self) -> bool {
        matches!(
            self,
            Self::CpuMs | Self::WallMs | Self::MemoryBytes | Self::HandedBytes | Self::PageBytes | Self::HostCalls
        )
    }

    /// The name without its unit, as people type it.
    fn short(self) -> &'static str {
        let name = self.name();
        name.strip_suffix("_ms").or_else(|| name.strip_suffix("_bytes")).unwrap_or(name)
    }
}

impl fmt::Display for BudgetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.short())
    }
}

/// There is no budget of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no budget `{0}`; there are {all}", all = all_names())]
pub struct UnknownBudget(String);

impl FromStr for BudgetKind {
    type Err = UnknownBudget;

    /// By its full or its short name: `cpu_ms` or `cpu`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|kind| text == kind.name() || text == kind.short());
        found.ok_or_else(|| UnknownBudget(text.chars().take(40).collect()))
    }
}

fn all_names() -> String {
    BudgetKind::ALL.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_budget_is_found_by_its_names_and_serialized_by_its_full_one() {
        for kind in BudgetKind::ALL.iter().copied() {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
        }
        let error = "cpus".parse::<BudgetKind>().expect_err("no such budget").to_string();
        assert!(error.starts_with("there is no budget `cpus`; there are cpu, wall, memory,"), "{error}");
    }

    #[test]
    fn no_default_is_above_the_ceiling_and_the_smaller_part_counts() {
        assert_eq!(Budget::default().min(Budget::CEILING), Budget::default());
        let tight = Budget { cpu_ms: 1, ..Budget::CEILING };
        assert_eq!(Budget::default().min(tight), Budget { cpu_ms: 1, ..Budget::default() });
    }

    fn those(fit: fn(BudgetKind) -> bool) -> Vec<&'static str> {
        BudgetKind::ALL.iter().filter(|kind| fit(**kind)).map(|kind| kind.name()).collect()
    }

    #[test]
    fn what_a_call_holds_is_there_anew_for_the_next_and_all_else_adds_up() {
        let anew = those(|kind| !kind.adds_up());
        assert_eq!(anew, ["memory_bytes", "table_elements", "handles", "handed_bytes", "state_bytes"]);
    }

    #[test]
    fn a_call_can_do_without_requests_and_records_and_not_without_time_and_room() {
        let vital = those(BudgetKind::is_vital);
        assert_eq!(vital, ["cpu_ms", "wall_ms", "memory_bytes", "host_calls", "handed_bytes", "page_bytes"]);
    }
}
