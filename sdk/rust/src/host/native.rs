//! The test kit in the host's place: what the current thread has installed answers.

use crate::content::{Analysis, ContentError};
use crate::files::{Entry, FileError};
use crate::http::{HttpError, Wire};
use crate::log::Level;
use crate::state::StateError;
use crate::testing::stage;

pub(crate) use crate::testing::Answer;

pub(crate) fn log(level: Level, message: &str) {
    stage(|stage| stage.log(level, message));
}

pub(crate) fn send(request: &Wire) -> Result<Answer, HttpError> {
    stage(|stage| stage.send(request))
}

pub(crate) fn send_all(requests: &[Wire]) -> Vec<Result<Answer, HttpError>> {
    requests.iter().map(send).collect()
}

pub(crate) fn stat(path: &str) -> Result<Entry, FileError> {
    stage(|stage| stage.files().stat(path))
}

pub(crate) fn list_directory(path: &str) -> Result<Vec<Entry>, FileError> {
    stage(|stage| stage.files().list(path))
}

pub(crate) fn read(path: &str, offset: u64, length: u32) -> Result<Vec<u8>, FileError> {
    stage(|stage| stage.files().read(path, offset, length))
}

pub(crate) fn state_get(key: &str) -> Option<String> {
    stage(|stage| stage.state().get(key).cloned())
}

pub(crate) fn state_set(key: &str, value: &str) -> Result<(), StateError> {
    if key.is_empty() || key.len() > 256 {
        return Err(StateError::Key);
    }
    stage(|stage| stage.state().insert(key.to_owned(), value.to_owned()));
    Ok(())
}

pub(crate) fn state_remove(key: &str) {
    stage(|stage| stage.state().remove(key));
}

pub(crate) fn state_keys() -> Vec<String> {
    stage(|stage| stage.state().keys().cloned().collect())
}

/// Content of a recorded answer. There is no analyzer here: its lines are all that is told.
#[derive(Debug)]
pub(crate) struct Blob(Vec<u8>);

pub(crate) fn fetch(request: &Wire) -> Result<Blob, HttpError> {
    send(request)?.bytes().map(Blob)
}

impl Blob {
    pub(crate) fn analyse(&self, _path: &str) -> Result<Analysis, ContentError> {
        let lines: Vec<_> = self.0.split(|byte| *byte == b'\n').collect();
        let code = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
        let count = |lines| u32::try_from(lines).unwrap_or(u32::MAX);
        Ok(Analysis { language: None, lines: count(lines.len()), code_lines: count(code), fingerprints: Vec::new() })
    }
}
