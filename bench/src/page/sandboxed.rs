//! The road through the sandbox: one `pull` of the GitHub connector in a fresh instance, from a source that answers
//! everything with the same page.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use anyhow::{Result, ensure};
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, WorkspaceId};
use sandbox::{Call, Connector, Http, PullArgs};

use super::{ITEMS, NOW, STREAM, settings};

pub(crate) struct Sandboxed {
    connector: Connector,
    budget: Budget,
    http: Arc<Source>,
}

/// Seconds of one turn and of its parts.
pub(crate) struct Turn {
    pub(crate) whole: f64,
    pub(crate) guest: f64,
    /// From the call of the export to its return: no instance is made in it, nothing checked and nothing dropped.
    pub(crate) export: f64,
    pub(crate) check: f64,
}

impl Sandboxed {
    /// A connector whose source answers with this body, after so long.
    pub(crate) fn new(connector: Connector, budget: Budget, body: Vec<u8>, after: Duration) -> Self {
        Self { connector, budget, http: Arc::new(Source { body, after }) }
    }

    pub(crate) async fn turn(&self) -> Result<Turn> {
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
        let whole = begun.elapsed().as_secs_f64();
        ensure!(outcome.result?.records.len() == ITEMS, "every pull request is a record");
        let elapsed = outcome.elapsed;
        let [guest, export, check] = [elapsed.guest, elapsed.export, elapsed.lowering].map(|part| part.as_secs_f64());
        Ok(Turn { whole, guest, export, check })
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
