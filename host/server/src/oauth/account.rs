//! The authorization of one slot of one connection: where egress gets its access tokens from.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Clock};

use domain::capability::{AuthScheme, AuthSlot, OAuth2, OAuthGrant};
use domain::{ConnectionId, Instant, WorkspaceId};
use egress::{Token, TokenError, TokenSource};
use secrecy::{ExposeSecret as _, SecretString};
use store::audit::Entry;
use store::authorizations::{self, Authorization, AuthorizationState, NewTokens, Seen};
use store::connections::Connection;
use store::{StoreError, SystemTx};

use super::answer::Granted;
use super::client::Client;
use super::consent::Consent;
use super::provider::Provider;
use super::tokens::{Tokens, times};
use crate::error::{CommandError, in_words};
use crate::host::{Host, KeysError};

/// How long a token that took the place of a refused one is not replaced for being refused.
const RENEWAL: Duration = Duration::from_secs(5 * 60);

/// Why a new authorization is pending.
const NOBODY: &str = "nobody has consented yet";

/// An authorization. Clones are of the same one.
#[derive(Clone)]
pub struct Account {
    pub(super) host: Host,
    pub(super) workspace: WorkspaceId,
    pub(super) connection: ConnectionId,
    /// What people call the connection.
    pub(super) name: String,
    pub(super) slot: AuthSlot,
    pub(super) oauth: OAuth2,
    networks: Vec<ipnet::IpNet>,
    /// The token that took the place of a refused one, and when.
    renewed: Arc<Mutex<Option<(Clock, SecretString)>>>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("connection", &self.connection).field("slot", &self.slot.name).finish()
    }
}

/// What is stored, opened.
pub(super) struct Found {
    pub(super) row: Authorization,
    pub(super) tokens: Option<Tokens>,
}

impl Account {
    /// That of a connection's slot, if its scheme is OAuth 2.
    #[must_use]
    pub fn of(host: &Host, connection: &Connection, slot: &AuthSlot) -> Option<Self> {
        let AuthScheme::OAuth2(oauth) = &slot.scheme else { return None };
        Some(Self {
            host: host.clone(),
            workspace: connection.workspace,
            connection: connection.id,
            name: connection.name.clone(),
            slot: slot.clone(),
            oauth: (**oauth).clone(),
            networks: host.config.egress.networks_of(&connection.plugin),
            renewed: Arc::default(),
        })
    }

