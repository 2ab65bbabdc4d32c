//! What the backend in memory answers.

use domain::budget::limits::Origin;
use domain::inspection::{BudgetUse, CallName, FaultNote, Signer, StreamProgress, Traffic};
use domain::run::{LogLevel, LogLine, Usage};
use domain::{BudgetKind, ConnectionId, Digest, RecordKind, RunId, TokenId};

use super::*;
use crate::{
    AnyToken, Authenticate, AuthenticateError, Check, Connection, Connections, ConnectionsRead, EgressSummary,
    Grouping, Method, MetricAnswer, MetricQuery, Metrics, MetricsRead, PlainToken, Plugin, PluginBudget, PluginState,
    Plugins, PluginsRead, Point, Principal, Readiness, Run, RunBudget, RunError, RunFault, Runs, RunsQuery, RunsRead,
    Scope, Series, Slice, Stream, TokenRefusal, Workspace, Workspaces,
};

impl Authenticate for Fake {
    fn authenticate<'a>(&'a self, token: &'a PlainToken) -> Pending<'a, Principal, AuthenticateError> {
        let text = token.expose();
        let most = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::PeopleRead);
        let scopes = match text {
            ACME | BOLT => Ok(most.collect()),
            ACME_PEOPLE => Ok(Scope::ALL.iter().copied().collect()),
            SCOPELESS => Ok([].into()),
            "wbt_revoked" => Err(TokenRefusal::Revoked),
            "wbt_expired" => Err(TokenRefusal::Expired),
            _ if !text.starts_with("wbt_") => Err(TokenRefusal::Malformed),
            _ => Err(TokenRefusal::Unknown),
        };
        let principal = scopes.map(|scopes| Principal {
            workspace: workspace(number_of(text)),
            token: TokenId::from_bytes([9; 16]),
            scopes,
        });
        self.answer(principal.map_err(Into::into))
    }
}

impl Workspaces for Fake {
    fn get_workspace<'a>(&'a self, caller: &'a Authorized<AnyToken>) -> Pending<'a, Workspace> {
        let (id, name) = (caller.workspace(), name_of(number(caller)).to_owned());
        self.answer(Ok(Workspace { id, name, time_zone: "Europe/Berlin".to_owned() }))
    }
}

impl Metrics for Fake {
    fn catalogue(&self) -> &[MetricInfo] {
        &self.catalogue.0
    }

    fn data_version<'a>(&'a self, _: &'a Authorized<MetricsRead>) -> Pending<'a, String> {
        self.answer(Ok(self.version()))
    }

    fn query<'a>(&'a self, caller: &'a Authorized<MetricsRead>, query: &'a MetricQuery) -> Pending<'a, MetricAnswer> {
        if self.too_many_points {
            return self.answer(Err(PortError::TooManyPoints));
        }
        let key = if let Grouping::None = query.grouping { "" } else { name_of(number(caller)) };
        let known = Point {
            start: query.window.from,
            end: query.window.from.plus(6),
            partial: true,
            value: Some(5400.0),
            reason: None,
            p90: Some(86_400.5),
            n: 19,
            coverage: Some(0.95),
            unknown: [("negative".to_owned(), 1)].into(),
            method: Method::Sketch,
            relative_error: Some(0.01),
        };
        let unknown = Point {
            start: query.window.from.plus(7),
            end: query.window.to,
            value: None,
            reason: Some("no-data".to_owned()),
            p90: None,
            n: 0,
            coverage: None,
            unknown: [].into(),
            method: Method::Exact,
            relative_error: None,
            ..known.clone()
        };
        let series = Series { key: key.to_owned(), label: key.to_owned(), points: vec![known, unknown] };
        self.answer(Ok(MetricAnswer {
            series: vec![series],
            data_version: if self.moving { "8".to_owned() } else { self.version() },
            computed_at: at("2026-03-31T22:00:04Z").into(),
        }))
    }
}

impl Connections for Fake {
    fn list_connections<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        slice: Slice<ConnectionId>,
    ) -> Pending<'a, Vec<ConnectionSummary>> {
        let all = [summary(number(caller))].into_iter().filter(|item| slice.after.is_none_or(|after| item.id > after));
        self.answer(Ok(all.take(slice.limit).collect()))
    }

    fn find_connection<'a>(
        &'a self,
        caller: &'a Authorized<ConnectionsRead>,
        id: ConnectionId,
    ) -> Pending<'a, Option<Connection>> {
        let stream = Stream {
            name: "issues:acme/shop".to_owned(),
            caught_up: false,
            last_page_at: Some(at("2026-03-31T22:00:02Z").into()),
            error: Some("rate-limited: come back later".to_owned()),
            set_aside: false,
        };
        let summary = summary(number(caller));
        self.answer(Ok((id == summary.id).then(|| Connection { summary, streams: vec![stream] })))
    }
}

