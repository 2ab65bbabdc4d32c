//! The API's road to a figure, without a network.

use std::sync::Arc;
use std::time::Instant as Clock;

use anyhow::{Result, ensure};
use api::{ApiConfig, CursorKey, Scope};
use axum::Router;
use axum::body::{Body, to_bytes};
use domain::{Instant, TokenId};
use http::Request;
use server::backend::StoreBackend;
use store::tokens::{self, Token};
use tower::ServiceExt;
use vault::PlainToken;

use crate::ground::Ground;

/// The API over a store.
pub(super) struct Road {
    router: Router,
    token: PlainToken,
    _filled: Ground,
}

impl Road {
    pub(super) async fn new(filled: Ground) -> Result<Self> {
        let token = PlainToken::generate()?;
        let row = Token {
            id: TokenId::generate(),
            workspace: filled.workspace,
            hash: token.hash().as_bytes().to_vec(),
            prefix: "wbt_".to_owned(),
            name: "bench".to_owned(),
            scopes: Scope::ALL.iter().map(ToString::to_string).collect(),
            created_at: Instant::now(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        filled.store.system("make a token", async |tx| tokens::insert(tx, &row).await).await?;
        let backend = Arc::new(StoreBackend::new(filled.store.clone()));
        let router = api::router(backend, ApiConfig::new(CursorKey::from_bytes([7; 32])));
        Ok(Self { router, token, _filled: filled })
    }

    /// Seconds from a question to its last byte.
    pub(super) async fn ask(&self, question: &str) -> Result<f64> {
        let uri = format!("/v1/metrics/{question}&from=2025-12-01&to=2026-02-28");
        let bearer = format!("Bearer {}", self.token.expose());
        let request =
            Request::get(uri).header("host", "localhost").header("authorization", bearer).body(Body::empty())?;
        let begun = Clock::now();
        let answer = self.router.clone().oneshot(request).await?;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await?;
        let seconds = begun.elapsed().as_secs_f64();
        ensure!(status == 200, "{question} is answered with {status}: {}", String::from_utf8_lossy(&body));
        Ok(seconds)
    }
}
