//! Who a token stands for.

use std::collections::BTreeSet;

use api::{Authenticate, AuthenticateError, Pending, Principal, Scope, TokenRefusal};
use domain::Instant;
use store::tokens::{self, Token};
use store::{Store, StoreError};

use super::{StoreBackend, fault};

/// How exactly the last use is known, in seconds: what is asked for more often than this does not write.
const LAST_USE: f64 = 60.0;

impl Authenticate for StoreBackend {
    fn authenticate<'a>(&'a self, token: &'a api::PlainToken) -> Pending<'a, Principal, AuthenticateError> {
        Box::pin(authenticate(&self.store, token.expose(), Instant::now()))
    }
}

async fn authenticate(store: &Store, text: &str, now: Instant) -> Result<Principal, AuthenticateError> {
    // The checksum in the token tells a mistyped one without asking the database.
    let plain = vault::PlainToken::parse(text).map_err(|_| TokenRefusal::Malformed)?;
    let hash = plain.hash();
    let found = store
        .system_read("find a token", async |tx| tokens::find_by_hash(tx, hash.as_bytes()).await)
        .await
        .map_err(fault)?;
    let token = found.ok_or(TokenRefusal::Unknown)?;
    check(&token, now)?;
    if let Err(error) = touch(store, &token, now).await {
        // Whoever holds a good token may read even where nothing can be written.
        tracing::warn!(token.id = %token.id, error = &error as &dyn std::error::Error, "token.touch.failed");
    }
    Ok(principal(&token))
}

fn check(token: &Token, now: Instant) -> Result<(), TokenRefusal> {
    match () {
        () if token.is_live(now) => Ok(()),
        () if token.revoked_at.is_some() => Err(TokenRefusal::Revoked),
        () => Err(TokenRefusal::Expired),
    }
}

async fn touch(store: &Store, token: &Token, now: Instant) -> Result<(), StoreError> {
    if token.last_used_at.is_some_and(|last| now.seconds_since(last) < LAST_USE) {
        return Ok(());
    }
    store.system("note that a token was used", async |tx| tokens::touch(tx, token.id, now).await).await
}

fn principal(token: &Token) -> Principal {
    let scopes = token.scopes.iter().filter_map(|text| {
        let scope = text.parse::<Scope>();
        // A newer version may have made it. It opens nothing here.
        scope.inspect_err(|error| tracing::warn!(token.id = %token.id, %error, "token.scope.unknown")).ok()
    });
    Principal { workspace: token.workspace, token: token.id, scopes: scopes.collect::<BTreeSet<_>>() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::backend::testing::Bench;

    fn at(day: u64) -> Instant {
        Instant::from_micros(0).after(Duration::from_secs(day * 86_400))
    }

    async fn refusal(bench: &Bench, text: &str, now: Instant) -> TokenRefusal {
        match authenticate(&bench.store, text, now).await {
            Err(AuthenticateError::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_token_opens_its_workspace_until_it_expires_or_is_revoked() {
        let bench = Bench::new().await;
        let (text, id) = bench.token(bench.workspace, &["metrics:read", "people:read"], Some(at(30))).await;
        let principal = authenticate(&bench.store, &text, at(29)).await.expect("a principal");
        assert_eq!((principal.workspace, principal.token), (bench.workspace, id));
        assert_eq!(principal.scopes, [Scope::MetricsRead, Scope::PeopleRead].into());
        assert_eq!(refusal(&bench, &text, at(30)).await, TokenRefusal::Expired);
        let revoke = async |tx: &mut store::SystemTx| tokens::revoke(tx, bench.workspace, id, at(5)).await;
        bench.store.system("revoke", revoke).await.expect("revoked");
        assert_eq!(refusal(&bench, &text, at(6)).await, TokenRefusal::Revoked);
    }

    #[tokio::test]
    async fn a_mistyped_token_is_told_from_one_that_never_was() {
        let bench = Bench::new().await;
        let (text, _) = bench.token(bench.workspace, &[], None).await;
        let mut cut = text.clone();
        cut.pop();
        assert_eq!(refusal(&bench, &cut, at(1)).await, TokenRefusal::Malformed);
        let other = vault::PlainToken::generate().expect("a token");
        assert_eq!(refusal(&bench, other.expose(), at(1)).await, TokenRefusal::Unknown);
    }

    #[tokio::test]
    async fn a_scope_that_this_version_does_not_know_opens_nothing_and_closes_nothing() {
        let bench = Bench::new().await;
        let (text, _) = bench.token(bench.workspace, &["metrics:write", "runs:read"], None).await;
        let principal = authenticate(&bench.store, &text, at(1)).await.expect("a principal");
        assert_eq!(principal.scopes, [Scope::RunsRead].into());
    }

    #[tokio::test]
    async fn the_last_use_is_noted_and_a_refused_token_is_not_used() {
        let bench = Bench::new().await;
        let (text, _) = bench.token(bench.workspace, &[], Some(at(9))).await;
        let last_use = async || bench.tokens().await[0].last_used_at;
        refusal(&bench, &text, at(10)).await;
        assert_eq!(last_use().await, None);
        authenticate(&bench.store, &text, at(2)).await.expect("a principal");
        authenticate(&bench.store, &text, at(2).after(Duration::from_secs(59))).await.expect("a principal");
        assert_eq!(last_use().await, Some(at(2)));
        authenticate(&bench.store, &text, at(3)).await.expect("a principal");
        assert_eq!(last_use().await, Some(at(3)));
    }
}
