//! Counting added and deleted lines as Git does: Myers' algorithm with Git's heuristics, and Git's idea of binary.

use gix_diff::blob::sources::byte_lines;
use gix_diff::blob::{Algorithm, Diff, InternedInput};

use crate::effort::Effort;
use crate::error::Result;

/// Git looks for a zero byte in so many bytes.
const BINARY_PROBE: usize = 8000;

/// Comparing more lines than these together takes more memory than the sandbox has.
const LINES_CAP: u32 = 1_500_000;

/// The lines of one changed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Added and deleted.
    Counted(u32, u32),
    /// Lines mean nothing here.
    Binary,
    /// Not counted: too large, missing, or too much work.
    Unknown,
}

/// Count the lines between two contents.
///
/// # Errors
/// [`Error::Exhausted`](crate::error::Error::Exhausted) where the comparison could cost more than is left.
pub(crate) fn count(before: &[u8], after: &[u8], effort: &Effort) -> Result<Lines> {
    effort.spend((before.len() + after.len()) as u64)?;
    if is_binary(before) || is_binary(after) {
        return Ok(Lines::Binary);
    }
    let (old, new) = (lines(before), lines(after));
    if old == 0 || new == 0 {
        return Ok(Lines::Counted(new, old));
    }
    if old.saturating_add(new) > LINES_CAP {
        return Ok(Lines::Unknown);
    }
    let input = InternedInput::new(byte_lines(before), byte_lines(after));
    effort.spend(worst_case(&input.before, &input.after))?;
    let diff = Diff::compute(Algorithm::Myers, &input);
    Ok(Lines::Counted(diff.count_additions(), diff.count_removals()))
}

/// A last line without its newline is a line.
fn lines(content: &[u8]) -> u32 {
    let ends = content.iter().filter(|byte| **byte == b'\n').count();
    let rest = usize::from(content.last().is_some_and(|byte| *byte != b'\n'));
    u32::try_from(ends + rest).unwrap_or(u32::MAX)
}

fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(BINARY_PROBE)].contains(&0)
}

/// What the search can cost at most: the lines between the common ends, times the bound of Git's heuristic.
fn worst_case<T: PartialEq>(before: &[T], after: &[T]) -> u64 {
    let shorter = before.len().min(after.len());
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let tail = before.iter().rev().zip(after.iter().rev()).take(shorter - head).take_while(|(a, b)| a == b).count();
    if head + tail == shorter {
        return 0;
    }
    let lines = (before.len() + after.len() - 2 * (head + tail)) as u64;
    lines * lines.isqrt().max(256) / 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(before: &str, after: &str) -> Lines {
        count(before.as_bytes(), after.as_bytes(), &Effort::unlimited()).expect("no limit")
    }

    #[test]
    fn a_missing_newline_at_the_end_makes_another_line() {
        assert_eq!(counted("a\nb", "a\nb\n"), Lines::Counted(1, 1));
        assert_eq!(counted("a\r\n", "a\n"), Lines::Counted(1, 1));
        assert_eq!(counted("", "a\nb"), Lines::Counted(2, 0));
        assert_eq!(counted("a\n\n\n", ""), Lines::Counted(0, 3));
    }

    #[test]
    fn a_zero_byte_is_binary_where_git_looks_for_it() {
        let late = format!("{}\0", "x".repeat(BINARY_PROBE));
        assert_eq!(counted("", "a\0b"), Lines::Binary);
        assert_eq!(counted("", &late), Lines::Counted(1, 0));
    }

    #[test]
    fn more_lines_than_fit_are_unknown_where_they_are_compared() {
        let many = "\n".repeat(LINES_CAP as usize);
        assert_eq!(counted("", &many), Lines::Counted(LINES_CAP, 0));
        assert_eq!(counted("x", &many), Lines::Unknown);
    }

    #[test]
    fn two_long_strangers_cost_more_than_a_long_file_with_one_change() {
        let numbers: Vec<u32> = (0..10_000).collect();
        let mut changed = numbers.clone();
        changed[5_000] = 0;
        let strangers: Vec<u32> = (10_000..20_000).collect();
        assert!(worst_case(&numbers, &changed) < 100);
        assert!(worst_case(&numbers, &strangers) > 300_000);
        assert_eq!(worst_case(&numbers, &numbers[..100]), 0);
    }
}
