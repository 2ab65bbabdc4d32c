//! Extism's new plugin and call, measured as its users do it at best: compiled once, a fresh plugin for each call.
//!
//! Reads a number of turns from each line of standard input, and answers with the nanoseconds of one turn.
#![expect(clippy::print_stdout, reason = "the answer to the benchmark")]

use std::io::{BufRead, stdin};
use std::time::Instant;

use extism::{CompiledPlugin, Error, Manifest, Plugin, PluginBuilder, Wasm};

/// One function that returns 0: less than our guest does, which reads settings and answers with a stream.
const PLUGIN: &str = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) (i32.const 0)))"#;

fn main() -> Result<(), Error> {
    let manifest = Manifest::new([Wasm::data(PLUGIN)]);
    let compiled = CompiledPlugin::new(PluginBuilder::new(manifest).with_wasi(false))?;
    for line in stdin().lock().lines() {
        let turns: u32 = line?.trim().parse()?;
        let begun = Instant::now();
        for _ in 0..turns {
            let mut plugin = Plugin::new_from_compiled(&compiled)?;
            plugin.call::<&str, ()>("call", "")?;
        }
        println!("{:.0}", begun.elapsed().as_secs_f64() * 1e9 / f64::from(turns));
    }
    Ok(())
}
