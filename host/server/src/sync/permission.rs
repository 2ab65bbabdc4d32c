//! Whether a run may go on: asked before every call, and again and again in the middle of one. Whatever could make it a no
//! is counted by the store, whoever does it, so a yes holds for as long as that number stands: asking again reads the number
//! alone. What is taken back, replaced, paused or removed stops a call that takes long within a second.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use store::connections::{self, Connection, ConnectionState};
use store::plugins::Plugin;
use store::{SystemRead, changes};

use super::interruption::Interruption;
use super::run::running;
use crate::error::in_words;
use crate::host::{Host, permits};

/// How often it is looked whether something changed: a quarter of the second that is promised.
const LOOK: Duration = Duration::from_millis(250);

/// The number of changes at which a run was last told yes.
#[derive(Debug)]
pub(super) struct Yes(AtomicI64);

impl Yes {
    /// It never was: numbers of changes count from 0.
    pub(super) const fn never() -> Self {
        Self(AtomicI64::new(-1))
    }
}

/// What one run asks leave for.
#[derive(Clone, Copy)]
pub(super) struct Permission<'a> {
    pub(super) host: &'a Host,
    pub(super) connection: &'a Connection,
    /// The package that it calls, as it was when the run began.
    pub(super) plugin: &'a Plugin,
    pub(super) yes: &'a Yes,
}

impl Permission<'_> {
    /// Whether this connection may still run, and this package still be called.
    pub(super) async fn check(self) -> Result<(), Interruption> {
        let Yes(yes) = self.yes;
        // Before the rest is read: what changes meanwhile is found the next time.
        let number = self.host.store.system_read("look for changes", async |tx| changes::number(tx).await).await?;
        if yes.load(Ordering::Relaxed) != number {
            self.ask().await?;
            yes.store(number, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn ask(self) -> Result<(), Interruption> {
        let Self { host, connection, plugin: mine, yes: _ } = self;
        let find = async |tx: &mut SystemRead| connections::get(tx, connection.workspace, connection.id).await;
        let found = host.store.system_read("find whether a run may go on", find).await?;
        match found.state {
            ConnectionState::Active => {}
            ConnectionState::Paused => return Err(Interruption::Withdrawn("the connection was paused")),
            ConnectionState::Removed => return Err(Interruption::Withdrawn("the connection was removed")),
            ConnectionState::Failed => return Err(Interruption::Withdrawn("the connection was stopped")),
        }
        let running = running(host, &found).await?;
        if running.digest != mine.digest || running.granted != mine.granted {
            return Err(Interruption::Replaced);
        }
        permits(host, mine).await.map_err(Interruption::from)
    }

    /// Ends when the run may not go on, and says why.
    pub(super) async fn taken_back(self) -> Interruption {
        loop {
            tokio::time::sleep(LOOK).await;
            match self.check().await {
                Ok(()) => {}
                // A store that cannot be read now is no reason to lose the page: the next call asks again.
                Err(Interruption::Host(error)) => {
                    tracing::warn!(connection.id = %self.connection.id, error = in_words(&error), "sync.look.failed");
                }
                Err(interruption) => return interruption,
            }
        }
    }
}

#[cfg(test)]
mod tests;
