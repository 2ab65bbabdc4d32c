//! Asking the operator, who sees what a yes would mean.

use std::io::{BufRead, IsTerminal, Write};

use super::CommandError;

/// Show the lines, ask, and go on with a yes alone. `otherwise` is said where there is nobody to ask.
///
/// # Errors
/// A refusal, where the answer is another one or there is nobody to give it.
pub(super) fn confirm(lines: &[String], question: &str, otherwise: &str) -> Result<(), CommandError> {
    for line in lines {
        anstream::eprintln!("{line}");
    }
    if !std::io::stdin().is_terminal() {
        return Err(CommandError::refused(otherwise));
    }
    anstream::eprint!("{question} [y/N] ");
    std::io::stderr().flush().map_err(|error| CommandError::because(&error))?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|error| CommandError::because(&error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(CommandError::refused("there was no yes")) }
}
