//! What commands print: a table or JSON on standard output, with colours and progress only on a terminal.
#![expect(clippy::print_stdout, reason = "the one place that writes to standard output")]

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How wide what is laid out may be, in columns.
const WIDTH: u16 = 100;

/// A title, the heads of columns, and rows; shown where there are any.
pub type Section<'a> = (&'a str, &'a [&'a str], Vec<Vec<String>>);

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// JSON, or for people.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether answers are JSON.
    #[must_use]
    pub fn is_json(self) -> bool {
        self.json
    }

    /// One answer: the value as JSON, or the sentence.
    pub fn say(self, value: &impl Serialize, sentence: impl FnOnce() -> String) {
        if self.json { self.print_json(value) } else { anstream::println!("{}", sentence()) }
    }

    /// Many of a kind: the values as JSON, or a table of them.
    pub fn table(self, values: &impl Serialize, head: &[&str], rows: impl FnOnce() -> Vec<Vec<String>>) {
        if self.json {
            return self.print_json(values);
        }
        let rows = rows();
        if rows.is_empty() {
            return anstream::println!("none");
        }
        let mut table = Table::new();
        table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(head.iter().copied()).add_rows(rows);
        anstream::println!("{table}");
    }

    /// Many things about one: the value as JSON, or its sections one below the other, no wider than a hundred columns.
    pub fn sheet(self, value: &impl Serialize, sections: &[Section<'_>]) {
        self.say(value, || sheet(sections));
    }

    /// A sentence for people alone; nothing in JSON.
    pub fn note(self, sentence: &str) {
        if !self.json {
            anstream::println!("{sentence}");
        }
    }

    fn print_json(self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => println!("{text}"),
            Err(error) => anstream::eprintln!("the answer cannot be written as JSON: {error}"),
        }
    }

    /// A line that moves while something takes longer than a second; hidden where there is no terminal.
    #[must_use]
    pub fn progress(self, what: &str) -> ProgressBar {
        if self.json || !stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})");
        let bar = ProgressBar::new_spinner().with_prefix(what.to_owned());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }
}

/// Sections one below the other, each where it has rows.
pub(crate) fn sheet(sections: &[Section<'_>]) -> String {
    let grid = |(title, head, rows): &Section<'_>| {
        let mut table = Table::new();
        table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(WIDTH).set_header(head.iter().copied()).add_rows(rows);
        if title.is_empty() { table.to_string() } else { format!("{title}\n{table}") }
    };
    let shown: Vec<String> = sections.iter().filter(|(_, _, rows)| !rows.is_empty()).map(grid).collect();
    if shown.is_empty() { "none".to_owned() } else { shown.join("\n\n") }
}
