//! Walking a history, newest commit first, so that a walk can stop anywhere and go on in another instance.
//!
//! The state of a walk is its *front*: the commits that wait to be visited. Those that the run before reached are walked
//! as well, as *old*, so that the walk ends where everything that waits is old. In nearly every history the front is a
//! few commits wide and fits the cursor. Where it does not, the cursor keeps the last front that did and the number of
//! steps since; the next call takes those steps again, which reads commits and nothing else.
//!
//! Commits that were visited before a mark are forgotten at the mark, in every instance alike, so that a resumed walk and
//! an undisturbed one are the same. A history whose clocks ran backwards can bring a commit twice because of it: the
//! second replaces the first.

use std::collections::{BinaryHeap, HashMap};

use gix_hash::{Kind as HashKind, ObjectId};
use gix_object::{CommitRef, Kind};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::objects::Object;
use crate::repository::Repository;

/// Object ids that fit a cursor of 4 KiB beside everything else, at 40 digits each.
const FRONT_LIMIT: usize = 90;
/// A narrow front is marked so often.
const MARK_EVERY: u32 = 256;

/// The commits that wait, in hexadecimal, 40 digits each without separator, in the order of the walk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Front {
    /// Those to bring.
    pub(crate) new: String,
    /// Those that were brought by the run before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) old: String,
}

/// A walk under way.
pub(crate) struct Walk<'a> {
    repository: &'a Repository,
    waiting: BinaryHeap<Waiting>,
    /// What was met since the last mark, and whether it is old.
    met: HashMap<ObjectId, bool>,
    /// How many of those that wait are new.
    fresh: usize,
    arrivals: u64,
    mark: Front,
    steps: u32,
}

/// What a walk comes to.
pub(crate) enum Next {
    /// A commit to bring.
    Commit(ObjectId),
    /// Nothing yet, and its work is done.
    Tired,
    /// Nothing any more.
    End,
}

/// A commit that waits: the latest first, and of two of one second the one that came first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    seconds: i64,
    arrival: std::cmp::Reverse<u64>,
    id: ObjectId,
}

impl<'a> Walk<'a> {
    /// A walk that goes on at a front.
    pub(crate) fn resume(repository: &'a Repository, front: &Front) -> Result<Self> {
        let mut walk = Self {
            repository,
            waiting: BinaryHeap::new(),
            met: HashMap::new(),
            fresh: 0,
            arrivals: 0,
            mark: front.clone(),
            steps: 0,
        };
        for (text, old) in [(&front.old, true), (&front.new, false)] {
            for id in parse_ids(text)? {
                walk.meet(id, old)?;
            }
        }
        Ok(walk)
    }

    /// Take steps that an earlier call took already.
    pub(crate) fn repeat(&mut self, steps: u32) -> Result<()> {
        while self.steps < steps && self.fresh > 0 {
            self.step()?;
        }
        Ok(())
    }

    /// The next commit to bring, which stays the next one until [`Walk::advance`]. Old ones are passed over, for as long
    /// as the work spent stays below `effort`.
    pub(crate) fn peek(&mut self, effort: u64) -> Result<Next> {
        while self.fresh > 0 {
            match self.waiting.peek() {
                Some(next) if !self.is_old(&next.id) => return Ok(Next::Commit(next.id)),
                Some(_) if self.repository.objects.effort.spent() >= effort => return Ok(Next::Tired),
                Some(_) => self.advance()?,
                None => break,
            }
        }
        Ok(Next::End)
    }

    /// Leave the next commit behind, for its parents.
    pub(crate) fn advance(&mut self) -> Result<()> {
        self.step()?;
        if self.steps >= MARK_EVERY && self.is_narrow() {
            self.set_mark()?;
        }
        Ok(())
    }

    /// Where the walk stands: a front and the steps since.
    pub(crate) fn position(mut self) -> Result<(Front, u32)> {
        if self.is_narrow() {
            self.set_mark()?;
        }
        Ok((self.mark, self.steps))
    }

    fn step(&mut self) -> Result<()> {
        let Some(Waiting { id, .. }) = self.waiting.pop() else { return Ok(()) };
        let old = self.is_old(&id);
        if !old {
            self.fresh -= 1;
        }
        self.steps += 1;
        for parent in parents(self.repository, &id)? {
            self.meet(parent, old)?;
        }
        Ok(())
    }

    fn meet(&mut self, id: ObjectId, old: bool) -> Result<()> {
        match self.met.get_mut(&id) {
            None => {
                let seconds = committed_at(self.repository, &id)?;
                self.arrivals += 1;
                self.waiting.push(Waiting { seconds, arrival: std::cmp::Reverse(self.arrivals), id });
                self.fresh += usize::from(!old);
                self.met.insert(id, old);
            }
            Some(known) if old && !*known => {
                *known = true;
                // One that was visited before it turned out to be old has been brought: that does no harm.
                if self.waiting.iter().any(|waiting| waiting.id == id) {
                    self.fresh -= 1;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn is_old(&self, id: &ObjectId) -> bool {
        self.met.get(id).copied().unwrap_or_default()
    }

    fn is_narrow(&self) -> bool {
        self.waiting.len() <= FRONT_LIMIT
    }

    /// Go on as an instance would that knows nothing but the front.
    fn set_mark(&mut self) -> Result<()> {
        let mut front = Front::default();
        let mut waiting = std::mem::take(&mut self.waiting).into_vec();
        waiting.sort_unstable_by(|a, b| b.cmp(a));
        for next in waiting {
            let text = if self.is_old(&next.id) { &mut front.old } else { &mut front.new };
            text.push_str(&next.id.to_string());
        }
        *self = Self::resume(self.repository, &front)?;
        Ok(())
    }
}

/// The commit's own list of parents; none at the border of a shallow clone.
pub(crate) fn parents(repository: &Repository, id: &ObjectId) -> Result<Vec<ObjectId>> {
    if repository.shallow.contains(id) {
        return Ok(Vec::new());
    }
    let object = repository.objects.get(id, Kind::Commit)?;
    Ok(parse(repository, id, &object)?.parents().collect())
}

/// The commit in its parts.
pub(crate) fn parse<'o>(repository: &Repository, id: &ObjectId, object: &'o Object) -> Result<CommitRef<'o>> {
    CommitRef::from_bytes(&object.data, HashKind::Sha1)
        .map_err(|error| repository.objects.corrupt(id, error.to_string()))
}

fn committed_at(repository: &Repository, id: &ObjectId) -> Result<i64> {
    let object = repository.objects.get(id, Kind::Commit)?;
    let commit = parse(repository, id, &object)?;
    Ok(commit.committer().map_or(0, |committer| committer.seconds()))
}

fn parse_ids(text: &str) -> Result<Vec<ObjectId>> {
    let (ids, rest) = text.as_bytes().as_chunks::<40>();
    let odd = || Error::Settings("the stored cursor is not one of this connector; reset the stream".to_owned());
    if !rest.is_empty() {
        return Err(odd());
    }
    ids.iter().map(|hex| ObjectId::from_hex(hex).map_err(|_| odd())).collect()
}
