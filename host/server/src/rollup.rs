//! Roll-ups: dirty days are computed anew from the records, and nothing else is.
//!
//! A mark is a family and a day of UTC. The days of the workspace's zone that overlap it are recomputed whole, and in one
//! transaction the buckets are replaced and the mark is cleared, unless it was made again meanwhile. Where another
//! roll-up was written between reading and writing, nothing is written, and it is done over on what is there now.
//!
//! Before anything is computed, it is settled which deployments contain which merges (`store::deliveries`), which marks
//! days in its turn.
//!
//! Before that, the formulas and the time zone are compared with those that the buckets follow; where they
//! differ, all days of the family are marked.
//!
//! `weighbridge serve` keeps a [`Roller`]; `weighbridge sync` calls [`catch_up`] at the end of each run.

mod days;
mod roller;

use std::collections::BTreeSet;

use domain::rollup::{Bucket, Family};
use domain::{Day, WorkspaceId};
use jiff::tz::TimeZone;
use metrics::registry::{family_version, written_by};
use store::dirty::{self, Mark};
use store::rollups::basis::{self, Basis};
use store::rollups::{Epoch, Recomputed};
use store::{Store, StoreError, WorkspaceRead, deliveries, rollups, workspaces};

pub use roller::{Roller, Watch};

/// Marks that are worked off in one transaction.
const BATCH: u32 = 64;

/// Work off all marks of a workspace.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn catch_up(store: &Store, workspace: WorkspaceId) -> Result<(), StoreError> {
    let pass = Pass::begin(store, workspace).await?;
    pass.settle().await?;
    while pass.step().await? {}
    Ok(())
}

/// The workspace's time zone. It was checked when it was set; one that has left the database of zones is UTC.
pub(crate) async fn zone(store: &Store, workspace: WorkspaceId) -> Result<TimeZone, StoreError> {
    let found = store.system_read("find a workspace", async |tx| workspaces::get(tx, workspace).await).await?;
    Ok(TimeZone::get(&found.time_zone).unwrap_or(TimeZone::UTC))
}

/// Batches of one workspace on one basis.
struct Pass<'a> {
    store: &'a Store,
    workspace: WorkspaceId,
    zone: TimeZone,
    basis: Basis,
}

/// What a batch read, and what comes of it.
struct Computed {
    epoch: Epoch,
    marks: Vec<Mark>,
    days: Vec<(Family, Day, Vec<Bucket>)>,
}

impl<'a> Pass<'a> {
    async fn begin(store: &'a Store, workspace: WorkspaceId) -> Result<Self, StoreError> {
        let zone = zone(store, workspace).await?;
        Self::in_zone(store, workspace, zone).await
    }

    /// Makes sure that the workspace's buckets follow these days and this host's formulas, or are marked.
    async fn in_zone(store: &'a Store, workspace: WorkspaceId, zone: TimeZone) -> Result<Self, StoreError> {
        let days = zone.iana_name().unwrap_or("UTC");
        let basis = Family::ALL.map(|family| (family, format!("{} {days}", family_version(family)))).into();
        let pass = Self { store, workspace, zone, basis };
        let noted = store.workspace_read(workspace, "find the basis of roll-ups", async |tx| basis::noted(tx).await);
        if noted.await? != pass.basis {
            let adopt = async |tx: &mut store::WorkspaceTx| basis::adopt(tx, &pass.basis, written_by).await;
            store.workspace(workspace, "mark what another formula computed", adopt).await?;
        }
        Ok(pass)
    }

    /// One batch; whether there may be more. What is marked while it goes on may be left to who marks it.
    async fn step(&self) -> Result<bool, StoreError> {
        match self.compute().await? {
            Some(computed) => Ok(!self.write(&computed).await? || computed.marks.len() == BATCH as usize),
            None => Ok(false),
        }
    }

    /// Looks up in the graph of commits what new deployments contain, which marks the days of the merges that they bring
    /// to production. A transaction for each repository, so that pages come in between.
    async fn settle(&self) -> Result<(), StoreError> {
        let unsettled = async |tx: &mut WorkspaceRead| deliveries::is_unsettled(tx).await;
        while self.store.workspace_read(self.workspace, "look for deployments", unsettled).await? {
            let settle = async |tx: &mut store::WorkspaceTx| deliveries::settle(tx).await;
            self.store.workspace(self.workspace, "settle deployments", settle).await?;
        }
        Ok(())
    }

    /// The latest marked days, computed. None where nothing is marked, or a host of another version has adopted its
    /// formulas since: what is marked then is for that one to compute.
    async fn compute(&self) -> Result<Option<Computed>, StoreError> {
        let read = async |tx: &mut WorkspaceRead| {
            let marks = dirty::take(tx, BATCH).await?;
            if marks.is_empty() || basis::noted(tx).await? != self.basis {
                return Ok(None);
            }
            let days = days::compute_all(tx, &local_days(&marks, &self.zone), &self.zone).await?;
            Ok(Some(Computed { epoch: rollups::epoch(tx).await?, marks, days }))
        };
        self.store.workspace_read(self.workspace, "compute roll-ups", read).await
    }

    /// Whether it was written: not where another roll-up was since it was computed.
    async fn write(&self, Computed { epoch, marks, days }: &Computed) -> Result<bool, StoreError> {
        let write = async |tx: &mut store::WorkspaceTx| {
            let metrics: Vec<_> = days.iter().map(|(family, ..)| written_by(*family)).collect();
            let recomputed: Vec<_> = days
                .iter()
                .zip(&metrics)
                .map(|((_, day, buckets), metrics)| Recomputed { day: *day, metrics, buckets })
                .collect();
            let written = rollups::replace(tx, *epoch, &recomputed).await?;
            if written {
                dirty::clear(tx, marks).await?;
            }
            Ok(written)
        };
        self.store.workspace(self.workspace, "write roll-ups", write).await
    }
}

/// The days of the zone that overlap the marked days of UTC, each once.
fn local_days(marks: &[Mark], zone: &TimeZone) -> BTreeSet<(Family, Day)> {
    let overlapping = |mark: &Mark| {
        let (start, end) = Day::from_number(mark.day).bounds(&TimeZone::UTC);
        let last = domain::Instant::from_micros(end.as_micros() - 1);
        let (first, last) = (Day::of(start, zone).number(), Day::of(last, zone).number());
        let family = mark.family;
        (first..=last).map(move |day| (family, Day::from_number(day)))
    };
    marks.iter().flat_map(overlapping).collect()
}

#[cfg(test)]
mod tests;
