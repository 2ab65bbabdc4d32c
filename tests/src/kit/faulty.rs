//! A disk that fails below a host's data directory, by the library in `tests/faulty`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::build::built;
use super::host::Host;

/// How it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// Writes find no space.
    Full,
    /// Whatever is asked of it fails.
    Io,
    /// Syncing fails.
    Sync,
    /// It does not fail: the process is killed within what it asks of it.
    Kill,
}

/// A disk that fails.
#[derive(Debug, Clone, Copy)]
pub struct Faulty {
    /// How.
    pub failing: Failing,
    /// At which of the calls that it can fail, from 1; never without one.
    pub at: Option<u64>,
    /// Whether it fails from then on, or once.
    pub lasting: bool,
}

/// What a faulty disk noted.
#[derive(Debug, Default, Clone)]
pub struct Noted {
    /// The call that failed first, and its file.
    pub failed: Option<String>,
    /// How many of the calls that it can fail there were, where the process ended by itself.
    pub counted: Option<u64>,
}

impl Failing {
    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Io => "io",
            Self::Sync => "sync",
            Self::Kill => "kill",
        }
    }
}

impl Faulty {
    /// A disk that only counts.
    #[must_use]
    pub fn counting(failing: Failing) -> Self {
        Self { failing, at: None, lasting: false }
    }

    /// Put it under this command of this host.
    #[track_caller]
    pub fn under(self, host: &Host, command: &mut Command) {
        let Self { failing, at, lasting } = self;
        let below = host.folder().canonicalize().expect("the host's folder").join("data");
        command.env("LD_PRELOAD", &built().faulty).env("FAULTY_BELOW", below).env("FAULTY_NOTE", note(host));
        command.env("FAULTY_KIND", failing.name());
        if let Some(at) = at {
            command.env("FAULTY_AT", at.to_string());
        }
        if lasting {
            command.env("FAULTY_LASTING", "1");
        }
    }
}

impl Host {
    /// What the disk under this host's last command noted.
    #[must_use]
    pub fn noted(&self) -> Noted {
        let text = fs::read_to_string(note(self)).unwrap_or_default();
        drop(fs::remove_file(note(self)));
        let mut noted = Noted::default();
        for line in text.lines() {
            match line.strip_prefix("counted ") {
                Some(count) => noted.counted = count.parse().ok(),
                None => noted.failed = Some(line.to_owned()),
            }
        }
        noted
    }
}

fn note(host: &Host) -> PathBuf {
    host.folder().join("faulty.note")
}
