//! How long to wait after a failure.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_secs(30);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// The wait after so many failures in a row: doubled each time, with "full jitter" over its upper half, so that what
/// failed together does not return together. `random` is any number; only its lower bits count.
pub(crate) fn wait(failures: u32, random: u64) -> Duration {
    let whole = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(LONGEST);
    let half = whole / 2;
    half + half.mul_f64(f64::from(u32::try_from(random & 0xffff_ffff).unwrap_or(u32::MAX)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_spread() {
        assert_eq!(wait(1, u64::MAX), FIRST);
        assert_eq!(wait(1, 0), FIRST / 2);
        assert_eq!(wait(2, u64::MAX), FIRST * 2);
        assert_eq!(wait(60, u64::MAX), LONGEST);
        assert_eq!(wait(60, 0), LONGEST / 2);
    }
}
