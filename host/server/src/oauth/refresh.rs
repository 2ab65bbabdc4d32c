//! Another access token, asked for by one worker among all of all hosts.
//!
//! The rule: who asks holds the lease in the store; everybody else uses the token that still lives, or waits for the new
//! one. An answer is stored by whoever still sees the version that it asked with. The question goes on in a task of its own
//! once it is asked: a call that ends meanwhile must not take a refresh token with it.
//!
//! A process that dies between the provider's answer and the store leaves its lease and the old refresh token behind. The
//! next one tries that: a provider that does not rotate gives another token, one that does refuses it, and the
//! authorization is lost in so many words.

use std::time::{Duration, Instant as Clock};

use domain::Instant;
use domain::capability::OAuthGrant;
use egress::TokenError;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use store::audit;
use store::authorizations::{self, AuthorizationState};

use super::account::{Account, Found};
use super::answer::Granted;
use super::provider::{PATIENCE, ProviderError};
use super::tokens::Tokens;
use crate::error::{CommandError, in_words};

/// How long the right to ask lasts: longer than an answer can take.
const LEASE: Duration = PATIENCE.saturating_mul(3);
/// Between two looks at what another one asks for.
const POLL: Duration = Duration::from_millis(25);
/// The first wait after a provider could not answer, doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(15);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How often tokens are tried to be stored: the provider may not give them twice.
const ATTEMPTS: u32 = 5;

/// What is to be done about a token.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// The one that is there will do.
    Use,
    /// Ask for another.
    Ask,
    /// Another one asks.
    Wait,
    /// The provider is not to be asked yet.
    Later,
    /// There is nothing to ask with.
    Exhausted,
    /// Somebody has to consent again.
    Lost,
}

/// Decide by what is stored. `refused` is a token that the source does not take.
fn judge(found: &Found, grant: OAuthGrant, refused: Option<&SecretString>, now: Instant) -> Verdict {
    let Found { row, tokens } = found;
    if row.state != AuthorizationState::Active {
        return Verdict::Lost;
    }
    let is_past = |at: Option<Instant>| at.is_some_and(|at| at <= now);
    let is_refused =
        |tokens: &Tokens| refused.is_some_and(|refused| refused.expose_secret() == tokens.access.expose_secret());
    let lives = tokens.as_ref().is_some_and(|tokens| !is_refused(tokens) && !is_past(row.expires_at));
    if lives && !is_past(row.refresh_at) {
        return Verdict::Use;
    }
    let can_ask =
        grant == OAuthGrant::ClientCredentials || tokens.as_ref().is_some_and(|tokens| tokens.refresh.is_some());
    let otherwise = |verdict| if lives { Verdict::Use } else { verdict };
    match () {
        () if !can_ask => otherwise(Verdict::Exhausted),
        () if row.leased_until.is_some_and(|until| until > now) => otherwise(Verdict::Wait),
        () if row.retry_at.is_some_and(|at| at > now) => otherwise(Verdict::Later),
        () => Verdict::Ask,
    }
}

impl Account {
    /// Tokens that can be used now, others than those that were refused; nothing where there are none to be had by asking.
    ///
    /// # Errors
    /// Within, that there is none; around it, that the store or a key could not.
    pub(super) async fn usable(
        &self,
        refused: Option<&SecretString>,
    ) -> Result<Result<Option<Tokens>, TokenError>, CommandError> {
        let clock = Clock::now();
        while clock.elapsed() < LEASE + PATIENCE {
            let Some(found) = self.find().await? else { return Ok(Err(TokenError::Lost)) };
            match judge(&found, self.oauth.grant, refused, Instant::now()) {
                Verdict::Use => return Ok(Ok(found.tokens)),
                Verdict::Ask => self.ask(found).await?,
                Verdict::Wait => tokio::time::sleep(POLL).await,
                Verdict::Later => return Ok(Err(TokenError::Unavailable)),
                Verdict::Lost => return Ok(Err(TokenError::Lost)),
                Verdict::Exhausted if refused.is_some() => return Ok(Ok(None)),
                Verdict::Exhausted => {
                    self.lose(
                        found.row.version,
                        "the access token has ended, and the provider gave nothing to renew it with",
                    )
                    .await?;
                }
            }
        }
        Ok(Err(TokenError::Unavailable))
    }

    /// Ask for another token, if nobody else does; when this ends, what follows from it is stored.
    async fn ask(&self, found: Found) -> Result<(), CommandError> {
        let owner = uuid::Uuid::now_v7().to_string();
        let claimed = self.host.store.system("claim a refresh", async |tx| {
            authorizations::claim(tx, self.seen(found.row.version), &owner, Instant::now(), LEASE).await
        });
        if !claimed.await? {
            return Ok(());
        }
        let account = self.clone();
        let task = tokio::spawn(async move { account.exchange(found, &owner).await });
        task.await.map_err(|error| CommandError::because(&error))?
    }

    /// The question, its answer, and what follows.
    async fn exchange(&self, found: Found, owner: &str) -> Result<(), CommandError> {
        let Found { row, tokens } = found;
        let clock = Clock::now();
        let outcome = self.grant(tokens.as_ref()).await?;
        let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (connection, slot) = (self.connection, &self.slot.name);
        match outcome {
            Ok(granted) => {
                tracing::info!(connection.id = %connection, slot, duration_ms, "oauth.token.refreshed");
                self.store(row.version, &granted, tokens.as_ref()).await
            }
            Err(ProviderError::Refused(code)) => {
                tracing::warn!(connection.id = %connection, slot, code, "oauth.token.refused");
                let interrupted = row.leased_until.is_some();
                let after = if interrupted { ", after a refresh that was interrupted" } else { "" };
                self.lose(row.version, &format!("the provider answered `{code}`{after}")).await
            }
            Err(error) => {
                tracing::warn!(connection.id = %connection, slot, error = in_words(&error), "oauth.token.unavailable");
                let wait = FIRST_WAIT.saturating_mul(1 << row.failures.min(10)).min(LONGEST_WAIT);
                let postpone = self.host.store.system("postpone a refresh", async |tx| {
                    authorizations::postpone(tx, self.seen(row.version), owner, Instant::now().after(wait)).await
                });
                Ok(postpone.await?)
            }
        }
    }

