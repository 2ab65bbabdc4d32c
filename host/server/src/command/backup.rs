//! `weighbridge backup`: everything that the host keeps but its key, as a folder.

use serde_json::json;

use super::CommandError;
use crate::backup;
use crate::cli::Backup;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A folder that exists or lies in the data directory, another upkeep under way, or what cannot be read or written.
pub async fn run(arguments: &Backup, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    let progress = output.progress("backup");
    let made = backup::make(&host, &arguments.target).await;
    progress.finish_and_clear();
    let backup::Made { path, workspaces, files, bytes, left } = made?;
    let path = path.display().to_string();
    let detail = json!({ "workspaces": workspaces, "files": files, "bytes": bytes });
    host.audit("backup.make", &path, detail).await?;
    host.store.close().await;
    for folder in &left {
        output.note(&format!("`{}` is what a backup left behind that was broken off: remove it", folder.display()));
    }
    let answer = json!({ "backup": path, "workspaces": workspaces, "files": files, "bytes": bytes, "left": left });
    output.say(&answer, || {
        format!(
            "`{path}` is a backup of {workspaces} workspaces: {files} files, {bytes} bytes, each checked. The host key is not \
             in it: without `{}` it opens nothing",
            host.keys.source()
        )
    });
    Ok(())
}
