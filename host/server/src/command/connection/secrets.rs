//! Secrets that operators hand over: from files, so that they stand in no list of processes and no history.
//!
//! The rule: what no request could ever carry, or egress could not keep out of answers, is refused here, where somebody
//! can give another one. Egress has its own wall all the same.

use std::io::Read;
use std::path::Path;

use domain::PluginId;
use domain::capability::{AuthScheme, AuthSlot};
use secrecy::{ExposeSecret as _, SecretString};

use crate::command::CommandError;
use crate::oauth::Client;

/// The shortest secret that can be told from data, in bytes.
const SHORTEST: usize = 4;

/// Read every `SLOT=FILE`, where the file may be `-` for standard input.
pub(in crate::command) fn read(
    given: &[String],
    plugin: &PluginId,
    slots: &[AuthSlot],
) -> Result<Vec<(AuthSlot, SecretString)>, CommandError> {
    let one = |assignment: &String| {
        let (name, file) = assignment
            .split_once('=')
            .ok_or_else(|| CommandError::usage("a credential is given as `SLOT=FILE`".to_owned()))?;
        let slot = slots.iter().find(|known| known.name == name).ok_or_else(|| {
            let known: Vec<_> = slots.iter().map(|known| format!("`{}`", known.name)).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            CommandError::usage(format!("{plugin} has no slot `{name}`; it has {known}"))
        })?;
        let secret = read_file(file)?;
        match flaw(&slot.scheme, secret.expose_secret()) {
            Some(flaw) => Err(CommandError::usage(format!("the credential in `{file}` {flaw}"))),
            None => Ok((slot.clone(), secret)),
        }
    };
    given.iter().map(one).collect()
}

fn read_file(file: &str) -> Result<SecretString, CommandError> {
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().read_to_string(&mut text).map_err(|error| CommandError::because(&error))?;
    } else {
        text = std::fs::read_to_string(file).map_err(CommandError::io("reading", Path::new(file)))?;
    }
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CommandError::usage(format!("`{file}` is empty: it must hold the secret")));
    }
    Ok(SecretString::from(secret))
}

/// Why egress would refuse a secret at every request; nothing where it would not.
fn flaw(scheme: &AuthScheme, secret: &str) -> Option<String> {
    if let AuthScheme::OAuth2(oauth) = scheme {
        return Client::parse(secret, oauth.client_auth).err().map(|error| error.to_string());
    }
    let hidden = match scheme {
        // Where the password is a placeholder, the token stands in the user's place.
        AuthScheme::Basic => {
            let (user, password) = secret.split_once(':').unwrap_or((secret, ""));
            if password.len() < SHORTEST { user } else { password }
        }
        AuthScheme::Bearer | AuthScheme::Header(_) | AuthScheme::OAuth2(_) => secret,
    };
    if hidden.len() < SHORTEST {
        return Some(format!("is shorter than {SHORTEST} bytes: it could not be kept out of what a source answers"));
    }
    let is_plain = secret.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
    if !is_plain && !matches!(scheme, AuthScheme::Basic) {
        return Some("cannot be written into a header: it must be one line of ASCII".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_no_request_could_carry_are_refused() {
        let header = AuthScheme::Header("x-key".to_owned());
        for (scheme, secret, fits) in [
            (&AuthScheme::Bearer, "abc", false),
            (&AuthScheme::Bearer, "abcd", true),
            (&header, "abc", false),
            (&AuthScheme::Bearer, "ab\ncd", false),
            (&header, "schlüssel", false),
            (&AuthScheme::Basic, "ann:schlüssel", true),
            (&AuthScheme::Basic, "ann:abc", false),
            (&AuthScheme::Basic, "token:x", true),
            (&AuthScheme::Basic, "abc", false),
        ] {
            assert_eq!(flaw(scheme, secret).is_none(), fits, "{scheme:?} {secret:?}");
        }
    }
}
