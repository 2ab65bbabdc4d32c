//! A disk that fails, for a process that this library is preloaded into: it counts what the process writes below one folder,
//! and lets the so-manieth write go wrong. Without a number it only counts.
//!
//! | variable | what it says |
//! |---|---|
//! | `FAULTY_BELOW` | the folder; without it nothing is counted |
//! | `FAULTY_KIND` | `full`: writes find no space; `io`: whatever is asked of the disk fails; `sync`: only syncing does; `kill`: the process is killed there |
//! | `FAULTY_AT` | at which of the counted calls, the first being 1 |
//! | `FAULTY_LASTING` | if set, all that come after it go wrong, too |
//! | `FAULTY_NOTE` | a file outside of the folder: a line for the first call that went wrong, and at the end `counted N` |
//!
//! A write that finds no space for good, or is killed, has written its first half: that is how disks fill up, and how a
//! power cut or a kill leaves a file.
//!
//! Nothing here allocates or locks in a call that is counted: a preloaded function runs at any moment, even between `fork`
//! and `exec`.

#![expect(unsafe_code, reason = "taking the place of the C library's functions")]

use std::env;
use std::ffi::{c_int, c_long, c_void};
use std::io::{Cursor, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use libc::{iovec, off_t, size_t, ssize_t};

/// The longest path that is looked at; a longer one is not below the folder.
const PATH: usize = 4096;

static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
static COUNTED: AtomicU64 = AtomicU64::new(0);

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Full,
    Io,
    Sync,
    Kill,
}

/// What is asked of the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Write,
    Truncate,
    Sync,
}

struct Plan {
    below: Vec<u8>,
    kind: Kind,
    at: Option<u64>,
    lasting: bool,
    note: Option<c_int>,
}

impl Plan {
    fn read() -> Option<Self> {
        let below = env::var("FAULTY_BELOW").ok()?;
        let kind = match env::var("FAULTY_KIND").as_deref() {
            Ok("full") => Kind::Full,
            Ok("sync") => Kind::Sync,
            Ok("kill") => Kind::Kill,
            _ => Kind::Io,
        };
        let at = env::var("FAULTY_AT").ok().and_then(|at| at.parse().ok());
        let lasting = env::var_os("FAULTY_LASTING").is_some();
        let note = env::var("FAULTY_NOTE").ok().and_then(|path| open_note(&path));
        Some(Self { below: below.into_bytes(), kind, at, lasting, note })
    }

    /// Whether this call is one of those that are counted.
    fn counts(&self, call: Call) -> bool {
        match self.kind {
            Kind::Full => call == Call::Write,
            Kind::Sync => call == Call::Sync,
            Kind::Io | Kind::Kill => true,
        }
    }
}

/// A file that is only ever added to. It stays open until the process ends.
fn open_note(path: &str) -> Option<c_int> {
    let path = std::ffi::CString::new(path).ok()?;
    let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CREAT | libc::O_CLOEXEC;
    // SAFETY: the path is a string that ends with a zero, and outlives the call.
    let file = unsafe { libc::open(path.as_ptr(), flags, 0o600) };
    (file >= 0).then_some(file)
}

/// Runs when the library is loaded, before the process has a second thread, so that no later call has to read variables.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = {
    extern "C" fn begin() {
        PLAN.get_or_init(Plan::read);
    }
    begin
};

/// Runs when the process ends by itself.
#[used]
#[unsafe(link_section = ".fini_array")]
static END: extern "C" fn() = {
    extern "C" fn end() {
        if let Some(Some(plan)) = PLAN.get() {
            plan.tell(format_args!("counted {}\n", COUNTED.load(Ordering::Relaxed)));
        }
    }
    end
};

/// What becomes of a call.
enum Fate {
    /// What should.
    Done,
    /// It fails with this number.
    Fails(c_int),
    /// Its first half is written, if it writes; then the process is killed.
    Killed,
    /// Its first half is written.
    Halved,
}

/// What becomes of a call on this file.
fn fate(file: c_int, call: Call) -> Fate {
    let Some(Some(plan)) = PLAN.get() else { return Fate::Done };
    let mut space = [0; PATH];
    if !plan.counts(call) || !lies_below(file, &plan.below, &mut space) {
        return Fate::Done;
    }
    let number = COUNTED.fetch_add(1, Ordering::Relaxed) + 1;
    let Some(at) = plan.at else { return Fate::Done };
    let is_first = number == at;
    let is_later = plan.lasting && number > at;
    if !(is_first || is_later) {
        return Fate::Done;
    }
    if is_first {
        plan.tell_of(call, &space);
    }
    match plan.kind {
        Kind::Kill => Fate::Killed,
        Kind::Full if is_first && plan.lasting => Fate::Halved,
        Kind::Full => Fate::Fails(libc::ENOSPC),
        Kind::Io | Kind::Sync => Fate::Fails(libc::EIO),
    }
}

