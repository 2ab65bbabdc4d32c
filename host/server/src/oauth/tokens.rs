//! The tokens of an authorization, and the text that they are sealed as.

use std::time::Duration;

use domain::Instant;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::answer::Granted;

/// How long before its end an access token is replaced, at most; a short life leaves less.
const MARGIN: Duration = Duration::from_secs(60);

/// What a provider gave. `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access: SecretString,
    pub(super) refresh: Option<SecretString>,
}

/// How they are written, before they are sealed.
#[derive(Serialize, Deserialize)]
struct Written<T> {
    access: T,
    refresh: Option<T>,
}

impl Tokens {
    /// What stands after an answer: a provider that names no refresh token leaves the one before as it is.
    pub(super) fn after(granted: &Granted, before: Option<&Self>) -> Self {
        let Granted { access, refresh, lifetime: _, scopes: _ } = granted;
        let refresh = refresh.as_ref().or_else(|| before?.refresh.as_ref());
        Self { access: access.clone(), refresh: refresh.cloned() }
    }

    pub(super) fn write(&self) -> serde_json::Result<SecretString> {
        let Self { access, refresh } = self;
        let refresh = refresh.as_ref().map(SecretString::expose_secret);
        let text = Zeroizing::new(serde_json::to_string(&Written { access: access.expose_secret(), refresh })?);
        Ok(SecretString::from(text.as_str()))
    }

    /// Nothing where the text is none that this version wrote.
    pub(super) fn read(text: &SecretString) -> Option<Self> {
        let written: Written<String> = serde_json::from_str(text.expose_secret()).ok()?;
        let Written { access, refresh } = written;
        Some(Self { access: access.into(), refresh: refresh.map(SecretString::from) })
    }
}

/// When an access token that lives so long is to be replaced, and when it ends.
pub(super) fn times(lifetime: Option<Duration>, now: Instant) -> (Option<Instant>, Option<Instant>) {
    let Some(lifetime) = lifetime else { return (None, None) };
    let margin = MARGIN.min(lifetime / 4);
    (Some(now.after(lifetime.saturating_sub(margin))), Some(now.after(lifetime)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_stays_until_another_one_takes_its_place() {
        let granted = |refresh: Option<&str>| Granted {
            access: "access-two".into(),
            refresh: refresh.map(SecretString::from),
            lifetime: None,
            scopes: None,
        };
        let before = || Some(Tokens { access: "access-one".into(), refresh: Some("refresh-one".into()) });
        let kept = |granted: Granted, before: Option<Tokens>| {
            Tokens::after(&granted, before.as_ref()).refresh.map(|text| text.expose_secret().to_owned())
        };
        assert_eq!(kept(granted(None), before()).as_deref(), Some("refresh-one"));
        assert_eq!(kept(granted(Some("refresh-two")), before()).as_deref(), Some("refresh-two"));
        assert_eq!(kept(granted(None), None), None);
    }

    #[test]
    fn tokens_are_replaced_before_they_end() {
        let times = |seconds| {
            let (refresh, end) = times(Some(Duration::from_secs(seconds)), Instant::from_micros(0));
            let seconds = |at: Option<Instant>| at.map(|at| at.as_micros() / 1_000_000);
            (seconds(refresh), seconds(end))
        };
        assert_eq!(times(3600), (Some(3540), Some(3600)));
        assert_eq!(times(40), (Some(30), Some(40)));
        assert_eq!(super::times(None, Instant::from_micros(0)), (None, None));
    }
}
