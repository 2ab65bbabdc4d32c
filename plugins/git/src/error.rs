//! What can go wrong below a page, and which failure the host is told.

use weighbridge_sdk::Failure;
use weighbridge_sdk::files::FileError;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why something could not be read. Every text names the object or file, and the way out where there is one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The host could not give the file.
    #[error("`{path}`")]
    File { path: String, error: FileError },
    /// A file is not what Git writes.
    #[error("`{file}` is damaged: {reason}; `git fsck` tells more")]
    Damaged { file: String, reason: String },
    /// An object is not what Git writes.
    #[error("object {object} in `{file}` is damaged: {reason}; `git fsck` tells more")]
    Corrupt { object: String, file: String, reason: String },
    /// An object that another one names is in no pack and no file.
    #[error("object {object} is missing: the repository is incomplete, `git fsck` tells more")]
    Missing { object: String },
    /// An object is larger than fits the sandbox.
    #[error("object {object} is over its cap of {cap} bytes")]
    Oversized { object: String, cap: u64 },
    /// The work that one page, or one commit, may cost is done.
    #[error("the work of this page is done")]
    Exhausted,
    /// The connection's settings or its directory do not fit.
    #[error("{0}")]
    Settings(String),
}

impl Error {
    /// The file that was asked for, with the host's reason.
    pub(crate) fn file(path: impl Into<String>) -> impl FnOnce(FileError) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }

    /// A file that is not what it should be.
    pub(crate) fn damaged(file: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { file: file.into(), reason: format!("{reason}") }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::File { error, .. } => {
                let failure = Self::from(error);
                Self { message: format!("{message}: {}", failure.message), ..failure }
            }
            Error::Settings(_) => Self::settings(message),
            Error::Damaged { .. }
            | Error::Corrupt { .. }
            | Error::Missing { .. }
            | Error::Oversized { .. }
            | Error::Exhausted => Self::invalid_data(message),
        }
    }
}
