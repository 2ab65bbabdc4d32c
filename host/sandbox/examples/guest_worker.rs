//! The process that runs guests, by itself: what the host's hidden sub-command does.

use std::process::ExitCode;

fn main() -> ExitCode {
    weighbridge_sandbox::guest_worker(8)
}
