//! One page: go on where the cursor says, bring commits until the page is full or its work is done.

use gix_hash::ObjectId;
use gix_object::{CommitRef, Kind};
use weighbridge_sdk::files::FileError;
use weighbridge_sdk::records::Record;
use weighbridge_sdk::{Failure, Page, log};

use crate::Settings;
use crate::changes;
use crate::cursor::{Cursor, Position};
use crate::error::{Error, Result};
use crate::lines::Lines;
use crate::objects::TREE_CAP;
use crate::record::{self, Diffstat};
use crate::repository::{Head, Repository};
use crate::walk::{self, Front, Next, Walk};

/// A tag leads to a commit in so many steps at most.
const LONGEST_TAG: usize = 8;

/// What ends a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Records.
    pub(crate) records: usize,
    /// Their bytes, as far as they can be told.
    pub(crate) bytes: usize,
    /// The work of a page; a commit that does not fit waits for the next one.
    pub(crate) effort: u64,
    /// The work of a commit that has a page to itself; beyond it, its lines are unknown.
    pub(crate) commit_effort: u64,
}

impl Default for Limits {
    /// Well within the budgets that the manifest asks for.
    fn default() -> Self {
        Self { records: 5_000, bytes: 5 * 1024 * 1024, effort: 200_000_000, commit_effort: 600_000_000 }
    }
}

/// The page at a cursor. `git gc` moves objects from one file to another while a page is read, so what is missing is
/// looked for once more in the repository as it is then.
pub(crate) fn pull(
    settings: &Settings,
    cursor: Option<Cursor>,
    now: &str,
    limits: &Limits,
) -> std::result::Result<Page, Failure> {
    let (records, next) = match read(settings, cursor.clone(), now, limits) {
        Err(Error::Missing { .. } | Error::File { error: FileError::NotFound, .. }) => {
            read(settings, cursor, now, limits)?
        }
        page => page?,
    };
    if next.walk.is_some() { Page::more(records, &next) } else { Page::done(records, &next) }
}

/// Records, and the cursor behind them.
fn read(settings: &Settings, cursor: Option<Cursor>, now: &str, limits: &Limits) -> Result<(Vec<Record>, Cursor)> {
    let repository = Repository::open()?;
    let mut records = Vec::new();
    let (head, position) = match current(&repository, cursor)? {
        Some(Cursor { head, walk: Some(position), .. }) => (head, position),
        Some(Cursor { head: done, .. }) => begin(&repository, settings, &done, &mut records)?,
        None => begin(&repository, settings, "", &mut records)?,
    };
    let mut walk = Walk::resume(&repository, &position.front)?;
    walk.repeat(position.steps)?;
    let more = fill(&repository, &mut walk, &mut records, now, limits)?;
    let position = if more { Some(walk.position()?) } else { None };
    let walk = position.map(|(front, steps)| Position { front, steps });
    Ok((records, Cursor { head, border: repository.border.clone(), walk }))
}

/// The cursor, where it still says where the repository is. A history that was rewritten and swept away, or a clone that
/// was deepened, is read from its head again: records that are known already replace themselves.
fn current(repository: &Repository, cursor: Option<Cursor>) -> Result<Option<Cursor>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let done = Front { new: cursor.head.clone(), old: String::new() };
    let front = cursor.walk.as_ref().map_or(&done, |position| &position.front);
    let known = match Walk::resume(repository, front) {
        Ok(_) => true,
        Err(Error::Missing { .. }) => false,
        Err(error) => return Err(error),
    };
    if known && cursor.border == repository.border {
        return Ok(Some(cursor));
    }
    log::warn!("the history was rewritten or deepened since the last page: it is read from its head again");
    Ok(None)
}

