//! Who has what and who waits, without a clock: it is told how long turns were held.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use domain::WorkspaceId;
use tokio::sync::oneshot;

use crate::{Places, Turn, WEIGHT, Weights};

/// Virtual time: nanoseconds for a workspace of the usual weight, fewer for a heavier one.
type Virtual = i128;

/// How many workspaces and classes are remembered before those are looked for that can be forgotten.
const REMEMBERED: usize = 1_024;

/// What hands a turn to whoever waits for it.
type Waiting<C> = oneshot::Sender<Turn<C>>;

pub(crate) struct Queue<C: Hash + Eq + Clone> {
    places: Places,
    held: u32,
    classes: HashMap<C, u32>,
    shares: HashMap<WorkspaceId, Share<C>>,
    weights: Weights,
    /// The classes and workspaces that have other numbers of places than most.
    class_places: HashMap<C, u32>,
    workspace_places: HashMap<WorkspaceId, u32>,
    /// What the workspace had whose turn began last: where one begins that has rested.
    now: Virtual,
    /// What a turn takes, as far as was seen: charged in advance, so that one workspace is not given every place that is
    /// free before its first turn has ended.
    usual: Duration,
}

/// One workspace.
struct Share<C: Hash + Eq + Clone> {
    had: Virtual,
    held: u32,
    waiting: VecDeque<(C, Waiting<C>)>,
}

/// A place that was given, and what was charged for it in advance.
pub(crate) struct Granted<C> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) class: C,
    pub(crate) charged: Virtual,
}

impl<C: Hash + Eq + Clone> Queue<C> {
    pub(crate) fn new(places: Places, weights: Weights) -> Self {
        Self {
            places,
            held: 0,
            classes: HashMap::new(),
            shares: HashMap::new(),
            weights,
            class_places: HashMap::new(),
            workspace_places: HashMap::new(),
            now: 0,
            usual: Duration::from_millis(1),
        }
    }

    pub(crate) fn held(&self) -> u32 {
        self.held
    }

