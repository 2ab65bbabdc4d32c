//! Whether a run may go on: asked in full before every call, and again in the middle of one when something changed. So
//! what is taken back, replaced, paused or removed, by whatever process, stops a call that takes long within a second.

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

/// What one run asks leave for.
#[derive(Clone, Copy)]
pub(super) struct Permission<'a> {
    pub(super) host: &'a Host,
    pub(super) connection: &'a Connection,
    /// The package that it calls, as it was when the run began.
    pub(super) plugin: &'a Plugin,
}

impl Permission<'_> {
    /// Whether this connection may still run, and this package still be called.
    pub(super) async fn check(self) -> Result<(), Interruption> {
        let Self { host, connection, plugin: mine } = self;
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

    /// Ends when the run may not go on, and says why. The first look asks everything, for what changed since the call began;
    /// the later ones read one number and ask no more where it is the same.
    pub(super) async fn taken_back(self) -> Interruption {
        let mut seen = None;
        loop {
            tokio::time::sleep(LOOK).await;
            match self.look(&mut seen).await {
                Ok(()) => {}
                // A store that cannot be read now is no reason to lose the page: the next call asks again.
                Err(Interruption::Host(error)) => {
                    tracing::warn!(connection.id = %self.connection.id, error = in_words(&error), "sync.look.failed");
                    seen = None;
                }
                Err(interruption) => return interruption,
            }
        }
    }

    async fn look(self, seen: &mut Option<i64>) -> Result<(), Interruption> {
        let number = self.host.store.system_read("look for changes", async |tx| changes::number(tx).await).await?;
        if seen.replace(number) == Some(number) { Ok(()) } else { self.check().await }
    }
}

#[cfg(test)]
mod tests;
