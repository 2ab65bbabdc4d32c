//! What is shipped beside the binary.

use std::process::{Command, Output};

use weighbridge_tests::kit::{root, skip};

const UNIT: &str = "packaging/systemd/weighbridge.service";

/// What systemd says of the unit, if it is on this machine.
fn analysed(test: &str, verb: &[&str]) -> Option<(Output, String)> {
    let Ok(output) = Command::new("systemd-analyze").args(verb).arg(UNIT).current_dir(root()).output() else {
        skip(test, "there is no systemd-analyze: install systemd");
        return None;
    };
    let words = [&output.stdout[..], &output.stderr].concat();
    Some((output, String::from_utf8_lossy(&words).into_owned()))
}

#[test]
fn the_unit_is_hardened() {
    // In tenths: 1.4 with all that can be had, 9.6 for a unit that says nothing.
    let verb = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    let Some((output, words)) = analysed("the_unit_is_hardened", &verb) else { return };
    assert!(output.status.success(), "{words}");
}

#[test]
fn the_unit_says_nothing_that_systemd_does_not_know() {
    let Some((_, words)) = analysed("the_unit_says_nothing_that_systemd_does_not_know", &["verify"]) else { return };
    // That the binary is not installed on this machine is no fault of the unit's.
    let ours = |line: &&str| line.contains("weighbridge.service") && !line.contains("is not executable");
    let complaints: Vec<&str> = words.lines().filter(ours).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}
