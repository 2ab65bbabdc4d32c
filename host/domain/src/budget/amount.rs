//! Amounts of budgets as people write them: `5s`, `128MiB`, `200`.

use super::Unit;

/// An amount that a budget cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: `{text}` is not an amount; write one such as {example}")]
pub struct AmountError {
    name: &'static str,
    text: String,
    example: &'static str,
}

impl Unit {
    /// The units that can be written, the largest first; the last is the one that is counted in.
    const fn names(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Milliseconds => &[("min", 60_000), ("s", 1_000), ("ms", 1)],
            Self::Bytes => &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)],
            Self::Count => &[("", 1)],
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Milliseconds => "`500ms`, `5s` or `2min`",
            Self::Bytes => "`64KiB`, `128MiB` or `1GiB`",
            Self::Count => "`200`",
        }
    }

    /// An amount for people: exact where it is a whole number of a unit, rounded to a tenth otherwise.
    #[must_use]
    pub fn shown(self, value: u64) -> String {
        let whole = self.names().iter().find(|(_, size)| value >= *size && value.is_multiple_of(*size));
        let (largest, size) = self.names().iter().find(|(_, size)| value >= *size).copied().unwrap_or(("", 1));
        match whole {
            Some((name, size)) if *name == largest || value / size < 1024 => spaced(&(value / size).to_string(), name),
            _ if size == 1 => spaced(&value.to_string(), self.names().last().map_or("", |(name, _)| name)),
            _ => {
                let tenths = (u128::from(value) * 10 + u128::from(size) / 2) / u128::from(size);
                spaced(&format!("{}.{}", tenths / 10, tenths % 10), largest)
            }
        }
    }
}

fn spaced(number: &str, unit: &str) -> String {
    if unit.is_empty() { number.to_owned() } else { format!("{number} {unit}") }
}

impl Unit {
    /// Read an amount of something; a number alone is in the smallest unit.
    ///
    /// # Errors
    /// [`AmountError`] with an example.
    pub(super) fn parse(self, name: &'static str, text: &str) -> Result<u32, AmountError> {
        let wrong = || AmountError { name, text: text.chars().take(40).collect(), example: self.example() };
        let plain: String = text.trim().chars().filter(|digit| *digit != '_').collect();
        let split = plain.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(plain.len());
        let (number, unit) = plain.split_at(split);
        let unit = unit.trim_start();
        let size = match self.names().iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
            Some((_, size)) => *size,
            None if unit.is_empty() => 1,
            None => return Err(wrong()),
        };
        let value = number.parse::<u64>().ok().and_then(|number| number.checked_mul(size));
        value.and_then(|value| u32::try_from(value).ok()).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BudgetKind;
    use crate::budget::setting::Setting;

    fn parse(kind: BudgetKind, text: &str) -> Result<u32, AmountError> {
        Setting::from(kind).parse_amount(text)
    }

    #[test]
    fn amounts_are_read_with_or_without_a_unit() {
        let cpu = |text| parse(BudgetKind::CpuMs, text).ok();
        assert_eq!(
            [cpu("5s"), cpu("500ms"), cpu("2min"), cpu("750")],
            [Some(5000), Some(500), Some(120_000), Some(750)]
        );
        let memory = |text| parse(BudgetKind::MemoryBytes, text).ok();
        assert_eq!(
            [memory("128MiB"), memory("64 kib"), memory("1_000")],
            [Some(128 << 20), Some(64 << 10), Some(1000)]
        );
        assert_eq!(parse(BudgetKind::Requests, "200"), Ok(200));
    }

    #[test]
    fn what_is_no_amount_is_told_with_an_example() {
        for (kind, text) in
            [(BudgetKind::CpuMs, "5MiB"), (BudgetKind::MemoryBytes, "lots"), (BudgetKind::Requests, "5s")]
        {
            assert!(parse(kind, text).is_err(), "{kind} {text}");
        }
        let error = parse(BudgetKind::MemoryBytes, "99999GiB").expect_err("too much").to_string();
        assert_eq!(error, "memory_bytes: `99999GiB` is not an amount; write one such as `64KiB`, `128MiB` or `1GiB`");
        assert!(parse(BudgetKind::CpuMs, "").is_err() && parse(BudgetKind::CpuMs, "-1s").is_err());
    }

    #[test]
    fn amounts_are_shown_in_the_unit_that_suits_them() {
        let shown = |unit: Unit, value| unit.shown(value);
        assert_eq!(shown(Unit::Milliseconds, 2_000), "2 s");
        assert_eq!(shown(Unit::Milliseconds, 1_234), "1.2 s");
        assert_eq!(shown(Unit::Milliseconds, 1_250), "1.3 s", "rounded, not cut");
        assert_eq!(shown(Unit::Milliseconds, 1_023_000), "1023 s");
        assert_eq!(shown(Unit::Milliseconds, 1_024_000), "17.1 min");
        assert_eq!(shown(Unit::Milliseconds, 2_000 * 60_000), "2000 min", "there is no larger unit");
        assert_eq!(shown(Unit::Milliseconds, 0), "0 ms");
        assert_eq!(shown(Unit::Bytes, 64 << 20), "64 MiB");
        assert_eq!(shown(Unit::Bytes, (64 << 20) + 1), "64.0 MiB");
        assert_eq!(shown(Unit::Bytes, 512), "512 B");
        assert_eq!(shown(Unit::Count, 100_000), "100000");
    }
}
