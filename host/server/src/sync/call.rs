//! What one call of a plugin is given: its budget, the instant, and what its capabilities are answered by.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::Instant;
use domain::budget::limits::Limits;
use domain::capability::AuthSlot;
use domain::exchange::{ExchangeError, Request, Response};
use domain::run::Usage;
use egress::{Credential, EgressEntry, Permit, Secret, Session, Tokens};
use sandbox::{Call, Http};
use store::connections::Connection;

use super::interruption::Interruption;
use crate::error::in_words;
use crate::host::{Host, KeysError, Machinery, Runnable};
use crate::oauth::Account;
use crate::upgrade;

/// Makes the calls of one run.
pub(super) struct Calls {
    connection: Connection,
    /// The connection's settings, JSON, with the defaults of the release that runs.
    settings: String,
    permit: Option<Arc<Permit>>,
    directory: Option<Arc<Dir>>,
    /// Where the access tokens come from.
    accounts: Vec<Account>,
}

/// A call, and the session that answers its requests.
pub(super) struct Prepared {
    pub(super) call: Call,
    pub(super) session: Option<Arc<Gateway>>,
}

impl Calls {
    /// Decrypt the credentials and open the directory, once for the run.
    pub(super) async fn prepare(
        host: &Host,
        connection: &Connection,
        runnable: &Runnable,
    ) -> Result<Self, Interruption> {
        let settings = upgrade::fitting_settings(connection, &runnable.manifest).map_err(|unfit| {
            let name = &connection.name;
            Interruption::Unusable(format!("{unfit}; `weighbridge connection set {name} KEY=VALUE` changes them"))
        })?;
        let granted = &runnable.plugin.granted;
        let mut accounts = Vec::new();
        let permit = match granted.http.is_empty() {
            true => None,
            false => Some(permit(host, connection, runnable, &mut accounts).await?),
        };
        let directory = match &connection.directory {
            Some(path) if granted.files => Some(open(path)?),
            _ => None,
        };
        let (connection, settings) = (connection.clone(), settings.to_string());
        Ok(Self { connection, settings, permit: permit.map(Arc::new), directory, accounts })
    }

    /// Ends the run where a provider takes an authorization no longer: whatever the plugin made of it, waiting does not help.
    pub(super) async fn authorized(&self) -> Result<(), Interruption> {
        for account in &self.accounts {
            if let Some(obstacle) = account.obstacle().await? {
                return Err(Interruption::Unusable(obstacle));
            }
        }
        Ok(())
    }

    /// The settings that each call is given, JSON.
    pub(super) fn settings(&self) -> &str {
        &self.settings
    }

    pub(super) fn make(
        &self,
        machinery: &Machinery,
        now: Instant,
        state: BTreeMap<String, String>,
        limits: &Limits,
    ) -> Prepared {
        let budget = limits.budget();
        let session =
            self.permit.as_ref().map(|permit| Arc::new(Gateway(machinery.egress.session(permit.clone(), budget))));
        let call = Call {
            workspace: self.connection.workspace,
            budget,
            now,
            http: session.clone().map(|session| session as Arc<dyn Http>),
            files: self.directory.clone(),
            state,
        };
        Prepared { call, session }
    }
}

/// The sandbox's `http`, answered by egress.
pub(super) struct Gateway(Session);

impl Gateway {
    /// The longest pause in seconds that the source asked for.
    pub(super) fn pause(&self) -> Option<u32> {
        self.0.pause()
    }

    pub(super) fn usage(&self) -> Usage {
        self.0.usage()
    }

    pub(super) fn log(&self) -> Vec<EgressEntry> {
        self.0.log()
    }
}

impl Http for Gateway {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(self.0.send(request))
    }
}

async fn permit(
    host: &Host,
    connection: &Connection,
    runnable: &Runnable,
    accounts: &mut Vec<Account>,
) -> Result<Permit, Interruption> {
    let granted = &runnable.plugin.granted;
    let mut credentials = Vec::new();
    for slot in &granted.auth {
        let secret = match Account::of(host, connection, slot) {
            Some(account) => tokens(account, slot, accounts).await?,
            None => host
                .keys
                .open_credential(&host.store, connection.workspace, connection.id, slot)
                .await
                .map_err(unusable_credential)?
                .map(Secret::Fixed),
        };
        let id = format!("{}/{}", connection.id, slot.name);
        credentials.push(Credential { slot: slot.clone(), secret, id });
    }
    let private_networks = host.config.egress.networks_of(&connection.plugin);
    Ok(Permit { workspace: connection.workspace, rules: granted.http.clone(), credentials, private_networks })
}

/// The tokens of a slot. One that can be left out, and that nobody ever consented to, is empty.
async fn tokens(
    account: Account,
    slot: &AuthSlot,
    accounts: &mut Vec<Account>,
) -> Result<Option<Secret>, Interruption> {
    match account.obstacle().await? {
        Some(_) if slot.optional && account.is_empty().await? => return Ok(None),
        Some(obstacle) => return Err(Interruption::Unusable(obstacle)),
        None => accounts.push(account.clone()),
    }
    Ok(Some(Secret::Tokens(Tokens::new(Arc::new(account)))))
}

/// A credential that does not open, or that was given for other hosts, is for its owner to mend; the rest is ours.
fn unusable_credential(error: KeysError) -> Interruption {
    match error {
        KeysError::Sealed { .. } => Interruption::Unusable(in_words(&error)),
        error => Interruption::Host(error.into()),
    }
}

fn open(path: &str) -> Result<Arc<Dir>, Interruption> {
    Dir::open_ambient_dir(path, ambient_authority()).map(Arc::new).map_err(|error| {
        Interruption::Unusable(format!("the directory `{path}` cannot be opened: {error}; connect another one"))
    })
}
