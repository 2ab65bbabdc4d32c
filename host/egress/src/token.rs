//! Access tokens: asked for at each request, since they change while a run goes on.
//!
//! The rule: where they come from is the host's affair ([`TokenSource`]). Here they are written into requests, replaced
//! once where a source refuses one with 401, and blanked in every answer from then on, with what else the host names.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use domain::exchange::ExchangeError;
use futures_util::future::BoxFuture;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::gate::Fingerprint;
use crate::scrub::Scrubber;

/// How many tokens of one slot are blanked, the latest ones.
const MAX_MET: usize = 16;

/// Where the access tokens of a slot come from.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// A token that can be used now, a new one if the one before is about to expire.
    fn current(&self) -> BoxFuture<'_, Result<Token, TokenError>>;

    /// What no answer may tell the plugin, whether a request has asked for a token yet or not. Asked at each answer, since
    /// another worker may have brought another token; nothing is asked of the provider.
    fn known(&self) -> BoxFuture<'_, Vec<SecretString>>;

    /// Another token in the place of one that the source refused; nothing if there is no better one.
    fn renewed<'a>(&'a self, refused: &'a SecretString) -> BoxFuture<'a, Result<Option<Token>, TokenError>>;
}

/// An access token. `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub struct Token {
    /// What is written into the request.
    pub access: SecretString,
    /// What else no answer may tell the plugin, though it is never sent there: a refresh token, a client's secret.
    pub hidden: Vec<SecretString>,
}

impl Token {
    fn secrets(&self) -> Vec<&SecretString> {
        [&self.access].into_iter().chain(&self.hidden).collect()
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Waiting does not help: somebody has to authorise the connection again.
    #[error("the connection needs a new authorization")]
    Lost,
    /// The provider could not be asked, or did not answer as it should. Waiting may help.
    #[error("the provider gives no access token now")]
    Unavailable,
}

impl From<TokenError> for ExchangeError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Lost => Self::Denied(error.to_string()),
            TokenError::Unavailable => Self::Connection(error.to_string()),
        }
    }
}

/// The tokens of one slot, as the sessions of a run met them.
#[derive(Debug)]
pub struct Tokens {
    source: Arc<dyn TokenSource>,
    met: Mutex<Vec<(Fingerprint, Arc<Scrubber>)>>,
}

impl Tokens {
    /// Tokens from there.
    pub fn new(source: Arc<dyn TokenSource>) -> Self {
        Self { source, met: Mutex::default() }
    }

    pub(crate) async fn current(&self) -> Result<Token, TokenError> {
        self.source.current().await.inspect(|token| self.meet(&token.secrets()))
    }

    pub(crate) async fn renewed(&self, refused: &SecretString) -> Result<Option<Token>, TokenError> {
        let renewed = self.source.renewed(refused).await?;
        Ok(renewed.inspect(|token| self.meet(&token.secrets())))
    }

    /// What blanks all that are known, and all that were.
    pub(crate) async fn scrubbers(&self) -> Vec<Arc<Scrubber>> {
        self.meet(&self.source.known().await.iter().collect::<Vec<_>>());
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.iter().map(|(_, scrubber)| Arc::clone(scrubber)).collect()
    }

    fn meet(&self, secrets: &[&SecretString]) {
        let mut secrets: Vec<_> = secrets.iter().map(|secret| secret.expose_secret()).collect();
        secrets.retain(|secret| secret.len() >= Scrubber::MIN_BYTES);
        let fingerprint = Fingerprint::of(&Zeroizing::new(secrets.join("\n")));
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if met.iter().any(|(known, _)| *known == fingerprint) {
            return;
        }
        if let Some(scrubber) = Scrubber::new(&secrets) {
            if met.len() == MAX_MET {
                met.remove(0);
            }
            met.push((fingerprint, Arc::new(scrubber)));
        }
    }
}
