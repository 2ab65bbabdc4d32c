//! Damaged repositories: a failure that names the object and the file, and no panic whatever is broken.

use std::fs;
use std::path::{Path, PathBuf};

use weighbridge_sdk::FailureKind;

use super::fixture::{Work, failure, kit};
use crate::Git;

fn pack_file(work: &Work, extension: &str) -> PathBuf {
    let packs = fs::read_dir(work.path().join(".git/objects/pack")).expect("packs");
    let mut files = packs.map(|entry| entry.expect("an entry").path());
    files.find(|path| path.extension().is_some_and(|found| found == extension)).expect("a pack")
}

fn packed() -> Work {
    let work = Work::new();
    work.grow(8);
    work.git(&["gc", "--quiet"]);
    work
}

/// Git writes packs and objects read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

fn loose(work: &Work, id: &str) -> PathBuf {
    work.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn a_damaged_pack_names_object_and_pack() {
    let work = packed();
    let path = pack_file(&work, "pack");
    let mut bytes = fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x55);
    overwrite(&path, &bytes);
    let (kind, message) = failure(work.path());
    assert_eq!(kind, FailureKind::InvalidData);
    assert!(message.contains(path.file_name().and_then(|name| name.to_str()).expect("a name")), "{message}");
    assert!(message.contains("git fsck"), "{message}");
}

#[test]
fn a_truncated_pack_is_told() {
    let work = packed();
    let path = pack_file(&work, "pack");
    let bytes = fs::read(&path).expect("read");
    overwrite(&path, &bytes[..bytes.len() / 3]);
    let (kind, message) = failure(work.path());
    assert_eq!(kind, FailureKind::InvalidData);
    assert!(message.contains("pack-") && message.contains("damaged"), "{message}");
}

#[test]
fn a_damaged_index_is_told() {
    let work = packed();
    let path = pack_file(&work, "idx");
    let bytes = fs::read(&path).expect("read");
    overwrite(&path, &bytes[..bytes.len() - 100]);
    let (kind, message) = failure(work.path());
    assert_eq!(kind, FailureKind::InvalidData);
    assert!(message.contains(".idx"), "{message}");
}

#[test]
fn an_index_without_its_pack_is_told() {
    let work = packed();
    fs::remove_file(pack_file(&work, "pack")).expect("removed");
    let (_, message) = failure(work.path());
    assert!(message.contains(".idx") && message.contains("not there"), "{message}");
}

#[test]
fn a_damaged_object_names_itself_and_its_file() {
    let work = Work::new();
    work.grow(2);
    let head = work.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let path = loose(&work, &head);
    let bytes = fs::read(&path).expect("read");
    for broken in [&b"not zlib"[..], &bytes[..bytes.len() / 2], b""] {
        overwrite(&path, broken);
        let (kind, message) = failure(work.path());
        assert_eq!(kind, FailureKind::InvalidData, "{message}");
        assert!(message.contains(&head) && message.contains(&format!("objects/{}/", &head[..2])), "{message}");
    }
}

#[test]
fn an_object_with_the_content_of_another_is_found_out() {
    let work = Work::new();
    work.grow(2);
    let head = work.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let parent = work.git(&["rev-parse", "HEAD~1"]).trim().to_owned();
    overwrite(&loose(&work, &head), &fs::read(loose(&work, &parent)).expect("read"));
    let (kind, message) = failure(work.path());
    assert_eq!(kind, FailureKind::InvalidData);
    assert!(message.contains(&head) && message.contains(&parent), "{message}");
}

#[test]
fn a_missing_object_is_named() {
    let work = Work::new();
    work.grow(2);
    let tree = work.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    fs::remove_file(loose(&work, &tree)).expect("removed");
    let (kind, message) = failure(work.path());
    assert_eq!(kind, FailureKind::InvalidData);
    assert!(message.contains(&tree) && message.contains("missing"), "{message}");
}

#[test]
fn damaged_references_are_named() {
    let work = packed();
    fs::write(work.path().join(".git/packed-refs"), "not a reference\n").expect("written");
    let (_, message) = failure(work.path());
    assert!(message.contains("packed-refs"), "{message}");
    fs::write(work.path().join(".git/HEAD"), "ref: HEAD\n").expect("written");
    let (_, message) = failure(work.path());
    assert!(message.contains("circle"), "{message}");
}

#[test]
fn no_single_broken_byte_makes_the_connector_panic() {
    let work = packed();
    for extension in ["pack", "idx"] {
        let path = pack_file(&work, extension);
        let whole = fs::read(&path).expect("read");
        for at in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            overwrite(&path, &bytes);
            // Some bytes are not read, or are checked by nobody: what matters is an answer.
            if let Err(failure) = kit(work.path()).run_stream::<Git>("history", None) {
                assert_eq!(failure.kind, FailureKind::InvalidData, "byte {at} of {extension}: {failure}");
            }
        }
        overwrite(&path, &whole);
    }
}

#[test]
fn a_cursor_of_something_else_is_refused() {
    let work = packed();
    for odd in ["{\"head\":\"zz\"}", "{\"page\":1}", "[]"] {
        let answer = kit(work.path()).pull::<Git>("history", Some(odd));
        if let Err(failure) = answer {
            assert!(failure.message.contains("cursor"), "{failure}");
        }
    }
}