impl Runs for Fake {
    fn list_runs<'a>(
        &'a self,
        caller: &'a Authorized<RunsRead>,
        query: RunsQuery,
    ) -> Pending<'a, Option<Vec<RunSummary>>> {
        let number = number(caller);
        let own = query.connection.is_none_or(|id| id == connection_id(number));
        let newest_first = (0..RUNS).rev().map(|run| run_summary(number, run));
        let rest = newest_first.filter(|run| query.slice.after.is_none_or(|after| run.id < after));
        self.answer(Ok(own.then(|| rest.take(query.slice.limit).collect())))
    }

    fn find_run<'a>(&'a self, caller: &'a Authorized<RunsRead>, id: RunId) -> Pending<'a, Option<Run>> {
        let summary = run_summary(number(caller), 1);
        let error = RunError {
            stream: Some("issues:acme/shop".to_owned()),
            kind: "rate-limited".to_owned(),
            message: "come back later".to_owned(),
        };
        let egress = EgressSummary {
            host: "api.github.com".to_owned(),
            requests: 12,
            refused: 1,
            bytes_in: 1_800_000,
            bytes_out: 0,
        };
        let call = CallName {
            number: 3,
            export: "pull".to_owned(),
            stream: Some("issues:acme/shop".to_owned()),
            page: Some(2),
        };
        let cpu = BudgetUse {
            budget: BudgetKind::CpuMs,
            used: 1_250,
            limit: 2_000,
            origin: Origin::Default,
            ceiling: 30_000,
            total: Some(3_100),
            call: Some(call.clone()),
            met: 0,
        };
        let fault = FaultNote {
            call,
            message: "weighbridge/github trapped in `pull`: unreachable".to_owned(),
            budget: None,
            frames: vec!["github::issues::page".to_owned()],
        };
        let traffic = Traffic {
            host: "api.github.com".to_owned(),
            method: "GET".to_owned(),
            template: "/repos/acme/shop/issues/{number}".to_owned(),
            status: Some(200),
            requests: 11,
            retries: 1,
            bytes_in: 1_800_000,
            p50_ms: 40,
            p95_ms: 110,
            max_ms: 113,
            ..Traffic::default()
        };
        let progress = StreamProgress {
            stream: "issues:acme/shop".to_owned(),
            pages: 2,
            records: 120,
            cursor_before: None,
            cursor_after: Some("2026-03-31".to_owned()),
            caught_up: false,
        };
        let signer = Signer { key: "weighbridge-2026".to_owned(), publisher: "weighbridge/*".to_owned() };
        let line = LogLine { level: LogLevel::Warn, message: "slow\\n".to_owned() };
        let usage = Usage { calls: 4, cpu_ticks: 31, requests: 12, records: 120, ..Usage::default() };
        self.answer(Ok((id == summary.id).then(|| Run {
            summary,
            digest: Digest::from_bytes([0xab; 32]),
            signer: Some(signer.into()),
            granted: (&capabilities(false)).into(),
            usage: usage.into(),
            budgets: vec![RunBudget::of(id, cpu)],
            kinds: [(RecordKind::WorkItem, 120)].into(),
            streams: vec![progress.into()],
            errors: vec![error],
            faults: vec![RunFault::of(id, "weighbridge/github 1.4.0".to_owned(), fault)],
            egress: vec![egress],
            traffic: vec![traffic.into()],
            log: vec![line.into()],
        })))
    }
}

impl Plugins for Fake {
    fn list_plugins<'a>(&'a self, _: &'a Authorized<PluginsRead>) -> Pending<'a, Vec<Plugin>> {
        let (budget, origin) = (BudgetKind::CpuMs, Origin::Manifest);
        let budget = PluginBudget { budget, unit: "milliseconds", value: 5_000, origin, ceiling: 30_000 };
        self.answer(Ok(vec![Plugin {
            id: "weighbridge/github".parse().expect("a plugin id"),
            version: "1.4.0".to_owned(),
            digest: Digest::from_bytes([0xab; 32]),
            signed_by: "weighbridge-2026".to_owned(),
            state: PluginState::Active,
            reason: None,
            installed_at: at("2026-01-01T00:00:00Z").into(),
            kinds: vec!["commit".to_owned(), "pull-request".to_owned()],
            requested: (&capabilities(true)).into(),
            granted: (&capabilities(false)).into(),
            budgets: vec![budget],
        }]))
    }
}

impl Readiness for Fake {
    fn check(&self) -> Pending<'_, Vec<Check>> {
        let detail = self.not_ready.then(|| "the store does not answer".to_owned());
        self.answer(Ok(vec![Check { name: "store".to_owned(), good: !self.not_ready, detail }]))
    }
}
