//! Why a command stopped, and the exit code that says so to scripts.

use std::path::Path;

use crate::config::ConfigError;

/// The exit code of a refusal: EX_NOPERM.
const REFUSED: u8 = 77;

/// Why a command did not do it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The arguments cannot work.
    #[error("{0}")]
    Usage(String),
    /// A rule of trust or of grants forbids it.
    #[error("{0}")]
    Refused(String),
    /// It was tried and did not work.
    #[error("{0}")]
    Failed(String),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A key could not be used.
    #[error(transparent)]
    Keys(#[from] crate::host::KeysError),
    /// A publisher's key is wrong.
    #[error(transparent)]
    PublisherKey(#[from] sandbox::trust::KeyError),
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] sandbox::package::ManifestError),
    /// The package is wrong.
    #[error(transparent)]
    Package(#[from] sandbox::package::PackageError),
    /// The package is not trusted.
    #[error(transparent)]
    Trust(#[from] sandbox::trust::TrustError),
}

/// An error with all its causes, in one line.
#[must_use]
pub fn in_words(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        // Transparent wrappers say the same again.
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = next.source();
    }
    line
}

impl CommandError {
    /// The arguments cannot work.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// It was tried and did not work, for this reason.
    pub fn because(error: &dyn std::error::Error) -> Self {
        Self::Failed(in_words(error))
    }

    /// A rule forbids it.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// It was tried and did not work.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// A file or folder could not be used: for `map_err`.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Failed(format!("{doing} `{path}`: {error}"))
    }

    /// Whether a rule of trust or of grants forbids it, rather than that it failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.exit_code() == REFUSED
    }

    /// 1 failed, 2 wrong usage, 77 refused, 78 wrong configuration (the last two as in sysexits.h).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            // A file that could not even be read was not judged.
            Self::Package(sandbox::package::PackageError::Io { .. }) => 1,
            Self::Refused(_) | Self::Trust(_) | Self::Package(_) => REFUSED,
            Self::Config(_) => 78,
            Self::Failed(_) | Self::Store(_) | Self::Keys(_) | Self::PublisherKey(_) | Self::Manifest(_) => 1,
        }
    }
}