/// Begin a run: the repository's record, and a walk from its head down to what the last run reached.
fn begin(
    repository: &Repository,
    settings: &Settings,
    done: &str,
    records: &mut Vec<Record>,
) -> Result<(String, Position)> {
    let Head { branch, id } = repository.head(settings.branch.as_deref())?;
    let name = settings.name.clone().or_else(|| repository.name()).unwrap_or_else(|| record::REPOSITORY.to_owned());
    records.push(record::repository(&name, branch));
    if !repository.shallow.is_empty() {
        log::warn!("the clone is shallow: what its oldest {} commits changed is unknown", repository.shallow.len());
    }
    let head = match id {
        Some(id) => peel(repository, id)?.to_string(),
        None => String::new(),
    };
    let front = Front { new: head.clone(), old: done.to_owned() };
    Ok((head, Position { front, steps: 0 }))
}

/// The commit that a tag leads to.
fn peel(repository: &Repository, mut id: ObjectId) -> Result<ObjectId> {
    for _ in 0..LONGEST_TAG {
        let object = repository.objects.read(&id, TREE_CAP)?;
        if object.kind != Kind::Tag {
            break;
        }
        id = gix_object::TagRefIter::from_bytes(&object.data, gix_hash::Kind::Sha1)
            .target_id()
            .map_err(|error| repository.objects.corrupt(&id, error.to_string()))?;
    }
    Ok(id)
}

/// Bring commits; whether more wait.
fn fill(
    repository: &Repository,
    walk: &mut Walk<'_>,
    records: &mut Vec<Record>,
    now: &str,
    limits: &Limits,
) -> Result<bool> {
    let effort = &repository.objects.effort;
    let start = effort.spent();
    let (mut bytes, mut commits) = (0, 0);
    loop {
        let id = match walk.peek(start.saturating_add(limits.effort))? {
            Next::Commit(id) => id,
            Next::Tired => return Ok(true),
            Next::End => return Ok(false),
        };
        let spent = effort.spent() - start;
        if records.len() >= limits.records || bytes >= limits.bytes || spent >= limits.effort {
            return Ok(true);
        }
        let object = repository.objects.get(&id, Kind::Commit)?;
        let commit = walk::parse(repository, &id, &object)?;
        effort.allow(if commits == 0 { limits.commit_effort } else { limits.effort - spent });
        let diffstat = diffstat(repository, &id, &commit, commits == 0);
        effort.lift();
        match diffstat {
            Err(Error::Exhausted) => return Ok(true),
            diffstat => {
                let (record, size) = record::commit(&id, &commit, diffstat?, now);
                records.push(record);
                bytes += size;
                commits += 1;
            }
        }
        walk.advance()?;
    }
}

/// What the commit changed. Alone on its page, it is taken as far as its work reaches.
fn diffstat(repository: &Repository, id: &ObjectId, commit: &CommitRef<'_>, alone: bool) -> Result<Diffstat> {
    let mut parents = commit.parents();
    let (first, second) = (parents.next(), parents.next());
    if second.is_some() {
        return Ok(Diffstat::Merge);
    }
    if repository.shallow.contains(id) && first.is_some() {
        return Ok(Diffstat::Unknown);
    }
    match compare(repository, first, commit, alone) {
        Err(Error::Exhausted) if alone => {
            log::warn!("commit {id} changes more than can be compared: its files are unknown");
            Ok(Diffstat::Unknown)
        }
        Err(Error::Missing { .. }) if repository.is_partial() => Ok(Diffstat::Unknown),
        other => other,
    }
}

fn compare(repository: &Repository, parent: Option<ObjectId>, commit: &CommitRef<'_>, alone: bool) -> Result<Diffstat> {
    let objects = &repository.objects;
    let before = match parent {
        Some(parent) => {
            let object = objects.get(&parent, Kind::Commit)?;
            Some(walk::parse(repository, &parent, &object)?.tree())
        }
        None => None,
    };
    let changes = changes::between(objects, before.as_deref(), &commit.tree())?;
    let mut files = Vec::with_capacity(changes.len());
    for changed in changes {
        let lines = match changed.lines(objects, repository.is_partial()) {
            Err(Error::Exhausted) if alone => Lines::Unknown,
            other => other?,
        };
        files.push((changed, lines));
    }
    Ok(Diffstat::Files(files))
}
