//! Where the host key comes from: a file, the environment, or a command such as a KMS's.
//!
//! Whichever it is, it gives one key, or two while the host key is being changed. Nothing of it is ever shown.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use vault::HostKey;

use super::KeysError;
use crate::config::{self, KeyFrom};

/// The variable of the environment.
pub const VARIABLE: &str = "WEIGHBRIDGE_HOST_KEY";
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// More than any key has.
const MOST_BYTES: u64 = 256;

/// Where to ask for the host key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// This file.
    File(PathBuf),
    /// [`VARIABLE`].
    Environment,
    /// What this program prints with these arguments.
    Command(Vec<String>),
}

impl KeySource {
    /// As configured.
    #[must_use]
    pub fn of(config: &config::Vault) -> Self {
        match config.key_from {
            KeyFrom::File => Self::File(config.key_file.clone()),
            KeyFrom::Environment => Self::Environment,
            KeyFrom::Command => Self::Command(config.key_command.clone()),
        }
    }

    /// The key that it gives now, or both while it is being changed.
    ///
    /// # Errors
    /// A file that is missing, open to others or in the wrong place, a variable that is not set, a command that fails, or
    /// content that is no key.
    pub async fn load(&self, data: &Path) -> Result<Vec<HostKey>, KeysError> {
        match self {
            Self::File(path) => Ok(HostKey::load(path, data)?),
            Self::Environment => {
                let text = std::env::var(VARIABLE).map_err(|_| KeysError::NoVariable)?;
                Ok(HostKey::from_lines(&secrecy::zeroize::Zeroizing::new(text))?)
            }
            Self::Command(command) => {
                let failed = |problem: String| KeysError::Command { command: self.to_string(), problem };
                let asked = tokio::time::timeout(PATIENCE, ask(command)).await;
                let text = asked.map_err(|_| failed(format!("it took longer than {} s", PATIENCE.as_secs())))?;
                Ok(HostKey::from_lines(&text.map_err(failed)?)?)
            }
        }
    }
}

/// What the command prints. What it complains of goes where this process's complaints go.
async fn ask(command: &[String]) -> Result<secrecy::zeroize::Zeroizing<String>, String> {
    let (program, arguments) = command.split_first().ok_or("there is none")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("it does not start: {error}"))?;
    let mut text = secrecy::zeroize::Zeroizing::new(String::with_capacity(MOST_BYTES as usize + 1));
    if let Some(answer) = child.stdout.take() {
        let read = answer.take(MOST_BYTES + 1).read_to_string(&mut text).await;
        read.map_err(|_| "what it prints is not text".to_owned())?;
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() { Ok(text) } else { Err(format!("it ended with {status}")) }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment => f.write_str(VARIABLE),
            // Arguments may say more than an operator wants in a log.
            Self::Command(command) => f.write_str(command.first().map_or("", String::as_str)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    async fn command(script: &str) -> Result<Vec<HostKey>, String> {
        let source = KeySource::Command(vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()]);
        source.load(Path::new("data")).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn what_a_command_prints_is_the_key() {
        let keys = command(&format!("echo {KEY}")).await.expect("a key");
        assert_eq!(keys.len(), 1);
        assert_eq!(command(&format!("echo {KEY}; echo {KEY}")).await.expect("keys").len(), 2);
    }

    #[tokio::test]
    async fn a_command_that_fails_or_prints_no_key_is_refused_and_what_it_prints_is_not_repeated() {
        let refused = async |script: &str| command(script).await.err().expect("no key");
        let failed = refused(&format!("echo {KEY}; exit 3")).await;
        assert!(failed.contains("`sh`") && failed.contains("exit status: 3"), "{failed}");
        for script in ["true", "echo secretly", "yes secretly", "printf '\\377'"] {
            let words = refused(script).await;
            assert!(!words.contains("secretly"), "{words}");
        }
        let missing = KeySource::Command(vec!["/nowhere/kms".to_owned()]).load(Path::new("data")).await;
        assert!(missing.err().is_some_and(|error| error.to_string().contains("`/nowhere/kms`")));
    }
}
