//! How much memory a process had resident at its peak.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::host::Ran;

/// How often it is looked at. The peak only grows, so that nothing is missed but what happens just before the end.
const PAUSE: Duration = Duration::from_millis(2);

/// Run a command to its end: how it ended, and its peak in bytes, where this system tells it.
#[must_use]
pub(super) fn watched(command: &mut Command) -> (Ran, Option<u64>) {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let pid = child.id();
    std::thread::scope(|scope| {
        let ending = scope.spawn(move || Child::wait_with_output(child).expect("it ends"));
        let mut most = None;
        while !ending.is_finished() {
            most = most.max(peak(pid));
            std::thread::sleep(PAUSE);
        }
        (Ran::of(&ending.join().expect("its output")), most)
    })
}

/// The kernel's "high water mark"; none once the process has ended, and none before it runs its own program.
///
/// Starting it returns a moment before the kernel has exchanged its memory: what would be read then is how much this
/// process has, which is whatever the tests beside it hold.
fn peak(pid: u32) -> Option<u64> {
    let ours = fs::read_link("/proc/self/exe").ok()?;
    if fs::read_link(format!("/proc/{pid}/exe")).ok()? == ours {
        return None;
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
