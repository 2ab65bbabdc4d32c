//! `files`: reading below one directory, which was opened before the call and cannot be left.
//!
//! A read that the page cache can answer is answered on the spot (`RWF_NOWAIT`); whatever would wait for a disk happens
//! on a thread for blocking work, so that a slow disk holds up nobody else. The files read last stay open for the call.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::Duration;

use cap_std::fs::{Dir, File, FileExt, FileType, Metadata, OpenOptions, OpenOptionsExt};
use wasmtime::component::{HasData, Linker};

use crate::apart::FarFiles;
use crate::bindings::weighbridge::connector::files as wit;
use crate::call::CallState;
use crate::meter::{Meter, thread_time};
use wit::FileError;

/// The most that one read returns, in bytes.
const READ: u32 = 4 * 1024 * 1024;
/// The longest path, in bytes.
const PATH: usize = 4096;
/// Files that stay open.
const OPEN: usize = 8;
/// What every operation costs, in bytes: looking for a file is work, even where nothing is read.
const OPERATION: u64 = 512;
/// What an entry of a listing costs beside its name, in bytes.
const ENTRY: u64 = 64;

type Answer<T> = Result<T, FileError>;

/// What reads for a call.
#[derive(Debug)]
pub(crate) enum Files {
    /// This process.
    Here(Below),
    /// The host, for a process that has no files.
    Apart(FarFiles),
}

impl Files {
    /// Nothing: every read is denied.
    pub(crate) fn none() -> Self {
        Self::Here(Below::new(None, 0))
    }

    /// Bytes read so far, and what looking for them costs.
    pub(crate) fn used(&self) -> u64 {
        match self {
            Self::Here(files) => files.used(),
            Self::Apart(files) => files.used(),
        }
    }

    /// Whether a read was refused for the budget.
    pub(crate) fn met(&self) -> bool {
        match self {
            Self::Here(files) => files.met,
            Self::Apart(files) => files.met(),
        }
    }

    fn take_worked(&mut self) -> Duration {
        match self {
            Self::Here(files) => files.take_worked(),
            Self::Apart(files) => files.take_worked(),
        }
    }

    async fn stat(&mut self, path: &str) -> Answer<wit::Entry> {
        match self {
            Self::Here(files) => files.stat(path).await,
            Self::Apart(files) => files.stat(path).await,
        }
    }

    async fn list(&mut self, path: &str) -> Answer<Vec<wit::Entry>> {
        match self {
            Self::Here(files) => files.list(path).await,
            Self::Apart(files) => files.list(path).await,
        }
    }

    async fn read(&mut self, path: String, offset: u64, length: u32) -> Answer<Vec<u8>> {
        match self {
            Self::Here(files) => files.read(path, offset, length).await,
            Self::Apart(files) => files.read(path, offset, length).await,
        }
    }
}

/// The directory of one call, and what has been read.
#[derive(Debug)]
pub(crate) struct Below {
    dir: Option<Arc<Dir>>,
    budget: u64,
    used: u64,
    /// Whether there was to be more.
    met: bool,
    /// CPU time on other threads that the meter has not been told of.
    worked: Duration,
    /// The file used last comes last.
    open: Vec<(String, Arc<File>)>,
}

impl Below {
    pub(crate) fn new(dir: Option<Arc<Dir>>, budget: u32) -> Self {
        Self { dir, budget: budget.into(), used: 0, met: false, worked: Duration::ZERO, open: Vec::new() }
    }

    /// Bytes read so far, and what looking for them costs.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// CPU time on other threads since this was asked last.
    pub(crate) fn take_worked(&mut self) -> Duration {
        std::mem::take(&mut self.worked)
    }