    /// Ask with what there is.
    async fn grant(&self, tokens: Option<&Tokens>) -> Result<Result<Granted, ProviderError>, CommandError> {
        let client = match self.client().await {
            Ok(client) => client,
            Err(CommandError::Store(error)) => return Err(error.into()),
            // Whoever gives another client begins anew.
            Err(_) => return Ok(Err(ProviderError::Refused("no client".to_owned()))),
        };
        let provider = self.provider(&client);
        let refresh = tokens.and_then(|tokens| tokens.refresh.as_ref());
        Ok(match (self.oauth.grant, refresh) {
            (OAuthGrant::AuthorizationCode, Some(refresh)) => {
                provider.tokens(&[("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())]).await
            }
            (OAuthGrant::ClientCredentials, _) => {
                let scope = self.oauth.scopes.join(" ");
                let form = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
                provider.tokens(if scope.is_empty() { &form[..1] } else { &form }).await
            }
            (OAuthGrant::AuthorizationCode, None) => Err(ProviderError::Refused("no refresh token".to_owned())),
        })
    }

    /// Store what may not be given twice, as hard as it can be tried.
    async fn store(&self, version: i64, granted: &Granted, before: Option<&Tokens>) -> Result<(), CommandError> {
        let missing = self.missing(granted);
        if !missing.is_empty() {
            let (connection, slot) = (self.connection, &self.slot.name);
            tracing::warn!(connection.id = %connection, slot, ?missing, "oauth.token.narrowed");
        }
        let mut attempt = 1;
        loop {
            match self.keep(version, granted, before).await {
                Ok(_) => return Ok(()),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => tokio::time::sleep(POLL * 4 * attempt).await,
            }
            attempt += 1;
        }
    }

    /// Give it up, with an entry of the audit log. What another one stored meanwhile stays.
    pub(super) async fn lose(&self, version: i64, reason: &str) -> Result<(), CommandError> {
        let entry = self.entry("connection.authorization.lost", json!({ "slot": self.slot.name, "reason": reason }));
        let lose = self.host.store.system("give an authorization up", async |tx| {
            if authorizations::lose(tx, self.seen(version), reason, entry.at).await? {
                audit::append(tx, &entry).await?;
            }
            Ok(())
        });
        Ok(lose.await?)
    }
}

#[cfg(test)]
mod tests {
    use store::authorizations::Authorization;

    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn at(seconds: i64) -> Option<Instant> {
        Some(Instant::from_micros(NOW + seconds * 1_000_000))
    }

    fn found(refresh_in: i64, expires_in: i64) -> Found {
        let row = Authorization {
            slot: "api".to_owned(),
            state: AuthorizationState::Active,
            reason: None,
            version: 1,
            sealed: None,
            refresh_at: at(refresh_in),
            expires_at: at(expires_in),
            failures: 0,
            retry_at: None,
            leased_until: None,
        };
        Found { row, tokens: Some(Tokens { access: "access".into(), refresh: Some("refresh".into()) }) }
    }

    fn verdict(found: &Found, refused: Option<&str>) -> Verdict {
        let refused = refused.map(SecretString::from);
        judge(found, OAuthGrant::AuthorizationCode, refused.as_ref(), Instant::from_micros(NOW))
    }

    #[test]
    fn a_token_is_used_until_it_is_due_and_while_another_is_fetched() {
        assert_eq!(verdict(&found(10, 20), None), Verdict::Use);
        assert_eq!(verdict(&found(-1, 20), None), Verdict::Ask);
        let mut leased = found(-1, 20);
        leased.row.leased_until = at(5);
        assert_eq!(verdict(&leased, None), Verdict::Use);
        leased.row.expires_at = at(0);
        assert_eq!(verdict(&leased, None), Verdict::Wait);
        leased.row.leased_until = at(0);
        assert_eq!(verdict(&leased, None), Verdict::Ask, "who never came back is not waited for");
    }

    #[test]
    fn a_provider_that_could_not_answer_is_left_alone_for_a_time() {
        let mut silent = found(-5, 20);
        silent.row.retry_at = at(3);
        assert_eq!(verdict(&silent, None), Verdict::Use);
        assert_eq!(verdict(&silent, Some("access")), Verdict::Later);
        silent.row.retry_at = at(0);
        assert_eq!(verdict(&silent, Some("access")), Verdict::Ask);
    }

    #[test]
    fn a_refused_token_is_replaced_unless_it_was_already() {
        assert_eq!(verdict(&found(10, 20), Some("access")), Verdict::Ask);
        assert_eq!(verdict(&found(10, 20), Some("the one before")), Verdict::Use);
    }

    #[test]
    fn without_a_refresh_token_a_person_is_needed_and_a_client_is_not() {
        let mut short = found(-2, -1);
        short.tokens = Some(Tokens { access: "access".into(), refresh: None });
        assert_eq!(verdict(&short, None), Verdict::Exhausted);
        let machine = judge(&short, OAuthGrant::ClientCredentials, None, Instant::from_micros(NOW));
        assert_eq!(machine, Verdict::Ask);
        short.row.state = AuthorizationState::Lost;
        assert_eq!(verdict(&short, None), Verdict::Lost);
    }
}
