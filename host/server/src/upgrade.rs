//! Releases of a plugin, one after another: which is live, which waits, which is held, and what each connection runs.
//!
//! A release that asks for no more than the live one was granted goes live by itself; one that asks for more waits for the
//! operator (`offer`), and then each connection for its workspace (`consent`): until that consents, the connection stays on
//! the release that it ran. Going back is one step (`back`), because no release is ever handed a cursor that a newer one
//! wrote (`store::streams`). What faults too often is held (`hold`). Every change of what is live goes through `live`, is
//! one transaction, and is in the audit log.

mod back;
mod consent;
mod hold;
mod live;
mod offer;

pub use back::{Back, retreat, roll_back};
pub use consent::{consent, lacking, lacking_consent};
pub use hold::{held_in_words, note_quarantine, release_connection, release_plugin};
pub use live::{Affected, Named};
pub use offer::{Plan, Waiting, approve, go_live, hold_back, plan, reject, waiting};

use domain::{Consent, PluginId};
use sandbox::package::{InvalidSettings, Manifest, fill_defaults, validate_settings};
use serde_json::Value;
use serde_json::value::RawValue;
use store::connections::Connection;
use store::plugins::Plugin;

use crate::error::CommandError;

/// A stored manifest.
///
/// # Errors
/// When another version wrote it in a form that this one does not know.
pub fn manifest_of(id: &PluginId, text: &RawValue) -> Result<Manifest, CommandError> {
    serde_json::from_str(text.get())
        .map_err(|error| CommandError::failed(format!("the stored manifest of {id} cannot be read: {error}")))
}

/// What an installed release needs a workspace's consent for.
///
/// # Errors
/// As [`manifest_of`].
pub fn asks_of(plugin: &Plugin) -> Result<Consent, CommandError> {
    let manifest = manifest_of(&plugin.id, &plugin.manifest)?;
    Ok(Consent { capabilities: plugin.granted.clone(), kinds: manifest.kinds })
}

/// A connection's settings as a release takes them: with its defaults. What is stored stays as it was given, so that
/// another release finds its own defaults.
///
/// # Errors
/// When they do not fit its schema.
pub fn fitting_settings(connection: &Connection, manifest: &Manifest) -> Result<Value, InvalidSettings> {
    let mut settings = connection.settings.clone();
    fill_defaults(&manifest.settings, &mut settings);
    validate_settings(&manifest.settings, &settings)?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::host::testing::{MORE, Trial, UNFIT};

    #[tokio::test]
    async fn settings_fit_with_their_defaults_or_the_release_says_what_is_wrong() {
        let trial = Trial::new().await;
        let connection = trial.connect("forge", &trial.release(1, "")).await;
        let manifest = |more: &str| {
            let release = trial.release(2, more);
            manifest_of(&release.id, &release.manifest).expect("a manifest")
        };
        let optional = UNFIT.replace("[\"owner\"]", "[]") + "default = \"acme\"\n";
        let fitting = fitting_settings(&connection, &manifest(&optional)).expect("settings that fit");
        assert_eq!(
            (fitting, connection.settings.clone()),
            (json!({ "owner": "acme" }), json!({})),
            "the stored ones stay"
        );
        let unfit = fitting_settings(&connection, &manifest(UNFIT)).expect_err("settings that do not fit");
        assert!(unfit.to_string().contains("owner"), "{unfit}");
    }

    #[tokio::test]
    async fn a_release_asks_a_workspace_for_what_it_was_granted_and_for_its_kinds() {
        let trial = Trial::new().await;
        let asks = asks_of(&trial.release(1, MORE)).expect("a manifest");
        assert!(asks.capabilities.state && asks.kinds == [domain::RecordKind::Team], "{asks:?}");
        let narrowed = Plugin { granted: domain::Capabilities::default(), ..trial.release(1, MORE) };
        assert!(
            !asks_of(&narrowed).expect("a manifest").capabilities.state,
            "the grant counts, not what was asked for"
        );
        let rotten = Plugin { manifest: RawValue::from_string("{}".to_owned()).expect("JSON"), ..trial.release(1, "") };
        assert!(asks_of(&rotten).is_err_and(|error| error.to_string().contains("acme/forge")));
    }
}
