//! Constructors of [`Failure`], and what becomes one. A message is one sentence for the person who runs the connection.

use crate::files::FileError;
use crate::http::HttpError;
use crate::state::StateError;
use crate::{Failure, FailureKind};

impl Failure {
    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_seconds: None }
    }

    /// The settings cannot work; name the field and the way out. Not tried again until they change.
    pub fn settings(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Settings, message)
    }

    /// The source does not accept the credential. Not tried again until it changes.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unauthorized, message)
    }

    /// The source knows the credential and refuses it this thing.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Forbidden, message)
    }

    /// The thing is not there (any more).
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NotFound, message)
    }

    /// The source asks for patience: for so many seconds, where it says.
    pub fn rate_limited(message: impl Into<String>, retry_after_seconds: Option<u32>) -> Self {
        Self { retry_after_seconds, ..Self::new(FailureKind::RateLimited, message) }
    }

    /// The source failed or could not be reached. Tried again with back-off.
    pub fn upstream(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Upstream, message)
    }

    /// The source answered with what cannot be understood.
    pub fn invalid_data(message: impl Into<String>) -> Self {
        Self::new(FailureKind::InvalidData, message)
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Denied(reason) => Self::forbidden(format!("the request was not granted: {reason}")),
            HttpError::Budget(name) => Self::upstream(format!(
                "the budget `{name}` of the call is spent: the source is slow, or the plugin asks it for too much at once"
            )),
            HttpError::RateLimited(seconds) => {
                Self::rate_limited(format!("the source asks to wait {seconds} s"), Some(seconds))
            }
            HttpError::Name(reason) => Self::upstream(format!("the host's name was not resolved: {reason}")),
            HttpError::Connection(reason) => Self::upstream(format!("the connection failed: {reason}")),
            HttpError::Tls(reason) => Self::upstream(format!("the TLS handshake failed: {reason}")),
            HttpError::Timeout => Self::upstream("the source did not answer in time"),
            HttpError::TooLarge(cap) => Self::invalid_data(format!("the answer is over its cap of {cap} bytes")),
            HttpError::Malformed(reason) => Self::invalid_data(format!("the answer is not HTTP: {reason}")),
            HttpError::Body(reason) => Self::invalid_data(format!("the answer's body cannot be read: {reason}")),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotFound => Self::not_found("there is no such file in the connection's directory"),
            FileError::Denied(reason) => Self::forbidden(format!("the path is not granted: {reason}")),
            FileError::WrongKind => {
                Self::invalid_data("a file stands where a directory was meant, or a directory for a file")
            }
            FileError::Budget => Self::upstream("the call has read as much as its budget allows"),
            FileError::Io(reason) => Self::upstream(format!("the directory cannot be read: {reason}")),
        }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Quota => Self::invalid_data("the connection's state would be over its quota"),
            StateError::Key => Self::invalid_data("a key of the connection's state is empty or over 256 bytes"),
        }
    }
}
