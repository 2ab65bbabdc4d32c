//! Letting a quarantined connection run again, and letting one run a release that asks for more.

use store::connections::{Connection, ConnectionState};
use store::streams;

use crate::command::CommandError;
use crate::command::confirm::confirm;
use crate::describe;
use crate::host::Host;
use crate::upgrade;

pub(super) async fn release(host: &Host, connection: &Connection) -> Result<String, CommandError> {
    let (id, name) = (connection.id, &connection.name);
    let list = async |tx: &mut store::WorkspaceRead| streams::list(tx, id).await;
    let streams = host.store.workspace_read(connection.workspace, "find what is set aside", list).await?;
    let set_aside = streams.iter().filter(|stream| stream.faults.is_some_and(|faults| faults.set_aside)).count();
    if connection.quarantined_by.is_none() && set_aside == 0 {
        return Err(CommandError::usage(format!("`{name}` is not quarantined, and none of its streams is set aside")));
    }
    if connection.state == ConnectionState::Paused {
        return Err(CommandError::usage(format!(
            "`{name}` is paused: `weighbridge connection resume {name}` ends that, and then it can be released"
        )));
    }
    upgrade::release_connection(host, connection).await?;
    Ok(format!("`{name}` is released, with all of its streams, and is due now"))
}

pub(super) async fn consent(host: &Host, connection: &Connection, yes: bool) -> Result<String, CommandError> {
    let name = &connection.name;
    let Some((live, beyond)) = upgrade::lacking(host, connection).await? else {
        return Ok(format!("`{name}` lets its plugin have all that it asks for already: nothing was changed"));
    };
    let title = format!("{} {} asks `{name}` for more than it was given", live.id, live.version);
    let more = describe::consented(&beyond).into_iter().map(|line| format!("more      {line}"));
    let lines: Vec<_> = std::iter::once(title).chain(more).collect();
    if !yes {
        confirm(&lines, "Consent to all of this?", "nothing is consented to without a yes: give `--yes` to do it")?;
    }
    upgrade::consent(host, connection, &live).await?;
    Ok(format!("{}\n`{name}` runs {} {} from its next call on", lines.join("\n"), live.id, live.version))
}