    /// Work on a thread where it may wait, and remember what it took.
    async fn off_thread<T: Send + 'static>(&mut self, work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
        let timed = move || {
            let begun = thread_time();
            let answer = work();
            (answer, thread_time().saturating_sub(begun))
        };
        let stopped = |_| (Err(FileError::Io("the host is stopping".to_owned())), Duration::ZERO);
        let (answer, time) = tokio::task::spawn_blocking(timed).await.unwrap_or_else(stopped);
        self.worked += time;
        answer
    }

    fn dir(&self) -> Answer<Arc<Dir>> {
        self.dir.clone().ok_or_else(|| FileError::Denied("this connection has no directory".to_owned()))
    }

    fn spend(&mut self, bytes: u64) -> Answer<()> {
        self.used = self.used.saturating_add(bytes);
        if self.used > self.budget {
            (self.used, self.met) = (self.budget, true);
            return Err(FileError::Budget);
        }
        Ok(())
    }

    async fn file(&mut self, path: String) -> Answer<Arc<File>> {
        if let Some(at) = self.open.iter().position(|(known, _)| *known == path) {
            let entry = self.open.remove(at);
            let file = Arc::clone(&entry.1);
            self.open.push(entry);
            return Ok(file);
        }
        let dir = self.dir()?;
        let checked = relative(&path)?.to_owned();
        let file = Arc::new(self.off_thread(move || open(&dir, &checked)).await?);
        if self.open.len() == OPEN {
            self.open.remove(0);
        }
        self.open.push((path, Arc::clone(&file)));
        Ok(file)
    }

    pub(crate) async fn read(&mut self, path: String, offset: u64, length: u32) -> Answer<Vec<u8>> {
        self.spend(OPERATION)?;
        // No file is this long, and to the kernel these offsets mean something else.
        if i64::try_from(offset).is_err() {
            return Ok(Vec::new());
        }
        let file = self.file(path).await?;
        // Paid before there is room for it, and no more room than the file can fill.
        let rest = file.metadata().map_err(|error| refuse(&error))?.len().saturating_sub(offset);
        let length = rest.min(length.min(READ).into());
        self.spend(length)?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        let bytes = match read_cached(&file, &mut bytes, offset) {
            Cached::All(read) => {
                bytes.truncate(read);
                bytes
            }
            Cached::Part(read) => self.off_thread(move || read_rest(&file, bytes, read, offset)).await?,
        };
        Ok(bytes)
    }

    pub(crate) async fn list(&mut self, path: &str) -> Answer<Vec<wit::Entry>> {
        self.spend(OPERATION)?;
        let (dir, path) = (self.dir()?, relative(path)?.to_owned());
        let left = self.budget - self.used;
        let (entries, cost) = self.off_thread(move || list(&dir, &path, left)).await?;
        self.spend(cost)?;
        Ok(entries)
    }

    pub(crate) async fn stat(&mut self, path: &str) -> Answer<wit::Entry> {
        self.spend(OPERATION)?;
        let (dir, path) = (self.dir()?, relative(path)?.to_owned());
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or(".").to_owned();
        let metadata = self.off_thread(move || dir.metadata(&path).map_err(|error| refuse(&error))).await?;
        Ok(entry(name, &metadata))
    }
}

/// The path, if it is relative and plain. Symbolic links are cap-std's to check.
fn relative(path: &str) -> Answer<&Path> {
    let denied = |reason: &str| Err(FileError::Denied(reason.to_owned()));
    if path.len() > PATH || path.contains('\0') {
        return denied("the path is too long or holds a NUL");
    }
    let path = Path::new(if path.is_empty() { "." } else { path });
    if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        Ok(path)
    } else {
        denied("the path must be relative and without `..`")
    }
}

fn open(dir: &Dir, path: &Path) -> Answer<File> {
    // Without waiting, or a named pipe in the directory would hold the thread for good.
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits();
    let options = OpenOptions::new().read(true).custom_flags(nonblock.cast_signed()).clone();
    let file = dir.open_with(path, &options).map_err(|error| refuse(&error))?;
    let metadata = file.metadata().map_err(|error| refuse(&error))?;
    if metadata.is_file() { Ok(file) } else { Err(FileError::WrongKind) }
}

