//! A metrics query over 90 days, with 100 thousand and with 5 million records on the same days, repositories and people.
//!
//! Both stores are filled page by page through the store's one way in, and rolled up by the server. The query takes the
//! API's whole road: router, token, scope, figures, JSON.

mod fill;
mod road;

use std::time::Instant as Clock;

use anyhow::Result;

use crate::rounds::Samples;
use crate::table::{Figure, Table, Target};
use road::Road;

const FEW: u64 = 100_000;
const MANY: u64 = 5_000_000;
const ROUNDS: u32 = 101;

/// What is asked: one metric that is a count, one whose percentiles are merged, whole and in parts.
const QUESTIONS: [&str; 4] = [
    "pull-requests-merged?",
    "cycle-time?",
    "cycle-time?interval=week&group_by=repository",
    "commits?interval=day&group_by=repository",
];

pub(crate) async fn run() -> Result<Table> {
    let mut table = Table::default();
    let [few, many] = [filled(FEW, &mut table).await?, filled(MANY, &mut table).await?];
    for question in QUESTIONS {
        let [mut with_few, mut with_many] = [Samples::new(), Samples::new()];
        for round in 0..ROUNDS + 10 {
            let times = [few.ask(question).await?, many.ask(question).await?];
            // The first rounds fill the caches of both.
            if round >= 10 {
                with_few.push(times[0]);
                with_many.push(times[1]);
            }
        }
        let [few, many] = [&with_few, &with_many].map(|samples| Figure::Seconds(samples.median()));
        table.row(&format!("`{question}`, 5 million records"), many, ("100 thousand", few), Target::AtMost(1.2));
    }
    table.note(format!("Medians of {ROUNDS} rounds, in turns, over a window of 90 days."));
    Ok(table)
}

async fn filled(records: u64, table: &mut Table) -> Result<Road> {
    let begun = Clock::now();
    let filled = fill::filled(records).await?;
    let written = begun.elapsed();
    filled.roll_up().await?;
    let rolled_up = begun.elapsed() - written;
    table.note(format!(
        "{records} records: written in {:.1} s ({:.0} a second), rolled up in {:.1} s.",
        written.as_secs_f64(),
        f64::from(u32::try_from(records)?) / written.as_secs_f64(),
        rolled_up.as_secs_f64()
    ));
    Road::new(filled).await
}
