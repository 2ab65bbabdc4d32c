//! `weighbridge connection show`: everything about one connection but its secrets.

use serde::Serialize;
use serde_json::Value;
use store::connections::Connection;
use store::credentials;

use super::{moment, word};
use crate::backend;
use crate::command::CommandError;
use crate::host::Host;
use crate::output::Output;

/// What the API tells of it, and what only operators know.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    told: api::Connection,
    interval_minutes: u32,
    directory: Option<String>,
    settings: Value,
    /// The slots that hold a credential.
    credentials: Vec<String>,
}

pub(super) async fn run(host: &Host, connection: &Connection, output: Output) -> Result<(), CommandError> {
    let (id, name) = (connection.id, &connection.name);
    let told = backend::connections::find(&host.store, connection.workspace, id)
        .await?
        .ok_or_else(|| CommandError::failed(format!("`{name}` was just removed")))?;
    let filled = host.store.system_read("list credentials", async |tx| credentials::list(tx, id).await).await;
    let shown = Shown {
        told,
        interval_minutes: connection.interval_seconds / 60,
        directory: connection.directory.clone(),
        settings: connection.settings.clone(),
        credentials: filled.map(|slots| slots.into_iter().map(|(slot, _)| slot).collect::<Vec<_>>())?,
    };
    output.table(&shown, &["connection", name], || rows(&shown));
    Ok(())
}

fn rows(shown: &Shown) -> Vec<Vec<String>> {
    let Shown { told: api::Connection { summary, streams }, interval_minutes, directory, settings, credentials } =
        shown;
    let some = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let consent = summary.waits_for_consent_to.as_ref().map_or_else(
        || "given".to_owned(),
        |version| format!("{version} asks for more: `weighbridge connection consent {}` shows it", summary.name),
    );
    let facts = [
        ("id", summary.id.to_string()),
        ("plugin", summary.plugin.to_string()),
        ("version", some(&summary.plugin_version)),
        ("consent", consent),
        ("state", word(summary.state).to_owned()),
        ("reason", some(&summary.reason)),
        ("last success", moment(summary.last_success_at)),
        ("next run", moment(summary.next_run_at)),
        ("interval", format!("{interval_minutes} min")),
        ("directory", some(directory)),
        ("settings", settings.to_string()),
        ("credentials", if credentials.is_empty() { "-".to_owned() } else { credentials.join(", ") }),
    ];
    let facts = facts.into_iter().map(|(what, is)| vec![what.to_owned(), is]);
    let progress = |stream: &api::Stream| match &stream.error {
        Some(error) if stream.set_aside => {
            format!("set aside until `weighbridge connection release {}`: {error}", summary.name)
        }
        Some(error) => error.clone(),
        None if stream.caught_up => "caught up".to_owned(),
        None => "has more to bring".to_owned(),
    };
    facts.chain(streams.iter().map(|stream| vec![format!("stream {}", stream.name), progress(stream)])).collect()
}