/// What the page cache gave: everything up to the length or the end of the file, or a part.
enum Cached {
    All(usize),
    Part(usize),
}

#[cfg(target_os = "linux")]
fn read_cached(file: &File, bytes: &mut [u8], offset: u64) -> Cached {
    let mut read = 0;
    while read < bytes.len() {
        let rest = &mut [io::IoSliceMut::new(&mut bytes[read..])];
        match rustix::io::preadv2(file, rest, offset.saturating_add(read as u64), rustix::io::ReadWriteFlags::NOWAIT) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(_) => return Cached::Part(read),
        }
    }
    Cached::All(read)
}

#[cfg(not(target_os = "linux"))]
fn read_cached(_file: &File, _bytes: &mut [u8], _offset: u64) -> Cached {
    Cached::Part(0)
}

fn read_rest(file: &File, mut bytes: Vec<u8>, mut read: usize, offset: u64) -> Answer<Vec<u8>> {
    while read < bytes.len() {
        match file.read_at(&mut bytes[read..], offset.saturating_add(read as u64)) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refuse(&error)),
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

fn list(dir: &Dir, path: &Path, budget: u64) -> Answer<(Vec<wit::Entry>, u64)> {
    let (mut entries, mut cost) = (Vec::new(), 0);
    for found in dir.read_dir(path).map_err(|error| refuse(&error))? {
        let found = found.map_err(|error| refuse(&error))?;
        let Ok(name) = found.file_name().into_string() else { continue };
        cost += ENTRY + name.len() as u64;
        if cost > budget {
            break;
        }
        match found.metadata() {
            Ok(metadata) => entries.push(entry(name, &metadata)),
            // It was removed since the listing began.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refuse(&error)),
        }
    }
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok((entries, cost))
}

fn entry(name: String, metadata: &Metadata) -> wit::Entry {
    let kind = kind(metadata.file_type());
    let size = if matches!(kind, wit::EntryKind::File) { metadata.len() } else { 0 };
    wit::Entry { name, kind, size }
}

fn kind(kind: FileType) -> wit::EntryKind {
    if kind.is_file() {
        wit::EntryKind::File
    } else if kind.is_dir() {
        wit::EntryKind::Directory
    } else {
        wit::EntryKind::Other
    }
}

/// The guest learns the sort of error, never the host's words, which may hold the host's paths.
fn refuse(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound => FileError::NotFound,
        io::ErrorKind::PermissionDenied => {
            FileError::Denied("the path leaves the directory, or the host may not read it".to_owned())
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => FileError::WrongKind,
        kind => FileError::Io(kind.to_string()),
    }
}

/// What the interface sees of a call.
pub(crate) struct View<'a> {
    files: &'a mut Files,
    meter: &'a mut Meter,
}

impl wit::Host for View<'_> {
    async fn stat(&mut self, path: String) -> Answer<wit::Entry> {
        let answer = self.meter.while_host(self.files.stat(&path)).await;
        self.meter.charge(self.files.take_worked());
        answer
    }

    async fn list_directory(&mut self, path: String) -> Answer<Vec<wit::Entry>> {
        let answer = self.meter.while_host(self.files.list(&path)).await;
        self.meter.charge(self.files.take_worked());
        answer
    }

    async fn read(&mut self, path: String, offset: u64, length: u32) -> Answer<Vec<u8>> {
        let answer = self.meter.while_host(self.files.read(path, offset, length)).await;
        self.meter.charge(self.files.take_worked());
        answer
    }
}

struct Views;

impl HasData for Views {
    type Data<'a> = View<'a>;
}

/// Make the interface exist.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, Views>(linker, |call| {
        call.meter.host_call();
        View { files: &mut call.files, meter: &mut call.meter }
    })
}

#[cfg(test)]
mod tests;
