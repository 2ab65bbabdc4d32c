//! A workspace that goes about its work, whatever others do: it pulls one page of 100 pull requests after another.

use std::time::Duration;

use anyhow::Result;

use crate::package::{Sandbox, github_manifest};
use crate::page::{ITEMS, Sandboxed, payload};
use crate::place;
use crate::rounds::Samples;

/// Pages at a time.
pub(crate) const CALLS: u32 = 100;
/// How long a source takes to answer that is neither near nor slow.
pub(crate) const ANSWERS_AFTER: Duration = Duration::from_millis(100);

/// The workspace that others stand beside.
pub(crate) struct Neighbour(Sandboxed);

impl Neighbour {
    /// One whose source answers after so long.
    pub(crate) async fn new(sandbox: &Sandbox, after: Duration) -> Result<Self> {
        let manifest = github_manifest()?;
        let connector = sandbox.prepare(&place::github()?, &manifest).await?;
        let body = payload::page(ITEMS as u64).into_bytes();
        Ok(Self(Sandboxed::new(connector, manifest.budget, body, after)))
    }

    /// So many pages, one after another: how long each took.
    pub(crate) async fn pages(&self, samples: &mut Samples) -> Result<()> {
        for _ in 0..CALLS {
            samples.push(self.0.turn().await?.whole);
        }
        Ok(())
    }
}
