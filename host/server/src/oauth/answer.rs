//! Reading what a provider answers to a request for tokens (RFC 6749, sections 5.1 and 5.2).
//!
//! The rule: nothing that the provider wrote is repeated but the code of an error, and that only if it looks like one. A
//! message could hold whatever it was sent.

use std::time::Duration;

use domain::exchange::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::provider::ProviderError;

/// The longest life of an access token that is believed.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a provider gave. `Debug` shows no token.
#[derive(Debug)]
pub struct Granted {
    /// The access token.
    pub access: SecretString,
    /// What another one can be had with; where there is none, the one before stays.
    pub refresh: Option<SecretString>,
    /// How long the access token lives, if the provider says so.
    pub lifetime: Option<Duration>,
    /// What it is good for, where that is not what was asked for.
    pub scopes: Option<Vec<String>>,
}

/// Section 5.1. What is not named is ignored.
#[derive(Deserialize)]
struct Body {
    access_token: Option<String>,
    token_type: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Seconds>,
    scope: Option<String>,
    error: Option<String>,
}

/// Some providers write the number as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Seconds {
    fn duration(&self) -> Option<Duration> {
        let seconds = match self {
            Self::Number(seconds) => *seconds,
            Self::Text(text) => text.parse().ok()?,
        };
        Duration::try_from_secs_f64(seconds).ok().map(|lifetime| lifetime.min(LONGEST))
    }
}

/// Codes by which a provider says that it could not, rather than that it will not.
const PASSING: [&str; 3] = ["server_error", "slow_down", "temporarily_unavailable"];

/// The tokens in an answer.
///
/// # Errors
/// What the provider refused, or that the answer is none.
pub(super) fn read(answer: &Response) -> Result<Granted, ProviderError> {
    let odd = ProviderError::Unavailable;
    if answer.status >= 500 || answer.status == 429 {
        return Err(odd("it failed"));
    }
    // What serde says of a text may hold the text.
    let body: Body = serde_json::from_slice(&answer.body).map_err(|_| odd("its answer is not JSON of a token"))?;
    if let Some(code) = body.error {
        return Err(refused(&code));
    }
    if answer.status != 200 {
        return Err(odd("its answer has a status that means nothing here"));
    }
    if !body.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
        return Err(ProviderError::Refused("unsupported_token_type".to_owned()));
    }
    let access = body.access_token.filter(|token| is_token(token)).ok_or(odd("its answer has no access token"))?;
    let refresh = body.refresh_token.filter(|token| !token.is_empty());
    Ok(Granted {
        access: access.into(),
        refresh: refresh.map(SecretString::from),
        lifetime: body.expires_in.and_then(|seconds| seconds.duration()),
        scopes: body.scope.map(|scopes| scopes.split_ascii_whitespace().map(str::to_owned).collect()),
    })
}

/// What egress can write into a header, and keep out of answers.
fn is_token(token: &str) -> bool {
    token.len() >= 8 && token.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(code: &str) -> ProviderError {
    let is_code = (1..=40).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match code {
        code if PASSING.contains(&code) => ProviderError::Unavailable("it says that it cannot now"),
        code if is_code => ProviderError::Refused(code.to_owned()),
        _ => ProviderError::Refused("an error without a code".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn of(status: u16, body: &str) -> Result<Granted, ProviderError> {
        read(&Response { status, headers: Vec::new(), body: body.into() })
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        // RFC 6749, section 5.1, but for the token's type, which is `example` there.
        let granted = of(
            200,
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,
                "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#,
        );
        let granted = granted.expect("tokens");
        assert_eq!(granted.access.expose_secret(), "2YotnFZFEjr1zCsicMWpAA");
        assert_eq!(granted.refresh.expect("one").expose_secret(), "tGzv3JOkF0XG5Qx2TlKWIA");
        assert_eq!((granted.lifetime, granted.scopes), (Some(Duration::from_secs(3600)), None));
        let other = of(200, r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example"}"#);
        assert!(matches!(other, Err(ProviderError::Refused(_))));
    }

    #[test]
    fn refusals_are_told_from_failures() {
        // RFC 6749, section 5.2; the second is what GitHub answers, with status 200.
        assert_eq!(of(400, r#"{"error":"invalid_grant"}"#).err(), Some(ProviderError::Refused("invalid_grant".into())));
        let github = of(200, r#"{"error":"bad_refresh_token","error_description":"…"}"#);
        assert_eq!(github.err(), Some(ProviderError::Refused("bad_refresh_token".into())));
        for (status, body) in [
            (503, r#"{"error":"invalid_grant"}"#),
            (429, "{}"),
            (400, r#"{"error":"temporarily_unavailable"}"#),
            (400, "<html>"),
            (302, "{}"),
            (200, "{}"),
            (200, r#"{"token_type":"bearer","access_token":"short"}"#),
            (200, r#"{"token_type":"bearer","access_token":"with a space"}"#),
        ] {
            let error = of(status, body).expect_err("no token");
            let passes = matches!(error, ProviderError::Unavailable(_)) || body == "{}" && status == 200;
            assert!(passes, "{status} {body}: {error}");
        }
    }

    #[test]
    fn nothing_that_a_provider_wrote_is_repeated() {
        for body in [
            r#"{"error":"CANARY-7","error_description":"CANARY-7"}"#,
            r#"{"access_token":{"CANARY-7":1}}"#,
            r#"{"token_type":"CANARY-7","access_token":"CANARY-7"}"#,
            "CANARY-7",
        ] {
            let error = of(400, body).expect_err("no token");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
            let error = of(200, body).expect_err("no token");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        }
    }

    #[test]
    fn lives_are_read_however_they_are_written() {
        let lifetime = |text: &str| {
            let body = format!(r#"{{"access_token":"12345678","token_type":"bearer","expires_in":{text}}}"#);
            of(200, &body).expect("tokens").lifetime.map(|lifetime| lifetime.as_secs())
        };
        assert_eq!(lifetime("3600"), Some(3600));
        assert_eq!(lifetime("\"3600\""), Some(3600));
        assert_eq!(lifetime("1e300"), None);
        assert_eq!(lifetime("99999999999"), Some(LONGEST.as_secs()));
        assert_eq!((lifetime("-1"), lifetime("null"), lifetime("\"soon\"")), (None, None, None));
    }
}
