//! Walls that a process of ours puts around itself, for good, before it touches what a stranger wrote.
//!
//! The rule: what is not needed is not there. Landlock takes away every file and every TCP port, seccomp every system
//! call but those for memory, threads and the pipes that are open already. A bug in a compiler then reaches an artefact,
//! and nothing else. Both hold for the calling thread and the threads it starts, so they come before the first of them.
//!
//! Linux alone has them; elsewhere the process has its limits and its empty environment.

/// System calls that a process needs beside those of all.
pub(crate) type Beside = &'static [std::ffi::c_long];

/// What a compiler needs beside.
pub(crate) const COMPILER: Beside = &[];

/// What running guests needs beside: images of memory to copy from, and which pages were touched.
#[cfg(target_os = "linux")]
pub(crate) const GUESTS: Beside = &[
    libc::SYS_memfd_create,
    libc::SYS_ftruncate,
    libc::SYS_fcntl,
    libc::SYS_pread64,
    libc::SYS_ioctl,
    libc::SYS_membarrier,
];

/// What running guests needs beside.
#[cfg(not(target_os = "linux"))]
pub(crate) const GUESTS: Beside = &[];

/// Put up the walls.
///
/// # Errors
/// A kernel that has no seccomp: words for one who runs it. A kernel without Landlock is not an error, since seccomp
/// alone already refuses to open anything.
#[cfg(target_os = "linux")]
pub(crate) fn confine(beside: Beside) -> Result<(), String> {
    no_files_no_ports().map_err(|error| format!("Landlock refuses: {error}"))?;
    few_calls(beside).map_err(|error| format!("seccomp refuses: {error}"))
}

/// There are no walls to be had.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(_beside: Beside) -> Result<(), String> {
    Ok(())
}

/// Nothing below `/` can be opened, made or run, and no TCP port bound or reached, as far as this kernel knows how to.
#[cfg(target_os = "linux")]
fn no_files_no_ports() -> Result<landlock::RulesetStatus, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
    // What an older kernel lacks of it is left out of the ruleset.
    const KNOWN: ABI = ABI::V6;
    let walls = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .restrict_self()?;
    Ok(walls.ruleset)
}

/// Any other call answers `EPERM`: the standard library and the allocator then do without. Killing would be the firmer
/// answer, and would make a newer C library a crash.
#[cfg(target_os = "linux")]
fn few_calls(beside: Beside) -> Result<(), seccompiler::Error> {
    use std::collections::BTreeMap;
    use std::env::consts::ARCH;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    let arch = ARCH.try_into()?;
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    // Its flags lie behind a pointer, where a filter cannot look; the C library falls back to `clone`.
    let no_clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let no_clone3 = SeccompFilter::new(no_clone3, SeccompAction::Allow, errno(libc::ENOSYS), arch)?;
    let mut calls: BTreeMap<_, _> = CALLS.iter().chain(beside).map(|&call| (call, Vec::new())).collect();
    calls.insert(libc::SYS_clone, vec![threads_only()?]);
    let calls = SeccompFilter::new(calls, errno(libc::EPERM), SeccompAction::Allow, arch)?;
    for filter in [no_clone3, calls] {
        let program: BpfProgram = filter.try_into()?;
        apply_filter(&program)?;
    }
    Ok(())
}

/// `clone` makes a thread, never a process.
#[cfg(target_os = "linux")]
fn threads_only() -> Result<seccompiler::SeccompRule, seccompiler::Error> {
    use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let flags = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), thread)?;
    Ok(SeccompRule::new(vec![flags])?)
}

/// Memory, threads, signals of its own, time, randomness, and what is open.
#[cfg(target_os = "linux")]
const CALLS: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
];

#[cfg(all(test, target_os = "linux"))]
mod tests;
