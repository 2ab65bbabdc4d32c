//! The compile process by itself: what the host's hidden sub-command does.

use std::process::ExitCode;

fn main() -> ExitCode {
    weighbridge_sandbox::compile_worker()
}
