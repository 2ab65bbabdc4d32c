//! The child's side.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::confine::{COMPILER, confine};
use crate::engine::config;

/// Address space, in bytes. A connector of 1.3 MB takes 160 MB, a component of 18 MB less than half a gigabyte.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// CPU time of all threads, in seconds.
const CPU: u64 = 120;
/// The largest component, in bytes.
const COMPONENT: u64 = 128 * 1024 * 1024;

/// The `main` of the compile process: reads a component from standard input and writes its artefact to standard output.
///
/// To be called first thing, before any secret is read and with nothing but the three standard streams open.
#[must_use]
pub fn compile_worker() -> ExitCode {
    match limit().and_then(|()| confine(COMPILER)).and_then(|()| work()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // One line; the parent cuts it to length. There is nobody else to tell if the pipe is gone.
            let _ = writeln!(io::stderr(), "{}", reason.replace(char::is_control, " "));
            ExitCode::FAILURE
        }
    }
}

fn limit() -> Result<(), String> {
    // Where memory runs out, this process goes before the host does. Systems without the file have no such order.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, CPU),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 64),
    ];
    limits.into_iter().try_for_each(|(resource, most)| {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
            .map_err(|error| format!("{resource:?} cannot be limited: {error}"))
    })
}

fn work() -> Result<(), String> {
    let mut component = Vec::new();
    io::stdin().take(COMPONENT + 1).read_to_end(&mut component).map_err(|error| error.to_string())?;
    if component.len() as u64 > COMPONENT {
        return Err(format!("the component is larger than {COMPONENT} bytes"));
    }
    let engine = wasmtime::Engine::new(&config()).map_err(|error| format!("{error:#}"))?;
    let artefact = engine.precompile_component(&component).map_err(|error| format!("{error:#}"))?;
    io::stdout().write_all(&artefact).map_err(|error| error.to_string())
}