/// Whether an open file lies below a folder; its path, as far as there is space.
fn lies_below(file: c_int, below: &[u8], space: &mut [u8; PATH]) -> bool {
    let mut link = [0; 32];
    // The last byte stays zero.
    let mut writer = Cursor::new(&mut link[..31]);
    if write!(writer, "/proc/self/fd/{file}").is_err() {
        return false;
    }
    // SAFETY: the link ends with a zero; the space is ours and as long as is said.
    let length = unsafe { libc::readlink(link.as_ptr().cast(), space.as_mut_ptr().cast(), PATH - 1) };
    usize::try_from(length).is_ok_and(|length| space[..length].starts_with(below))
}

impl Plan {
    fn tell_of(&self, call: Call, path: &[u8; PATH]) {
        let name = match call {
            Call::Write => "write",
            Call::Truncate => "truncate",
            Call::Sync => "sync",
        };
        let end = path.iter().position(|byte| *byte == 0).unwrap_or(PATH);
        let path = std::str::from_utf8(&path[..end]).unwrap_or("?");
        self.tell(format_args!("{name} {path}\n"));
    }

    fn tell(&self, line: std::fmt::Arguments<'_>) {
        let Some(note) = self.note else { return };
        let mut space = [0; PATH + 32];
        let mut writer = Cursor::new(&mut space[..]);
        if writer.write_fmt(line).is_err() {
            return;
        }
        let length = usize::try_from(writer.position()).unwrap_or(0);
        // SAFETY: the space is ours and at least as long as is said.
        unsafe { libc::syscall(libc::SYS_write, note, space.as_ptr(), length) };
    }
}

fn fail(error: c_int) -> c_long {
    // SAFETY: the C library gives every thread a place for its error, which is always there.
    unsafe { *libc::__errno_location() = error };
    -1
}

fn killed() -> ! {
    // SAFETY: both take numbers alone. The second is for the moment until the signal has arrived.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
        loop {
            libc::pause();
        }
    }
}

/// A write of so many bytes; `really` writes the first so many.
fn written(file: c_int, count: size_t, really: impl Fn(size_t) -> c_long) -> ssize_t {
    let done = match fate(file, Call::Write) {
        Fate::Done => really(count),
        Fate::Fails(error) => fail(error),
        Fate::Halved => really(count.div_ceil(2)),
        Fate::Killed => {
            really(count / 2);
            killed()
        }
    };
    // A system call's answer is as wide as a pointer wherever this runs.
    done as ssize_t
}

/// A call that does it or does not.
fn done(file: c_int, call: Call, really: impl Fn() -> c_long) -> c_int {
    let done = match fate(file, call) {
        Fate::Done | Fate::Halved => really(),
        Fate::Fails(error) => fail(error),
        Fate::Killed => killed(),
    };
    if done == 0 { 0 } else { -1 }
}

/// `write(2)`.
///
/// # Safety
/// As of the C library's, whose place it takes: it hands everything on to the kernel as it came, but for the count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, from: *const c_void, count: size_t) -> ssize_t {
    // SAFETY: the caller says that `count` bytes can be read, and no more are.
    written(file, count, |count| unsafe { libc::syscall(libc::SYS_write, file, from, count) })
}

/// `writev(2)`. Its first half is its first part.
///
/// # Safety
/// As of [`write()`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    let whole = usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller says that `count` parts can be read, and no more are.
    written(file, whole, |count| unsafe { libc::syscall(libc::SYS_writev, file, parts, count) })
}

/// `pwrite(2)`.
///
/// # Safety
/// As of [`write()`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(file: c_int, from: *const c_void, count: size_t, at: off_t) -> ssize_t {
    // SAFETY: as in `write`.
    written(file, count, |count| unsafe { libc::syscall(libc::SYS_pwrite64, file, from, count, at) })
}

/// The same under its other name.
///
/// # Safety
/// As of [`write()`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(file: c_int, from: *const c_void, count: size_t, at: off_t) -> ssize_t {
    // SAFETY: as in `write`.
    unsafe { pwrite(file, from, count, at) }
}

/// `ftruncate(2)`.
#[unsafe(no_mangle)]
pub extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    // SAFETY: it takes numbers alone.
    done(file, Call::Truncate, || unsafe { libc::syscall(libc::SYS_ftruncate, file, length) })
}

/// The same under its other name.
#[unsafe(no_mangle)]
pub extern "C" fn ftruncate64(file: c_int, length: off_t) -> c_int {
    ftruncate(file, length)
}

/// `fsync(2)`.
#[unsafe(no_mangle)]
pub extern "C" fn fsync(file: c_int) -> c_int {
    // SAFETY: it takes numbers alone.
    done(file, Call::Sync, || unsafe { libc::syscall(libc::SYS_fsync, file) })
}

/// `fdatasync(2)`.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(file: c_int) -> c_int {
    // SAFETY: it takes numbers alone.
    done(file, Call::Sync, || unsafe { libc::syscall(libc::SYS_fdatasync, file) })
}
