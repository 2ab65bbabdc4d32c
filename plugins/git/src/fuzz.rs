//! Fuzz targets: a repository that a stranger wrote. Each panics where something does not hold.
//!
//! They exist in tests and under `cargo fuzz` alone; `tests/corpus` runs them in the tests.

use std::sync::LazyLock;

use gix_hash::{Kind as HashKind, ObjectId};
use gix_object::{CommitRef, TreeRefIter};
use serde_json::json;
use weighbridge_sdk::files as sdk_files;
use weighbridge_sdk::testing::{Files, Kit};
use weighbridge_sdk::{Call, Connector, Failure, Next, Page, Stream};

use crate::effort::Effort;
use crate::lines::{self, Lines};
use crate::record::{self, Diffstat};
use crate::{Git, Settings};

const NOW: &str = "2026-03-01T09:30:00Z";
/// Pages of one input.
const PAGES: usize = 3;

/// Files, each its name's length (one byte), its name, its own length (three bytes, the least first), and itself.
fn files(mut data: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut take = |count: usize| {
        let (taken, rest) = data.split_at(count.min(data.len()));
        data = rest;
        taken
    };
    loop {
        let [length] = take(1) else { return files };
        let name = String::from_utf8_lossy(take(usize::from(*length))).into_owned();
        let length = take(3).iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
        files.push((name, take(length).to_vec()));
    }
}

/// A repository, packs and all, read as a connection reads it.
pub fn repository(data: &[u8]) {
    let kit = Kit::new(&json!({}), NOW).files(Files::memory(files(data)));
    let mut cursor = None;
    for _ in 0..PAGES {
        match kit.pull::<Git>("history", cursor.as_deref()).map(|page| page.next) {
            Ok(Next::More(next)) => cursor = Some(next),
            Ok(Next::Done(_)) | Err(_) => return,
        }
    }
}

/// A repository of two commits, packed.
static GOOD: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| files(include_bytes!("../../../tests/fuzz/corpus/repository/packed")));

/// A cursor, in a repository that is sound.
pub fn position(data: &[u8]) {
    let kit = Kit::new(&json!({}), NOW).files(Files::memory(GOOD.clone()));
    // Whatever it says, it leads to a page or to a failure.
    drop(kit.pull::<Git>("history", Some(&String::from_utf8_lossy(data))));
}

/// A commit and a tree, which the check of their ids would keep changes from.
pub fn object(data: &[u8]) {
    let kit = Kit::new(&json!({}), NOW).files(Files::memory([("data", data)]));
    kit.pull::<Objects>("objects", None).expect("a page");
}

/// A connector that reads objects of which nobody knows the id, since what is read may only be logged within a call.
struct Objects;

impl Connector for Objects {
    type Settings = Settings;

    fn streams(_settings: &Settings, _now: &str) -> Result<Vec<Stream>, Failure> {
        Ok(Vec::new())
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        let data = sdk_files::read_all("data").expect("the file");
        if let Ok(commit) = CommitRef::from_bytes(&data, HashKind::Sha1) {
            let id = ObjectId::null(HashKind::Sha1);
            let (_, size) = record::commit(&id, &commit, Diffstat::Unknown, call.now);
            assert!(size < 8 * 1024 * 1024, "{size}");
        }
        TreeRefIter::from_bytes(&data, HashKind::Sha1).take_while(Result::is_ok).for_each(drop);
        let (before, after) = data.split_at(data.len() / 2);
        if let Ok(Lines::Counted(added, deleted)) = lines::count(before, after, &Effort::unlimited()) {
            assert!((added + deleted) as usize <= data.len());
        }
        Page::done(Vec::new(), &())
    }
}

#[cfg(test)]
mod tests {
    use corpus::check;

    #[test]
    fn the_good_repository_has_a_history() {
        let kit = super::Kit::new(&super::json!({}), super::NOW).files(super::Files::memory(super::GOOD.clone()));
        let page = kit.pull::<super::Git>("history", None).expect("a page");
        assert_eq!(page.records.len(), 3, "the repository and two commits");
    }

    #[test]
    fn repositories_by_chance_end_in_a_page_or_a_failure() {
        check("repository", 8_000, super::repository);
        check("position", 3_000, super::position);
        check("object", 10_000, super::object);
    }
}
