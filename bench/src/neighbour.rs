//! A workspace that goes about its work, whatever others do: it pulls one page of 100 pull requests after another.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use anyhow::{Result, ensure};
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, WorkspaceId};
use sandbox::{Call, Connector, Http, PullArgs};

use crate::package::{Sandbox, github_manifest};
use crate::page::{ITEMS, NOW, STREAM, payload, settings};
use crate::place;
use crate::rounds::Samples;

/// Pages at a time.
pub(crate) const CALLS: u32 = 100;
/// How long a source takes to answer that is neither near nor slow.
pub(crate) const ANSWERS_AFTER: Duration = Duration::from_millis(100);

/// The workspace that others stand beside.
pub(crate) struct Neighbour {
    connector: Connector,
    budget: Budget,
    http: Arc<Source>,
}

impl Neighbour {
    /// One whose source answers after so long.
    pub(crate) async fn new(sandbox: &Sandbox, after: Duration) -> Result<Self> {
        let manifest = github_manifest()?;
        let connector = sandbox.prepare(&place::github()?, &manifest).await?;
        let body = payload::page(ITEMS as u64).into_bytes();
        Ok(Self { connector, budget: manifest.budget, http: Arc::new(Source { body, after }) })
    }

    /// So many pages, one after another: how long each took.
    pub(crate) async fn pages(&self, samples: &mut Samples) -> Result<()> {
        for _ in 0..CALLS {
            let call = Call {
                workspace: WorkspaceId::from_bytes([1; 16]),
                budget: self.budget,
                now: NOW.parse()?,
                http: Some(self.http.clone()),
                files: None,
                state: BTreeMap::new(),
            };
            let args = PullArgs { settings: settings().to_string(), stream: STREAM.to_owned(), cursor: None };
            let begun = Clock::now();
            let outcome = self.connector.pull(call, args).await;
            samples.push(begun.elapsed().as_secs_f64());
            ensure!(outcome.result?.records.len() == ITEMS, "every pull request is a record");
        }
        Ok(())
    }
}

/// Answers every request with the page, after a while.
struct Source {
    body: Vec<u8>,
    after: Duration,
}

impl Http for Source {
    fn send(&self, _: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async {
            if !self.after.is_zero() {
                tokio::time::sleep(self.after).await;
            }
            Ok(Response { status: 200, headers: Vec::new(), body: self.body.clone() })
        })
    }
}
