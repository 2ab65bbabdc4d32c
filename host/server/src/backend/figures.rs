//! The one road from a metric question to an answer: for the API and for `weighbridge metrics`.
//!
//! All that an answer rests on is read in one transaction: buckets, teams, names, and the version of the data. So the same
//! question and version give the same figures.

use std::collections::{BTreeMap, BTreeSet};

use api::MetricQuery;
use domain::rollup::{Bucket, Grain};
use domain::{Day, Instant, RecordKind, WorkspaceId};
use jiff::tz::TimeZone;
use metrics::query::QueryError;
use metrics::registry::Aggregation;
use metrics::{Answer, Group, Inputs, Member, Metric, Query, TeamMembers};
use store::{Store, StoreError, WorkspaceRead, deliveries, dirty, names, rollups, streams, version};

use crate::rollup;

/// An answer, and what has to be known with it.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The answer.
    pub(crate) answer: Answer,
    /// The version of the data that it was computed from.
    pub(crate) data_version: i64,
    /// When the newest page of that version came; none where there was never one. Unlike the time of the answer, it is
    /// the same whenever the same version is asked.
    pub(crate) newest_page: Option<Instant>,
    /// Whether days wait to be computed anew: figures may still move although nothing new comes.
    pub(crate) behind: bool,
    labels: BTreeMap<String, String>,
}

impl Figures {
    /// The name of a series for people; its key where there is none.
    pub(crate) fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.labels.get(key).map_or(key, String::as_str)
    }
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FiguresError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The metric has no such answer, or a bucket is broken.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// More than [`MetricQuery::MAX_POINTS`].
    #[error(
        "the answer would have {points} points, and {most} is the most: ask for fewer days, a longer interval or \
         another grouping",
        most = MetricQuery::MAX_POINTS
    )]
    TooManyPoints {
        /// How many.
        points: usize,
    },
}

/// Answer a question about a workspace.
///
/// # Errors
/// The store cannot be read, the metric cannot be grouped so, or the answer would be too large.
pub(crate) async fn figures(
    store: &Store,
    workspace: WorkspaceId,
    metric: &'static Metric,
    query: &Query,
) -> Result<Figures, FiguresError> {
    // Only these ask on which day an instant was; the buckets are of the workspace's days already.
    let zone = match (query.group, metric.aggregation) {
        (Group::Team, _) | (_, Aggregation::Level) => rollup::zone(store, workspace).await?,
        _ => TimeZone::UTC,
    };
    let found =
        store.workspace_read(workspace, "read figures", async |tx| Found::read(tx, metric, query, &zone).await).await?;
    found.answer(metric, query)
}

/// What one transaction saw.
struct Found {
    buckets: Vec<Bucket>,
    teams: Vec<TeamMembers>,
    seen_until: Option<Day>,
    labels: BTreeMap<String, String>,
    data_version: i64,
    newest_page: Option<Instant>,
    behind: bool,
}

impl Found {
    async fn read(
        tx: &mut WorkspaceRead,
        metric: &'static Metric,
        query: &Query,
        zone: &TimeZone,
    ) -> Result<Self, StoreError> {
        let days = metric.reads_since(query.window.from())..query.window.to().plus(1);
        let mut buckets = Vec::new();
        for read in metric.reads(query.group) {
            buckets.extend(rollups::read(tx, read.metric, read.grain, days.clone(), None).await?);
        }
        let teams = if query.group == Group::Team { teams(tx, zone).await? } else { Vec::new() };
        let labels = match query.group {
            Group::None => BTreeMap::new(),
            Group::Repository => labels(tx, Grain::Repository, &buckets).await?,
            Group::Person => labels(tx, Grain::Person, &buckets).await?,
            Group::Team => teams.iter().map(|team| (team.key.clone(), team.name.clone())).collect(),
        };
        Ok(Self {
            buckets,
            teams,
            seen_until: if metric.aggregation == Aggregation::Level { seen_until(tx, zone).await? } else { None },
            labels,
            data_version: version::current(tx).await?,
            newest_page: streams::newest_page(tx).await?,
            behind: deliveries::is_unsettled(tx).await? || !dirty::take(tx, 1).await?.is_empty(),
        })
    }

    fn answer(self, metric: &'static Metric, query: &Query) -> Result<Figures, FiguresError> {
        let Self { buckets, teams, seen_until, labels, data_version, newest_page, behind } = self;
        let series = match query.group {
            Group::None => 1,
            Group::Repository | Group::Person => keys(&buckets).len(),
            Group::Team => teams.len(),
        };
        let points = series * query.interval.count(query.window);
        if points > MetricQuery::MAX_POINTS {
            return Err(FiguresError::TooManyPoints { points });
        }
        let answer = metrics::query(metric, query, &Inputs { buckets: &buckets, teams: &teams, seen_until })?;
        Ok(Figures { answer, data_version, newest_page, behind, labels })
    }
}

/// The last day whose end was over when pull requests were last read to their end. What has been open since may have
/// been closed unseen.
async fn seen_until(tx: &mut WorkspaceRead, zone: &TimeZone) -> Result<Option<Day>, StoreError> {
    let seen = streams::caught_up(tx, RecordKind::PullRequest).await?;
    Ok(seen.map(|seen| Day::of(seen, zone).plus(-1)))
}

fn keys(buckets: &[Bucket]) -> BTreeSet<&str> {
    buckets.iter().map(|bucket| bucket.key.as_str()).collect()
}

async fn labels(
    tx: &mut WorkspaceRead,
    grain: Grain,
    buckets: &[Bucket],
) -> Result<BTreeMap<String, String>, StoreError> {
    let keys: Vec<String> = keys(buckets).into_iter().map(str::to_owned).collect();
    names::labels(tx, grain, Some(&keys)).await
}

/// Every team with its own members: those of a team within it count for that one alone.
async fn teams(tx: &mut WorkspaceRead, zone: &TimeZone) -> Result<Vec<TeamMembers>, StoreError> {
    let mut members: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for names::Member { team, person, since, until } in names::members(tx).await? {
        // The day on which somebody leaves is the first that is not of the team any more.
        let day = |instant: Option<Instant>| instant.map(|instant| Day::of(instant, zone));
        members.entry(team).or_default().push(Member { person, since: day(since), until: day(until) });
    }
    let teams = names::teams(tx).await?.into_iter().map(|names::Team { key, name, parent: _ }| {
        let members = members.remove(&key).unwrap_or_default();
        TeamMembers { key, name, members }
    });
    Ok(teams.collect())
}

#[cfg(test)]
mod tests;
