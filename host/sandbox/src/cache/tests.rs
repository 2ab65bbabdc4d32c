//! Whatever is put into the cache by somebody else is as good as nothing.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use cap_std::ambient_authority;
use tempfile::TempDir;
use wasmtime::ModuleVersionStrategy as Build;

use super::*;
use crate::engine::{config, config_of};

fn cache() -> (TempDir, Cache) {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    (folder, Cache::new(dir, [7; 32]))
}

#[test]
fn any_flipped_bit_makes_an_artefact_unknown() {
    let (folder, cache) = cache();
    cache.keep("a", b"code").expect("kept");
    assert_eq!(cache.find("a").expect("readable").as_deref(), Some(&b"code"[..]));
    let path = folder.path().join("a");
    let whole = std::fs::read(&path).expect("the file");
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, flipped).expect("written");
        assert_eq!(cache.find("a").expect("readable"), None, "bit {bit}");
    }
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("written");
        assert_eq!(cache.find("a").expect("readable"), None, "{length} bytes");
    }
}

#[test]
fn an_artefact_cannot_stand_in_for_another() {
    let (folder, cache) = cache();
    cache.keep("a", b"code").expect("kept");
    std::fs::rename(folder.path().join("a"), folder.path().join("b")).expect("renamed");
    assert_eq!(cache.find("b").expect("readable"), None);
    let other = Cache { mac: Cache::new(cache.dir.try_clone().expect("the directory"), [8; 32]).mac, ..cache.clone() };
    cache.keep("a", b"code").expect("kept");
    assert_eq!(other.find("a").expect("readable"), None);
}

#[test]
fn nothing_but_the_artefact_is_left_behind() {
    let (folder, cache) = cache();
    cache.keep("a", b"old").expect("kept");
    cache.keep("a", b"new").expect("kept");
    assert_eq!(cache.find("a").expect("readable").as_deref(), Some(&b"new"[..]));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the directory").count(), 1);
}

#[test]
fn a_huge_file_is_not_read() {
    let (folder, cache) = cache();
    // Sparse: it takes no room, unless it is read.
    let file = std::fs::File::create(folder.path().join("a")).expect("a file");
    file.set_len(1 << 40).expect("a length");
    assert_eq!(cache.find("a").expect("readable"), None);
}

#[test]
fn a_link_is_not_followed_and_is_replaced() {
    let (folder, cache) = cache();
    cache.keep("a", b"code").expect("kept");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let moved = elsewhere.path().join("moved");
    std::fs::rename(folder.path().join("a"), &moved).expect("moved");
    symlink(&moved, folder.path().join("a")).expect("a link");
    assert_eq!(cache.find("a").expect("readable"), None, "though it leads to the host's own bytes");
    cache.keep("a", b"anew").expect("kept");
    assert_eq!(cache.find("a").expect("readable").as_deref(), Some(&b"anew"[..]));
    assert!(moved.metadata().expect("the file").len() == 36, "what the link led to was not written");
}

