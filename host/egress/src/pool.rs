//! Connections, kept apart by workspace.
//!
//! The rule: a connection is reused only by the workspace that opened it, and only under the same reach, so that no
//! tenant profits from, or can poison, what another one opened, and no plugin rides on another plugin's private network.
//! A client holds its own connections; clients of workspaces that fell silent are dropped.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::WorkspaceId;
use domain::exchange::ExchangeError;
use reqwest::{Client, redirect, retry, tls};

use crate::config::EgressConfig;
use crate::resolve::{Reach, Vetted};

/// Workspaces whose connections are kept; those in use are kept beyond it.
const MAX_WORKSPACES: usize = 256;
/// Kinds of client of one workspace.
const MAX_CLIENTS: usize = 8;
const MAX_IDLE_PER_HOST: usize = 8;
const MAX_IDLE: Duration = Duration::from_secs(60);

/// What a client may be used for. Connections of different lanes never mix.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    pub(crate) reach: Reach,
    /// Plain text: only towards loopback.
    pub(crate) plain: bool,
}

/// The connections of one workspace.
#[derive(Debug, Default)]
pub(crate) struct WorkspacePool {
    clients: Mutex<HashMap<Lane, Client>>,
    used: AtomicU64,
}

/// The connections of all workspaces.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    workspaces: Mutex<HashMap<WorkspaceId, Arc<WorkspacePool>>>,
    clock: AtomicU64,
}

impl Pools {
    /// The pool of a workspace. Whoever holds it keeps it from being dropped.
    pub(crate) fn of(&self, workspace: WorkspaceId) -> Arc<WorkspacePool> {
        let mut workspaces = self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        if workspaces.len() >= MAX_WORKSPACES && !workspaces.contains_key(&workspace) {
            let idle = workspaces.iter().filter(|(_, pool)| Arc::strong_count(pool) == 1);
            let oldest = idle.min_by_key(|(_, pool)| pool.used.load(Ordering::Relaxed)).map(|(id, _)| *id);
            oldest.and_then(|id| workspaces.remove(&id));
        }
        let pool = workspaces.entry(workspace).or_default();
        pool.used.store(self.clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Arc::clone(pool)
    }
}

impl WorkspacePool {
    /// The client of a lane, made when it is first needed.
    pub(crate) fn client(&self, lane: &Lane, config: &EgressConfig) -> Result<Client, ExchangeError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(lane) {
            return Ok(client.clone());
        }
        let client = build(lane, config).map_err(|error| {
            tracing::error!(%error, "no HTTP client: are the system's certificates installed?");
            ExchangeError::Tls("the host has no certificates to trust".to_owned())
        })?;
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert(lane.clone(), client.clone());
        Ok(client)
    }
}

fn build(lane: &Lane, config: &EgressConfig) -> reqwest::Result<Client> {
    let Lane { reach, plain } = lane;
    let mut builder = Client::builder()
        .user_agent(concat!("weighbridge/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Vetted { inner: Arc::clone(&config.resolver), reach: reach.clone() })
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .https_only(!plain)
        // Egress inflates by itself, whatever features the client was built with.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(config.timeouts.connect)
        .http1_max_headers(config.caps.header_count)
        .http2_max_header_list_size(u32::try_from(config.caps.header_bytes).unwrap_or(u32::MAX))
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .pool_idle_timeout(MAX_IDLE);
    if *reach == Reach::Loopback {
        // The header `host` names the vendor there, which HTTP/2 has no room for.
        builder = builder.http1_only();
    }
    // Plain text has nothing to verify, so a machine without certificates can still run its simulator.
    let builder = match plain {
        true => builder.tls_certs_only([]),
        false => builder.tls_certs_merge(config.roots.certificates()).tls_version_min(tls::Version::TLS_1_2),
    };
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_workspaces_are_dropped_and_busy_ones_are_not() {
        let pools = Pools::default();
        let busy = WorkspaceId::generate();
        let held = pools.of(busy);
        for _ in 0..MAX_WORKSPACES + 10 {
            pools.of(WorkspaceId::generate());
        }
        assert_eq!(pools.workspaces.lock().expect("a lock").len(), MAX_WORKSPACES);
        assert!(Arc::ptr_eq(&held, &pools.of(busy)));
    }

    #[test]
    fn the_clients_of_a_workspace_are_kept_and_bounded() {
        let (pool, config) = (WorkspacePool::default(), EgressConfig::default());
        for prefix in 0..=MAX_CLIENTS {
            assert_eq!(pool.clients.lock().expect("a lock").len(), prefix);
            let net = format!("10.{prefix}.0.0/16").parse().expect("a net");
            pool.client(&Lane { reach: Reach::Public(vec![net]), plain: true }, &config).expect("a client");
        }
        assert_eq!(pool.clients.lock().expect("a lock").len(), 1, "one too many, and all begin anew");
    }
}
