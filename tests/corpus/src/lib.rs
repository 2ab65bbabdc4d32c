//! Runs a fuzz target as an ordinary test: over its committed inputs, and over inputs mutated from them.
//!
//! A target is a function of bytes, kept beside what it reads (`fuzz.rs` of each crate), which panics where something does
//! not hold. libFuzzer calls it for as long as one likes (`cargo xtask soak --fuzz`); [`check`] calls it in every run of the
//! tests with the same inputs each time, or with so many times more as `WEIGHBRIDGE_MUTATIONS` says. What a fuzzer found goes
//! into the corpus, and so stays a test.

mod mutate;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use mutate::Mutator;

/// The folder of a target's committed inputs.
#[must_use]
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target)
}

/// Run a target over its corpus and so many mutations of it.
///
/// # Panics
/// When the target does, with the input's place; or when it has no corpus.
pub fn check(target: &str, mutations: usize, body: impl Fn(&[u8])) {
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "the target `{target}` has no input in {}", folder(target).display());
    for (name, input) in &inputs {
        run(target, name, input, &body);
    }
    let mut mutator = Mutator::new(inputs.into_iter().map(|(_, input)| input).collect());
    let times = std::env::var("WEIGHBRIDGE_MUTATIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    for number in 0..mutations.saturating_mul(times) {
        run(target, &format!("mutation-{number}"), &mutator.next(), &body);
    }
}

/// The committed inputs by their names, in order.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder(target)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let read = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), fs::read(path).ok()?));
    paths.into_iter().filter_map(read).collect()
}

fn run(target: &str, name: &str, input: &[u8], body: &impl Fn(&[u8])) {
    if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| body(input))) {
        let kept = std::env::temp_dir().join(format!("weighbridge-{target}-{name}"));
        let place = if fs::write(&kept, input).is_ok() { kept.display().to_string() } else { "nowhere".to_owned() };
        eprintln!("the target `{target}` failed on `{name}`, kept at {place}: once mended, put it into the corpus");
        panic::resume_unwind(panic);
    }
}