    /// What keeps it from giving tokens until somebody does something, in a sentence with the way out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn obstacle(&self) -> Result<Option<String>, CommandError> {
        let Some(found) = self.find().await? else { return Ok(Some(self.needs("it has none"))) };
        Ok(match found.row.state {
            AuthorizationState::Active => None,
            AuthorizationState::Pending => Some(self.needs(NOBODY)),
            AuthorizationState::Lost => Some(self.needs(found.row.reason.as_deref().unwrap_or("it was lost"))),
        })
    }

    /// Whether nobody has ever consented.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_empty(&self) -> Result<bool, CommandError> {
        let (connection, slot) = (self.connection, &self.slot.name);
        let read = self
            .host
            .store
            .system_read("find an authorization", async |tx| authorizations::find(tx, connection, slot).await);
        Ok(read.await?.is_none_or(|row| row.state == AuthorizationState::Pending))
    }

    fn needs(&self, why: &str) -> String {
        needs(&self.oauth, &self.slot.name, &self.name, why)
    }

    /// The client that the operator gave.
    ///
    /// # Errors
    /// When there is none, or it does not open.
    pub async fn client(&self) -> Result<Client, CommandError> {
        let Host { keys, store, .. } = &self.host;
        let sealed = keys.open_credential(store, self.workspace, self.connection, &self.slot).await?;
        let missing =
            || format!("`{}` has no client: `weighbridge connection credential` gives it one", self.slot.name);
        let text = sealed.ok_or_else(|| CommandError::failed(missing()))?;
        Client::parse(text.expose_secret(), self.oauth.client_auth)
            .map_err(|error| CommandError::failed(format!("the credential `{}` {error}", self.slot.name)))
    }

    /// The provider, asked by this client.
    pub(super) fn provider<'a>(&'a self, client: &'a Client) -> Provider<'a> {
        let (workspace, networks) = (self.workspace, self.networks.clone());
        Provider { egress: &self.host.providers, workspace, networks, oauth: &self.oauth, client }
    }

    /// Exchange a code for tokens, and keep them. The scopes that were asked for and not given are the answer.
    ///
    /// # Errors
    /// When the provider does not give any, or they cannot be kept.
    pub async fn consented(&self, consent: &Consent, code: &SecretString) -> Result<Vec<String>, CommandError> {
        let client = self.client().await?;
        let granted = self.provider(&client).tokens(&consent.form(code)).await;
        let granted = granted.map_err(|error| CommandError::because(&error))?;
        let missing = self.missing(&granted);
        let version = self.find().await?.map_or(0, |found| found.row.version);
        if !self.keep(version, &granted, None).await? {
            return Err(CommandError::failed("the authorization was changed meanwhile: authorise it again"));
        }
        Ok(missing)
    }

    /// The scopes that were asked for and not given.
    pub(super) fn missing(&self, granted: &Granted) -> Vec<String> {
        let Some(given) = &granted.scopes else { return Vec::new() };
        self.oauth.scopes.iter().filter(|scope| !given.contains(scope)).cloned().collect()
    }

    /// What is stored. Tokens that were given for another provider, or for other scopes, do not open: they are lost.
    pub(super) async fn find(&self) -> Result<Option<Found>, CommandError> {
        let Host { keys, store, .. } = &self.host;
        let (connection, slot) = (self.connection, &self.slot.name);
        let read = async |tx: &mut store::SystemRead| authorizations::find(tx, connection, slot).await;
        let Some(mut row) = store.system_read("find an authorization", read).await? else { return Ok(None) };
        let Some(sealed) = row.sealed.clone() else { return Ok(Some(Found { row, tokens: None })) };
        let mut opened = keys.open_tokens(store, self.workspace, connection, &self.slot, sealed).await;
        if matches!(opened, Err(KeysError::Retired)) {
            // The workspace's key was changed in between: they are sealed anew.
            let Some(again) = store.system_read("find an authorization again", read).await? else { return Ok(None) };
            row = again;
            let Some(sealed) = row.sealed.clone() else { return Ok(Some(Found { row, tokens: None })) };
            opened = keys.open_tokens(store, self.workspace, connection, &self.slot, sealed).await;
        }
        match opened {
            Ok(text) => Ok(Some(Found { row, tokens: Tokens::read(&text) })),
            Err(KeysError::Sealed { .. }) => {
                let reason =
                    Some("it was given for another provider, or for other scopes, than the plugin has now".to_owned());
                let row = Authorization { state: AuthorizationState::Lost, reason, ..row };
                Ok(Some(Found { row, tokens: None }))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Keep what the provider gave in the place of what was seen; whether that was still there.
    pub(super) async fn keep(
        &self,
        version: i64,
        granted: &Granted,
        before: Option<&Tokens>,
    ) -> Result<bool, CommandError> {
        let Host { keys, store, .. } = &self.host;
        let now = Instant::now();
        let (refresh_at, expires_at) = times(granted.lifetime, now);
        let text = Tokens::after(granted, before).write().map_err(|error| CommandError::because(&error))?;
        let sealed = keys.seal_tokens(store, self.workspace, self.connection, &self.slot, &text).await?;
        let tokens = NewTokens { sealed, refresh_at, expires_at };
        let kept =
            store.system("keep tokens", async |tx| authorizations::keep(tx, self.seen(version), &tokens, now).await);
        Ok(kept.await?)
    }

    pub(super) fn seen(&self, version: i64) -> Seen<'_> {
        Seen { connection: self.connection, slot: &self.slot.name, version }
    }

    /// An entry of the audit log about it.
    pub(super) fn entry(&self, action: &str, detail: serde_json::Value) -> Entry {
        Entry {
            at: Instant::now(),
            actor: "host".to_owned(),
            action: action.to_owned(),
            subject: self.connection.to_string(),
            workspace: Some(self.workspace),
            detail,
        }
    }

    /// What egress needs of the tokens. The client's secret is found in answers, too.
    async fn token(&self, refused: Option<&SecretString>) -> Result<Option<Token>, TokenError> {
        let found = self.usable(refused).await.unwrap_or_else(|error| {
            tracing::error!(connection.id = %self.connection, error = in_words(&error), "oauth.token.failed");
            Err(TokenError::Unavailable)
        })?;
        let Some(Tokens { access, refresh }) = found else { return Ok(None) };
        let client = self.client().await.ok().and_then(|client| client.secret);
        Ok(Some(Token { access, hidden: refresh.into_iter().chain(client).collect() }))
    }

    /// Whether this token took the place of a refused one just now: then it is not the token's fault.
    fn was_renewed(&self, token: &SecretString) -> bool {
        let renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed
            .as_ref()
            .is_some_and(|(at, known)| at.elapsed() < RENEWAL && known.expose_secret() == token.expose_secret())
    }
}

/// Begin the authorization of a slot anew, if it has one; what was there is destroyed.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin(
    tx: &mut SystemTx,
    connection: ConnectionId,
    slot: &AuthSlot,
    now: Instant,
) -> Result<(), StoreError> {
    let AuthScheme::OAuth2(oauth) = &slot.scheme else { return Ok(()) };
    let state = match oauth.grant {
        OAuthGrant::AuthorizationCode => AuthorizationState::Pending,
        OAuthGrant::ClientCredentials => AuthorizationState::Active,
    };
    authorizations::reset(tx, connection, &slot.name, state, now).await
}

