//! `weighbridge restore`: the data directory of a backup. Everything is checked before anything is written.

use serde_json::json;
use store::StoreError;
use vault::HostKey;

use super::CommandError;
use crate::backup;
use crate::cli::Restore;
use crate::config::Config;
use crate::host::{KeySource, KeysError};
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A data directory that is not empty; a backup that is half-written, damaged, newer or of another host key; ledgers that do
/// not fit. Then nothing was written.
pub async fn run(arguments: &Restore, config: &Config, output: Output) -> Result<(), CommandError> {
    let data = &config.storage.data;
    if config.storage.database.is_some() {
        return Err(StoreError::NoFiles("a restore").into());
    }
    let source = KeySource::of(&config.vault);
    if !arguments.verify {
        backup::refuse_in_use(data)?;
    }
    let mut given = source.load(data).await?;
    for file in &arguments.keys {
        given.extend(HostKey::load(file, data).map_err(KeysError::from)?);
    }
    let backup = backup::verify(&arguments.from, given).await?;
    let shown = arguments.from.display().to_string();
    let taken = backup.manifest.copied_at.to_string();
    let (files, known) = (backup.manifest.files.len(), backup.workspaces.len());
    if arguments.verify {
        let answer = json!({ "backup": shown, "instance": backup.manifest.instance, "taken_at": taken, "files": files,
            "workspaces": known, "made_by": backup.manifest.version });
        output.say(&answer, || {
            format!("`{shown}` holds together: {files} files, {known} workspaces, as they were at {taken}; nothing was written")
        });
        return Ok(());
    }
    // While the host key is being changed there are two: the one that the backup hangs on, or the one that will be.
    let is_its = |key: &HostKey| key.check().to_string() == backup.manifest.host_key;
    let mut own = source.load(data).await?;
    let own = own.iter().position(is_its).map(|at| own.remove(at)).or_else(|| own.pop());
    let own = own.ok_or_else(|| CommandError::failed("there is no host key"))?;
    let progress = output.progress("restore");
    let restored = backup::restore(backup, data, &source, &own, &arguments.erasures).await;
    progress.finish_and_clear();
    let backup::Restored { workspaces, erased } = restored?;
    let answer = json!({ "backup": shown, "taken_at": taken, "workspaces": workspaces, "erased_since": erased });
    output.say(&answer, || {
        let mut lines = vec![format!("`{}` is as it was at {taken}, with {workspaces} workspaces", data.display())];
        lines.extend(erased.iter().map(|id| format!("{id} was erased since, and was not restored")));
        lines.push(
            "What was revoked since is valid again: revoke keys, packages and tokens again. Connections bring again what they \
             brought since; those whose provider has changed its tokens since ask for a new authorization"
                .to_owned(),
        );
        lines.join("\n")
    });
    Ok(())
}
