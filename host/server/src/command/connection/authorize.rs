//! `weighbridge connection authorize`: a person consents at the provider, and the browser brings the answer back to this
//! machine (RFC 8252, section 7.3).

mod listener;

use std::time::Duration;

use domain::capability::{AuthScheme, AuthSlot, OAuth2, OAuthGrant};
use serde_json::json;
use store::connections::{Connection, ConnectionState};

use self::listener::Listener;
use super::change;
use crate::cli::Authorize;
use crate::command::CommandError;
use crate::host::Host;
use crate::oauth::{Account, Consent};
use crate::output::Output;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Print where to consent, wait for the answer, and keep what it brings. What was done, in a sentence.
pub(super) async fn run(
    host: &Host,
    connection: &Connection,
    arguments: &Authorize,
    output: Output,
) -> Result<String, CommandError> {
    let slots = change::slots(host, connection).await?;
    let (slot, oauth) = choose(&slots, connection, arguments.slot.as_deref())?;
    let account = Account::of(host, connection, slot).ok_or_else(|| CommandError::failed("the slot is not OAuth 2"))?;
    let client = account.client().await?;
    let listener = Listener::bind(arguments.port).await?;
    let consent = Consent::begin(oauth, listener.uri().to_owned()).map_err(|error| CommandError::because(&error))?;
    let url = consent.url(oauth, &client.id);
    output.say(&json!({ "open": url, "redirect_uri": listener.uri() }), || {
        format!("open this in a browser on this machine, within {} minutes:\n\n{url}\n", PATIENCE.as_secs() / 60)
    });
    let answer = tokio::time::timeout(PATIENCE, listener.answer(&consent)).await;
    let code = answer.map_err(|_| CommandError::failed("nobody consented in time: begin again"))??;
    let missing = account.consented(&consent, &code).await?;
    change::authorized(host, connection, &slot.name, &missing).await?;
    let name = &connection.name;
    let less = match missing.as_slice() {
        [] => String::new(),
        missing => format!(", but not for all that was asked: `{}` is missing", missing.join("`, `")),
    };
    let follows = match connection.state {
        ConnectionState::Paused => format!("stays paused until `weighbridge connection resume {name}`"),
        _ => "is due now".to_owned(),
    };
    Ok(format!("`{name}` is authorised in `{}`{less}; it {follows}", slot.name))
}

/// The slot that a person can consent to: the named one, or the only one.
fn choose<'a>(
    slots: &'a [AuthSlot],
    connection: &Connection,
    named: Option<&str>,
) -> Result<(&'a AuthSlot, &'a OAuth2), CommandError> {
    let consents = slots.iter().filter_map(|slot| match &slot.scheme {
        AuthScheme::OAuth2(oauth) if oauth.grant == OAuthGrant::AuthorizationCode => Some((slot, &**oauth)),
        _ => None,
    });
    let consents: Vec<_> = consents.collect();
    let names: Vec<_> = consents.iter().map(|(slot, _)| format!("`{}`", slot.name)).collect();
    let plugin = &connection.plugin;
    match (named, consents.as_slice()) {
        (_, []) => Err(CommandError::usage(format!(
            "{plugin} has no slot that a person consents to: `weighbridge connection credential` gives it what it needs"
        ))),
        (None, [one]) => Ok(*one),
        (None, _) => Err(CommandError::usage(format!("name the slot with `--slot`: {}", names.join(", ")))),
        (Some(name), all) => all.iter().find(|(slot, _)| slot.name == name).copied().ok_or_else(|| {
            CommandError::usage(format!("{plugin} has no slot `{name}` to consent to; it has {}", names.join(", ")))
        }),
    }
}