    /// How many workspaces and classes are remembered.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.shares.len() + self.classes.len()
    }

    pub(crate) fn allow_class(&mut self, class: &C, places: u32) {
        if places == self.places.per_class {
            self.class_places.remove(class);
        } else {
            self.class_places.insert(class.clone(), places);
        }
    }

    pub(crate) fn allow_workspace(&mut self, workspace: WorkspaceId, places: u32) {
        if places == self.places.per_workspace {
            self.workspace_places.remove(&workspace);
        } else {
            self.workspace_places.insert(workspace, places);
        }
    }

    /// Take a place if there is one. Nobody is passed over: whoever could have had it has been given it.
    pub(crate) fn seize(&mut self, workspace: WorkspaceId, class: &C) -> Option<Virtual> {
        let held = self.shares.get(&workspace).map_or(0, |share| share.held);
        if !self.has_room(workspace, held, class) {
            return None;
        }
        Some(self.grant(workspace, class))
    }

    /// Stand in line.
    pub(crate) fn wait(&mut self, workspace: WorkspaceId, class: C) -> oneshot::Receiver<Turn<C>> {
        let (sender, receiver) = oneshot::channel();
        self.share(workspace).waiting.push_back((class, sender));
        receiver
    }

    /// Who is next, with the place taken in its name.
    pub(crate) fn next(&mut self) -> Option<(Granted<C>, Waiting<C>)> {
        for share in self.shares.values_mut() {
            share.waiting.retain(|(_, waiting)| !waiting.is_closed());
        }
        let fits = |id: WorkspaceId, share: &Share<C>| {
            share.waiting.iter().position(|(class, _)| self.has_room(id, share.held, class))
        };
        let candidates = self.shares.iter().filter_map(|(id, share)| Some((share.had, *id, fits(*id, share)?)));
        let (_, workspace, at) = candidates.min_by_key(|(had, id, _)| (*had, *id))?;
        let (class, waiting) = self.shares.get_mut(&workspace)?.waiting.remove(at)?;
        let charged = self.grant(workspace, &class);
        Some((Granted { workspace, class, charged }, waiting))
    }

    /// A turn has ended after so long.
    pub(crate) fn release(&mut self, granted: &Granted<C>, took: Duration) {
        let cost = self.cost(granted.workspace, took);
        // An eighth of the way to what was just seen.
        self.usual = (self.usual * 7 + took) / 8;
        self.held -= 1;
        if let Some(held) = self.classes.get_mut(&granted.class) {
            *held -= 1;
        }
        if let Some(share) = self.shares.get_mut(&granted.workspace) {
            share.held -= 1;
            share.had += cost - granted.charged;
        }
        self.forget();
    }

    /// Whether one who waits has had less than the holder of this place, and is kept from a place by the total alone.
    pub(crate) fn is_wanted(&self, granted: &Granted<C>, so_far: Duration) -> bool {
        let Some(mine) = self.shares.get(&granted.workspace) else { return false };
        let had = mine.had - granted.charged + self.cost(granted.workspace, so_far);
        let waits = |id: WorkspaceId, share: &Share<C>| {
            share.held < self.places_of(id) && share.waiting.iter().any(|(_, waiting)| !waiting.is_closed())
        };
        self.shares.iter().any(|(id, share)| *id != granted.workspace && share.had < had && waits(*id, share))
    }

    fn has_room(&self, workspace: WorkspaceId, held: u32, class: &C) -> bool {
        let of_class = self.classes.get(class).copied().unwrap_or(0);
        let class_places = self.class_places.get(class).copied().unwrap_or(self.places.per_class);
        let kept = |places: u32| places.checked_div(self.places.kept_one_in).unwrap_or(0);
        let open = |places: u32| if held == 0 { places } else { places - kept(places) };
        self.held < open(self.places.total) && of_class < open(class_places) && held < self.places_of(workspace)
    }

    fn places_of(&self, workspace: WorkspaceId) -> u32 {
        self.workspace_places.get(&workspace).copied().unwrap_or(self.places.per_workspace)
    }

    fn grant(&mut self, workspace: WorkspaceId, class: &C) -> Virtual {
        let charged = self.cost(workspace, self.usual);
        self.held += 1;
        *self.classes.entry(class.clone()).or_insert(0) += 1;
        let share = self.share(workspace);
        share.held += 1;
        let had = share.had;
        share.had += charged;
        self.now = self.now.max(had);
        charged
    }

    /// The share of a workspace: one that rested begins where the others are.
    fn share(&mut self, workspace: WorkspaceId) -> &mut Share<C> {
        let now = self.now;
        let share =
            self.shares.entry(workspace).or_insert_with(|| Share { had: now, held: 0, waiting: VecDeque::new() });
        if share.held == 0 && share.waiting.is_empty() {
            share.had = share.had.max(now);
        }
        share
    }

    fn cost(&self, workspace: WorkspaceId, time: Duration) -> Virtual {
        let weight = self.weights.of(workspace);
        let nanoseconds = i128::try_from(time.as_nanos()).unwrap_or(i128::MAX / i128::from(WEIGHT));
        nanoseconds * i128::from(WEIGHT) / i128::from(weight)
    }

    /// Forget who has and wants nothing, once nobody does: whoever comes next begins anew. A host that is never idle
    /// remembers those that the others have caught up with no longer than it has to.
    fn forget(&mut self) {
        let rests = |share: &Share<C>| share.held == 0 && share.waiting.is_empty();
        if self.held == 0 && self.shares.values().all(rests) {
            self.shares.clear();
            self.classes.clear();
        } else if self.shares.len() + self.classes.len() > REMEMBERED {
            let now = self.now;
            self.shares.retain(|_, share| !rests(share) || share.had > now);
            self.classes.retain(|_, held| *held > 0);
        }
    }
}
