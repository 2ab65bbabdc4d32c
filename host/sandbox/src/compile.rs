//! Compilation in a child process with limits.
//!
//! A compiler that is fed by strangers can be made to loop or to eat memory, so it runs where it can be killed: in a
//! process of its own, with no environment, no secrets, and limits that it sets upon itself before it reads a byte.
//!
//! Protocol: the component on standard input to its end, the artefact on standard output with status 0, or one line of
//! text on standard error with another status.

mod worker;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

pub use worker::compile_worker;

/// How components are compiled: the program whose `main` is [`compile_worker`], and how long it may take.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program, usually the host's own executable.
    pub program: PathBuf,
    /// Its arguments, which lead to [`compile_worker`].
    pub args: Vec<OsString>,
    /// From start to end. The child limits its own memory and CPU time.
    pub deadline: Duration,
}

/// The largest artefact, in bytes.
pub(crate) const ARTEFACT: u64 = 256 * 1024 * 1024;
/// Each thread takes address space, which the child has little of, however many processors there are: threads that
/// compile, and arenas of the allocator. The child's environment is this and nothing else.
const FEW_THREADS: [(&str, &str); 2] = [("RAYON_NUM_THREADS", "4"), ("MALLOC_ARENA_MAX", "2")];
/// The longest complaint, in bytes.
const COMPLAINT: u64 = 4 * 1024;

/// Why there is no artefact.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The process could not be started or spoken with.
    #[error("the compile process could not be run")]
    Process(#[from] std::io::Error),
    /// The compiler refuses the component.
    #[error("the component cannot be compiled: {0}")]
    Refused(String),
    /// It took too long and was killed.
    #[error("compiling took longer than {0:?} and was stopped")]
    Deadline(Duration),
    /// The artefact is too large.
    #[error("the compiled component is larger than {ARTEFACT} bytes")]
    TooLarge,
    /// It ended without a word: its own limits, or the system's, killed it.
    #[error("the compile process was stopped by its limits ({0})")]
    Limits(std::process::ExitStatus),
}

impl Compiler {
    /// A compiler that runs this program with these arguments for at most a minute.
    #[must_use]
    pub fn new(program: PathBuf, args: Vec<OsString>) -> Self {
        Self { program, args, deadline: Duration::from_secs(60) }
    }

    /// Compile a component.
    pub(crate) async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, CompileError> {
        let child = Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(FEW_THREADS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        // Past the deadline the future is dropped, and the child with it.
        match tokio::time::timeout(self.deadline, converse(child, component)).await {
            Ok(answer) => answer,
            Err(_) => Err(CompileError::Deadline(self.deadline)),
        }
    }
}

async fn converse(mut child: Child, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(std::io::Error::other("the pipes to the child are missing").into());
    };
    let write = async move {
        // A child that gives up does not read to the end; its own words say why.
        let _ = stdin.write_all(component).await;
        drop(stdin);
    };
    let (_, artefact, complaint) = tokio::join!(write, read(stdout, ARTEFACT), read(stderr, COMPLAINT));
    let (artefact, complaint) = (artefact?, complaint?);
    if artefact.len() as u64 > ARTEFACT {
        return Err(CompileError::TooLarge);
    }
    let status = child.wait().await?;
    let complaint = String::from_utf8_lossy(&complaint).trim().replace(char::is_control, " ");
    match (status.success(), complaint.is_empty()) {
        (true, _) => Ok(artefact),
        (false, false) => Err(CompileError::Refused(complaint)),
        (false, true) => Err(CompileError::Limits(status)),
    }
}

/// Read to the end, or one byte past the limit. The pipe closes then, which ends the child.
async fn read(pipe: impl AsyncRead + Unpin, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(limit + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Compiler {
        Compiler::new("/bin/sh".into(), vec!["-c".into(), script.into()])
    }

    #[tokio::test]
    async fn a_child_that_hangs_is_killed_at_the_deadline() {
        let compiler = Compiler { deadline: Duration::from_millis(50), ..shell("exec sleep 60") };
        assert!(matches!(compiler.compile(b"").await, Err(CompileError::Deadline(_))));
    }

    #[tokio::test]
    async fn a_child_has_no_environment_and_one_line_to_complain() {
        let answer = shell("echo \"no, $HOME\" >&2; exit 1").compile(&[0; 1_000_000]).await;
        assert!(matches!(answer, Err(CompileError::Refused(words)) if words == "no,"));
    }

    #[tokio::test]
    async fn a_child_that_is_killed_is_not_taken_for_a_compiler_that_refused() {
        assert!(matches!(shell("kill -9 $$").compile(b"").await, Err(CompileError::Limits(_))));
    }
}
