//! What answers the capabilities on this thread.
use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::files::{Entry, FileError};
use crate::http::{HttpError, Wire};
use crate::log::Level;

#[derive(Debug, Default)]
pub(crate) struct Stage {
    state: BTreeMap<String, String>,
    files: NoFiles,
}
#[derive(Debug, Default)]
pub(crate) struct NoFiles;
impl NoFiles {
    pub(crate) fn stat(&self, _p: &str) -> Result<Entry, FileError> {
        Err(FileError::NotFound)
    }
    pub(crate) fn list(&self, _p: &str) -> Result<Vec<Entry>, FileError> {
        Err(FileError::NotFound)
    }
    pub(crate) fn read(&self, _p: &str, _o: u64, _l: u32) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }
}
impl Stage {
    pub(crate) fn log(&mut self, _level: Level, _message: &str) {}
    pub(crate) fn send(&mut self, _r: &Wire) -> Result<Answer, HttpError> {
        Err(HttpError::Timeout)
    }
    pub(crate) fn files(&mut self) -> &mut NoFiles {
        &mut self.files
    }
    pub(crate) fn state(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.state
    }
}
#[derive(Debug)]
pub(crate) struct Answer;
impl Answer {
    pub(crate) fn status(&self) -> u16 {
        0
    }
    pub(crate) fn header(&self, _n: &str) -> Option<String> {
        None
    }
    pub(crate) fn text(&self) -> Result<String, HttpError> {
        Err(HttpError::Timeout)
    }
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, HttpError> {
        Err(HttpError::Timeout)
    }
}
thread_local! { static STAGE: RefCell<Stage> = RefCell::default(); }
pub(crate) fn stage<T>(ask: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(ask)
}
