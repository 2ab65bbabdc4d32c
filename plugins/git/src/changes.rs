//! What a commit changed: its tree against its first parent's, equal subtrees left unread, then the lines of each file.

use std::cell::RefCell;
use std::rc::Rc;

use gix_diff::tree::recorder::{Change, Location};
use gix_diff::tree::{Recorder, State};
use gix_hash::{Kind as HashKind, ObjectId, oid};
use gix_object::tree::{EntryKind, EntryMode};
use gix_object::{Data, Find, Kind, TreeRefIter};
use weighbridge_sdk::log;
use weighbridge_sdk::records::ChangeKind;

use crate::error::{Error, Result};
use crate::lines::{self, Lines};
use crate::objects::Objects;

/// Files beyond this are not read for their lines.
const BLOB_CAP: u64 = 8 * 1024 * 1024;

/// One changed path.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) path: Vec<u8>,
    pub(crate) change: ChangeKind,
    before: Side,
    after: Side,
}

/// What stands at a path: nothing, or an entry of a tree.
type Side = Option<(EntryKind, ObjectId)>;

/// The paths that differ between two trees, in the order of their bytes. No tree is an empty one.
pub(crate) fn between(objects: &Objects, before: Option<&oid>, after: &oid) -> Result<Vec<Changed>> {
    let load = |id: &oid| objects.get(id, Kind::Tree);
    let before = before.map(load).transpose()?;
    let after = load(after)?;
    let before = before.as_ref().map_or(&[][..], |tree| &tree.data);
    let finder = Finder { objects, failed: RefCell::new(None) };
    let mut recorder = Recorder::default().track_location(Some(Location::Path));
    let (lhs, rhs) =
        (TreeRefIter::from_bytes(before, HashKind::Sha1), TreeRefIter::from_bytes(&after.data, HashKind::Sha1));
    let compared = gix_diff::tree(lhs, rhs, State::default(), &finder, &mut recorder);
    if let Some(error) = finder.failed.take() {
        return Err(error);
    }
    compared.map_err(|error| Error::damaged("objects", format!("a tree cannot be read: {error}")))?;
    let mut changes: Vec<_> = recorder.records.into_iter().filter_map(Changed::new).collect();
    changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

impl Changed {
    /// The change of a file, link or submodule; trees are their entries.
    fn new(change: Change) -> Option<Self> {
        let side = |mode: EntryMode, id| (!mode.is_tree()).then_some((mode.kind(), id));
        let (path, before, after) = match change {
            Change::Addition { entry_mode, oid, path, .. } => (path, None, side(entry_mode, oid)),
            Change::Deletion { entry_mode, oid, path, .. } => (path, side(entry_mode, oid), None),
            Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => {
                (path, side(previous_entry_mode, previous_oid), side(entry_mode, oid))
            }
        };
        let change = match (&before, &after) {
            (None, None) => return None,
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Deleted,
            // Modes that old versions of Git wrote, such as 100664, are the same file to it.
            (Some(before), Some(after)) if before == after => return None,
            (Some((before, _)), Some((after, _))) if sort(*before) != sort(*after) => ChangeKind::TypeChanged,
            (Some(_), Some(_)) => ChangeKind::Modified,
        };
        Some(Self { path: path.into(), change, before, after })
    }

    /// The lines that it adds and deletes.
    pub(crate) fn lines(&self, objects: &Objects, partial: bool) -> Result<Lines> {
        let load = |side: &Side| side.as_ref().map_or(Ok(Rc::default()), |(kind, id)| content(objects, *kind, id));
        let count = |before: Rc<[u8]>, after: Rc<[u8]>| lines::count(&before, &after, &objects.effort);
        match load(&self.before).and_then(|before| count(before, load(&self.after)?)) {
            Err(Error::Oversized { .. }) => {
                log::info!("the lines of {} are unknown: a version is over 8 MiB", self.path.escape_ascii());
                Ok(Lines::Unknown)
            }
            // What the remote of a partial clone keeps is not missing, only elsewhere.
            Err(Error::Missing { .. }) if partial => Ok(Lines::Unknown),
            other => other,
        }
    }
}

/// What Git calls the type of an entry: files with and without the executable bit are one.
fn sort(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::Blob | EntryKind::BlobExecutable => 0,
        EntryKind::Link => 1,
        EntryKind::Commit => 2,
        EntryKind::Tree => 3,
    }
}

/// The text that Git compares: a file's content, a link's target, a line that names a submodule's commit.
fn content(objects: &Objects, kind: EntryKind, id: &oid) -> Result<Rc<[u8]>> {
    match kind {
        EntryKind::Commit => Ok(format!("Subproject commit {id}\n").into_bytes().into()),
        _ => objects.read(id, BLOB_CAP).map(|object| object.data),
    }
}

/// The library's door to the trees; an error stays behind here, where it keeps its type.
struct Finder<'a> {
    objects: &'a Objects,
    failed: RefCell<Option<Error>>,
}

impl Find for Finder<'_> {
    fn try_find<'b>(&self, id: &oid, buffer: &'b mut Vec<u8>) -> gix_error::Result<Option<Data<'b>>> {
        match self.objects.get(id, Kind::Tree) {
            Ok(object) => {
                buffer.clear();
                buffer.extend_from_slice(&object.data);
                Ok(Some(Data::new(buffer, object.kind, HashKind::Sha1)))
            }
            Err(error) => {
                self.failed.replace(Some(error));
                Ok(None)
            }
        }
    }
}
