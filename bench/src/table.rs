//! The table of one benchmark: what, ours, the other, their ratio, the target, and whether it is met.

use std::fmt;

/// A figure with its unit.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    /// Time, in seconds.
    Seconds(f64),
    /// Size, in bytes.
    Bytes(f64),
    /// How many in a second of CPU time.
    PerCpuSecond(f64),
}

impl Figure {
    fn value(self) -> f64 {
        match self {
            Self::Seconds(value) | Self::Bytes(value) | Self::PerCpuSecond(value) => value,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Seconds(value) if value < 1e-3 => write!(f, "{:.2} µs", value * 1e6),
            Self::Seconds(value) if value < 1.0 => write!(f, "{:.2} ms", value * 1e3),
            Self::Seconds(value) => write!(f, "{value:.1} s"),
            Self::Bytes(value) if value < 1024.0 * 1024.0 => write!(f, "{:.1} KiB", value / 1024.0),
            Self::Bytes(value) => write!(f, "{:.1} MiB", value / (1024.0 * 1024.0)),
            Self::PerCpuSecond(value) => write!(f, "{value:.0} /CPU s"),
        }
    }
}

/// What a ratio is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// Ours is at most so many times the other.
    AtMost(f64),
    /// Ours is at least so many times the other.
    AtLeast(f64),
    /// Shown for comparison.
    None,
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 6]>,
    notes: Vec<String>,
}

impl Table {
    /// Ours beside another.
    pub(crate) fn row(&mut self, what: &str, ours: Figure, other: (&str, Figure), target: Target) {
        let ratio = ours.value() / other.1.value();
        let (target, verdict) = match target {
            Target::AtMost(most) => (format!("≤ {most} ×"), verdict(ratio <= most)),
            Target::AtLeast(least) => (format!("≥ {least} ×"), verdict(ratio >= least)),
            Target::None => (String::new(), ""),
        };
        let other = format!("{}: {}", other.0, other.1);
        let ratio = if ratio < 0.1 { format!("{ratio:.4} ×") } else { format!("{ratio:.2} ×") };
        self.rows.push([what.to_owned(), ours.to_string(), other, ratio, target, verdict.to_owned()]);
    }

    /// What has to be known with the figures.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["what", "ours", "other", "ratio", "target", ""].map(str::to_owned);
        let width = |column: usize| {
            self.rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let line = |f: &mut fmt::Formatter<'_>, cells: &[String; 6]| {
            cells.iter().zip(widths).try_for_each(|(cell, width)| write!(f, "| {cell:<width$} "))?;
            writeln!(f, "|")
        };
        line(f, &head)?;
        line(f, &widths.map(|width| "-".repeat(width)))?;
        self.rows.iter().try_for_each(|row| line(f, row))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "\n{note}"))
    }
}