#[test]
fn a_pipe_a_socket_and_a_folder_are_not_waited_for() {
    let (folder, cache) = cache();
    let begun = Instant::now();
    let place = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(place("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe");
    std::fs::create_dir(place("folder")).expect("a folder");
    let _socket = std::os::unix::net::UnixListener::bind(place("socket")).expect("a socket");
    assert_eq!(cache.find("pipe").expect("readable"), None);
    assert_eq!(cache.find("folder").expect("readable"), None);
    // A socket cannot be opened at all: whoever asked says so, and compiles.
    assert!(matches!(cache.find("socket"), Ok(None) | Err(_)));
    assert!(begun.elapsed() < Duration::from_secs(5));
    cache.keep("pipe", b"code").expect("kept");
    assert_eq!(cache.find("pipe").expect("readable").as_deref(), Some(&b"code"[..]));
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("the file").permissions().mode() & 0o777
}

#[test]
fn a_directory_that_others_can_write_into_is_closed_to_them() {
    let folder = tempfile::tempdir().expect("a directory");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("opened");
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let cache = Cache::new(dir, [7; 32]);
    assert_eq!(mode(folder.path()), 0o755);
    cache.keep("a", b"code").expect("kept");
    assert_eq!(mode(&folder.path().join("a")), 0o600);
}

/// The version of wasmtime that the lock file names.
fn locked() -> String {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    let text = std::fs::read_to_string(lock).expect("the lock file");
    let (_, rest) = text.split_once("name = \"wasmtime\"\nversion = \"").expect("wasmtime");
    rest.split('"').next().expect("a version").to_owned()
}

#[test]
fn another_patch_version_of_wasmtime_has_other_names_for_everything() {
    let name = |config: &wasmtime::Config| {
        let engine = wasmtime::Engine::new(config).expect("an engine");
        super::name(&Digest::from_bytes([3; 32]), &engine)
    };
    let ours = name(&config());
    // Told the version of the lock file in words, the key is the same: so the whole version is in it.
    assert_eq!(name(&config_of(Build::Custom(locked()))), ours);
    let (line, patch) =
        locked().rsplit_once('.').map(|(line, patch)| (line.to_owned(), patch.to_owned())).expect("three");
    let next = format!("{line}.{}", patch.parse::<u32>().expect("a number") + 1);
    assert_ne!(name(&config_of(Build::Custom(next))), ours);
}

#[test]
fn another_configuration_has_other_names_for_everything() {
    let name = |config: &wasmtime::Config| {
        super::name(&Digest::from_bytes([3; 32]), &wasmtime::Engine::new(config).expect("an engine"))
    };
    let ours = name(&config());
    let changes: [fn(&mut wasmtime::Config) -> &mut wasmtime::Config; 4] = [
        |config| config.epoch_interruption(false),
        |config| config.wasm_simd(false).wasm_relaxed_simd(false),
        |config| config.cranelift_nan_canonicalization(false),
        |config| config.cranelift_opt_level(wasmtime::OptLevel::None),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut other = config();
        change(&mut other);
        assert_ne!(name(&other), ours, "change {index}");
    }
}

/// A file of this length, which takes no room, last used so many days ago.
fn left(folder: &TempDir, name: &str, bytes: u64, days: u64) {
    let file = std::fs::File::create(folder.path().join(name)).expect("a file");
    file.set_len(bytes).expect("a length");
    file.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60)).expect("a time");
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).expect("the directory").filter_map(Result::ok);
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_not_used_for_a_month_goes_when_something_new_comes() {
    let (folder, cache) = cache();
    cache.keep("used", b"code").expect("kept");
    left(&folder, "of-last-week", 10, 7);
    left(&folder, "of-another-engine", 10, 31);
    left(&folder, "never-finished.draft", 10, 31);
    let aged = std::fs::File::open(folder.path().join("used")).expect("the file");
    aged.set_modified(SystemTime::now() - Duration::from_secs(40 * 24 * 60 * 60)).expect("a time");
    assert!(cache.find("used").expect("readable").is_some(), "which is a use");
    cache.keep("new", b"code").expect("kept");
    assert_eq!(names(&folder), ["new", "of-last-week", "used"]);
}

#[test]
fn what_was_used_longest_ago_makes_room() {
    let (folder, cache) = cache();
    for (name, days) in [("first", 3), ("third", 1), ("second", 2)] {
        left(&folder, name, 1 << 30, days);
    }
    cache.keep("new", b"code").expect("kept");
    assert_eq!(names(&folder), ["new", "third"], "of two gibibytes and a little");
    std::fs::create_dir(folder.path().join("folder")).expect("a folder");
    cache.keep("newer", b"code").expect("kept");
    assert_eq!(names(&folder), ["folder", "new", "newer", "third"], "what is no artefact is left alone");
}
