//! The benchmarks: one module for each line of the promise, run by `cargo xtask bench`, which builds what they need.
//!
//! The rule: a figure is a ratio from one run. Contestants take turns within it, round by round, and the median of the
//! rounds counts, so that what else the machine does falls on all of them alike.
//!
//! To add one: a module with `run`, its name in [`main`] and in `xtask/src/bench.rs`.
#![recursion_limit = "256"] // JSON as large as GitHub's, in one `json!`.
#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

mod fairness;
mod graph;
mod ground;
mod host;
mod instance;
mod memory;
mod neighbour;
mod package;
mod page;
mod place;
mod pull;
mod query;
mod rounds;
mod stop;
mod table;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build()?;
    let table = match name.as_str() {
        "instance" => runtime.block_on(instance::run())?,
        "page" => runtime.block_on(page::run())?,
        "pull" => pull::run()?,
        "memory" => runtime.block_on(memory::run())?,
        "query" => runtime.block_on(query::run())?,
        "graph" => runtime.block_on(graph::run())?,
        "fairness" => runtime.block_on(fairness::run())?,
        "stop" => runtime.block_on(stop::run())?,
        other => bail!("there is no benchmark `{other}`: `cargo xtask bench --help` names all"),
    };
    println!("\n## {name}\n\n{table}");
    Ok(())
}
