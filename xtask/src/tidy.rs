//! The rules of the house, as a tool that checks them. To add one: a module with a `check` that returns its findings,
//! and a line in [`run`].

mod arrows;
mod decisions;
mod sources;
mod wit;

use anyhow::{Result, bail};

/// What is wrong, in words that name the file and the way out.
type Findings = Vec<String>;

pub(crate) fn run() -> Result<()> {
    let mut findings = Findings::new();
    findings.extend(arrows::check()?);
    findings.extend(decisions::check()?);
    findings.extend(sources::check()?);
    findings.extend(wit::check()?);
    for finding in &findings {
        println!("tidy: {finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} rules of the house are broken"),
    }
}
