//! Tests that cannot run on this machine say so.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Say that a test is skipped, and why: on standard error, and in the file that `cargo xtask test` counts and prints, since
/// the output of a test that passes is not shown. The test returns after it.
pub fn skip(name: &str, reason: &str) {
    let line = format!("skipped: {name}, {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("WEIGHBRIDGE_SKIPS") {
        // One write, so that lines of tests that run at the same time stay whole.
        let written = OpenOptions::new().create(true).append(true).open(path);
        written.and_then(|mut file| file.write_all(line.as_bytes())).expect("the skip is noted");
    }
}