/// What a connection of this name waits for, once this slot has a client: somebody's consent, unless it can run without.
#[must_use]
pub fn awaited(slot: &AuthSlot, name: &str) -> Option<String> {
    match &slot.scheme {
        AuthScheme::OAuth2(oauth) if oauth.grant == OAuthGrant::AuthorizationCode && !slot.optional => {
            Some(needs(oauth, &slot.name, name, NOBODY))
        }
        _ => None,
    }
}

/// What has to be done, and why.
fn needs(oauth: &OAuth2, slot: &str, name: &str, why: &str) -> String {
    match oauth.grant {
        OAuthGrant::AuthorizationCode => {
            format!("needs new authorization of `{slot}`: {why}; `weighbridge connection authorize {name}` asks for it")
        }
        OAuthGrant::ClientCredentials => format!(
            "needs new authorization of `{slot}`: {why}; give it a client that the provider takes with \
             `weighbridge connection credential {name} {slot}=FILE`"
        ),
    }
}

impl TokenSource for Account {
    fn current(&self) -> futures_util::future::BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(async move { self.token(None).await?.ok_or(TokenError::Lost) })
    }

    fn known(&self) -> futures_util::future::BoxFuture<'_, Vec<SecretString>> {
        Box::pin(async move {
            let tokens = self.find().await.ok().flatten().and_then(|found| found.tokens);
            let client = self.client().await.ok().and_then(|client| client.secret);
            let tokens = tokens.into_iter().flat_map(|Tokens { access, refresh }| [Some(access), refresh]);
            tokens.chain([client]).flatten().collect()
        })
    }

    fn renewed<'a>(
        &'a self,
        refused: &'a SecretString,
    ) -> futures_util::future::BoxFuture<'a, Result<Option<Token>, TokenError>> {
        Box::pin(async move {
            if self.was_renewed(refused) {
                return Ok(None);
            }
            let renewed = self.token(Some(refused)).await?;
            if let Some(token) = &renewed {
                let mut last = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
                *last = Some((Clock::now(), token.access.clone()));
            }
            Ok(renewed)
        })
    }
}
