//! `weighbridge audit`: who did what on this host, and what was refused.

use serde_json::json;
use store::audit;

use super::CommandError;
use crate::cli::Audit;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// When the store cannot be read.
pub async fn run(arguments: &Audit, config: Config, output: Output) -> Result<(), CommandError> {
    let Audit { limit, before } = *arguments;
    let host = Host::open(config).await?;
    let entries =
        host.store.system_read("list the audit log", async |tx| audit::list(tx, None, before, limit).await).await?;
    let shown: Vec<_> = entries
        .iter()
        .map(|(number, entry)| {
            json!({
                "number": number,
                "at": entry.at.to_string(),
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "workspace": entry.workspace,
                "detail": entry.detail,
            })
        })
        .collect();
    output.table(&shown, &["number", "at", "actor", "action", "subject", "detail"], || {
        entries
            .iter()
            .map(|(number, entry)| {
                let audit::Entry { at, actor, action, subject, workspace: _, detail } = entry;
                let cells = [&number.to_string(), &at.to_string(), actor, action, subject, &detail.to_string()];
                cells.map(String::clone).to_vec()
            })
            .collect()
    });
    Ok(())
}
