//! Every check and every test, quick failures first.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::cargo::{self, cargo, shown, target};
use crate::postgres::{self, Server};
use crate::{demo, plugins, tidy};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the tests, without the checks
    #[arg(long)]
    only_tests: bool,
    /// Only tests whose name contains this
    filter: Option<String>,
}

fn run_checks() -> Result<()> {
    step("format", || cargo::run(cargo().args(["fmt", "--all", "--check"])))?;
    step("tidy", tidy::run)?;
    step("clippy", || {
        cargo::run(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    })?;
    step("doc", || {
        cargo::run(cargo().env("RUSTDOCFLAGS", "--deny warnings").args(["doc", "--quiet", "--workspace", "--no-deps"]))
    })
}

fn run_tests(filter: Option<&str>) -> Result<()> {
    step("plugins", || plugins::build().map(drop))?;
    step("guests", plugins::guests)?;
    let mut server = None;
    step("postgres", || Server::start().map(|started| server = Some(started)))?;
    step("tests", || {
        let mut command = cargo();
        command.envs(server.as_ref().map(|server| (postgres::ADDRESS, server.address())));
        command.args(["test", "--quiet", "--workspace", "--no-fail-fast"]).args(filter);
        totals(&mut command)
    })
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !arguments.only_tests {
        run_checks()?;
    }
    run_tests(arguments.filter.as_deref())?;
    match arguments.filter {
        Some(_) => Ok(()),
        None => step("demo", demo::once),
    }
}

/// Where tests write the names of those that they skip, and why: the test harness does not show what passing tests print.
const SKIPS: &str = "WEIGHBRIDGE_SKIPS";

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("── {name}");
    let start = Instant::now();
    work().with_context(|| format!("the step `{name}`"))?;
    println!("   {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Run the tests, pass their output on, and close with the sum of all their result lines.
fn totals(command: &mut Command) -> Result<()> {
    let skips = target()?.join(format!("skips-{}", std::process::id()));
    let started = command.env(SKIPS, &skips).stdout(Stdio::piped()).spawn();
    let mut child = started.with_context(|| format!("starting {}", shown(command)))?;
    let mut sums = Totals::default();
    for line in BufReader::new(child.stdout.take().context("the tests' output")?).lines() {
        let line = line?;
        sums.add(&line);
        println!("{line}");
    }
    let status = child.wait()?;
    for skip in taken(&skips)? {
        sums.skip();
        println!("{skip}");
    }
    println!("{} passed, {} failed, {} skipped", sums.passed, sums.failed, sums.skipped);
    if !status.success() || sums.failed > 0 {
        bail!("{} failed: {status}", shown(command));
    }
    if sums.passed == 0 {
        bail!("no test ran: the filter matches none");
    }
    Ok(())
}

/// The lines of a file that then is gone; none where there is no file.
fn taken(path: &Path) -> Result<Vec<String>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.context("reading which tests were skipped")?,
    };
    fs::remove_file(path)?;
    Ok(text.lines().map(str::to_owned).collect())
}

#[derive(Default)]
struct Totals {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Totals {
    /// Add a line such as `test result: ok. 7 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let number = |word: &str| {
            result
                .split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        self.passed += number("passed");
        self.failed += number("failed");
        self.skipped += number("ignored");
    }

    /// A test that skipped itself passed as far as its harness knows.
    fn skip(&mut self) {
        self.passed = self.passed.saturating_sub(1);
        self.skipped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn totals_are_the_sum_of_the_result_lines() {
        let mut totals = Totals::default();
        totals.add("test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        totals.add("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        totals.add("running 3 tests");
        assert_eq!((totals.passed, totals.failed, totals.skipped), (9, 3, 1));
        totals.skip();
        assert_eq!((totals.passed, totals.failed, totals.skipped), (8, 3, 2));
    }
}
