//! What operators have set of budgets, for one plugin, one workspace, or one plugin in one workspace.

use domain::budget::limits::Overrides;
use domain::budget::setting::Setting;
use domain::{Instant, PluginId, WorkspaceId};

use crate::row::Row;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// Whose calls something is set for. At least one of the two is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Those of one plugin.
    pub plugin: Option<PluginId>,
    /// Those of one workspace.
    pub workspace: Option<WorkspaceId>,
}

/// Something that an operator has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// For whom.
    pub scope: Scope,
    /// What.
    pub setting: Setting,
    /// How much.
    pub value: u32,
    /// When.
    pub set_at: Instant,
}

/// What is set that a call of one plugin in one workspace is concerned by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// For the plugin.
    pub plugin: Overrides,
    /// For the workspace.
    pub workspace: Overrides,
    /// For the plugin in the workspace.
    pub both: Overrides,
    /// How many calls of the plugin may run at a time.
    pub plugin_calls: Option<u32>,
    /// How many calls of the workspace may run at a time.
    pub workspace_calls: Option<u32>,
}

sql::statements! {
    CLEAR = "DELETE FROM budgets WHERE plugin_id IS NOT DISTINCT FROM $1 AND workspace_id IS NOT DISTINCT FROM $2 AND name = $3";
    SET = "INSERT INTO budgets (plugin_id, workspace_id, name, value, set_at) VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT plugin_id, workspace_id, name, value, set_at FROM budgets
        ORDER BY plugin_id NULLS FIRST, workspace_id NULLS FIRST, name";
    CONCERNING = "SELECT plugin_id, workspace_id, name, value, set_at FROM budgets
        WHERE (plugin_id IS NULL OR plugin_id = $1) AND (workspace_id IS NULL OR workspace_id = $2)";
    WEIGHTS = "SELECT workspace_id, value FROM budgets WHERE plugin_id IS NULL AND name = $1";
}

/// Sets something, in place of what was set before.
///
/// # Errors
/// When the workspace is not there, or the database cannot be written.
pub async fn set(tx: &mut SystemTx, entry: &Override) -> Result<(), StoreError> {
    let Override { scope, setting, value, set_at } = entry;
    clear(tx, scope, *setting).await?;
    sql::query(&SET)
        .bind(scope.plugin.as_ref().map(|id| id.as_str().to_owned()))
        .bind(scope.workspace)
        .bind(setting.name())
        .bind(*value)
        .bind(set_at.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes back what was set; whether anything was.
///
/// # Errors
/// When the database cannot be written.
pub async fn clear(tx: &mut SystemTx, scope: &Scope, setting: Setting) -> Result<bool, StoreError> {
    let done = sql::query(&CLEAR)
        .bind(scope.plugin.as_ref().map(|id| id.as_str().to_owned()))
        .bind(scope.workspace)
        .bind(setting.name())
        .execute(tx.conn())
        .await?;
    Ok(done > 0)
}

/// Everything that is set, by plugin and workspace.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead) -> Result<Vec<Override>, StoreError> {
    sql::query(&LIST).fetch_all(tx.conn()).await?.iter().map(read).collect()
}

/// What concerns the calls of a plugin in a workspace, or of one of the two alone. Asked before every call.
///
/// # Errors
/// When the database cannot be read.
pub async fn concerning(
    tx: &mut SystemRead,
    plugin: Option<&PluginId>,
    workspace: Option<WorkspaceId>,
) -> Result<Found, StoreError> {
    let rows = sql::query(&CONCERNING)
        .bind(plugin.map(|id| id.as_str().to_owned()))
        .bind(workspace)
        .fetch_all(tx.conn())
        .await?;
    let mut found = Found::default();
    for row in &rows {
        let Override { scope, setting, value, set_at: _ } = read(row)?;
        match (setting, scope.plugin.is_some(), scope.workspace.is_some()) {
            (Setting::Call(kind), true, true) => drop(found.both.insert(kind, value)),
            (Setting::Call(kind), true, false) => drop(found.plugin.insert(kind, value)),
            (Setting::Call(kind), false, _) => drop(found.workspace.insert(kind, value)),
            (Setting::ConcurrentCalls, true, false) => found.plugin_calls = Some(value),
            (Setting::ConcurrentCalls, false, _) => found.workspace_calls = Some(value),
            (Setting::ConcurrentCalls, true, true) => {}
            // No part of what a call may cost: asked for by `weights`, for all workspaces at once.
            (Setting::Weight, _, _) => {}
        }
    }
    Ok(found)
}

/// The workspaces that weigh more or less than others.
///
/// # Errors
/// When the database cannot be read.
pub async fn weights(tx: &mut SystemRead) -> Result<Vec<(WorkspaceId, u32)>, StoreError> {
    let rows = sql::query(&WEIGHTS).bind(Setting::Weight.name()).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.id("workspace_id")?, row.cell("value")?))).collect()
}

fn read(row: &Row) -> Result<Override, StoreError> {
    let plugin: Option<String> = row.cell("plugin_id")?;
    let plugin = plugin.is_some().then(|| row.parsed("plugin_id")).transpose()?;
    let scope = Scope { plugin, workspace: row.opt_id("workspace_id")? };
    Ok(Override { scope, setting: row.parsed("name")?, value: row.cell("value")?, set_at: row.instant("set_at")? })
}

#[cfg(test)]
mod tests {
    use domain::BudgetKind;

    use super::*;
    use crate::testing::{Bench, also_on_postgres};

    fn entry(plugin: Option<&str>, workspace: Option<WorkspaceId>, setting: Setting, value: u32) -> Override {
        let scope = Scope { plugin: plugin.map(|id| id.parse().expect("an id")), workspace };
        Override { scope, setting, value, set_at: Instant::from_micros(1) }
    }

    #[tokio::test]
    async fn each_scope_has_its_own_and_the_last_one_set_counts() {
        let bench = Bench::new().await;
        let (here, cpu) = (Some(bench.workspace), Setting::Call(BudgetKind::CpuMs));
        let entries = [
            entry(Some("acme/git"), None, cpu, 1),
            entry(Some("acme/git"), None, cpu, 2),
            entry(None, here, cpu, 3),
            entry(Some("acme/git"), here, cpu, 4),
            entry(Some("acme/other"), None, cpu, 5),
            entry(None, here, Setting::ConcurrentCalls, 6),
            entry(None, here, Setting::Weight, 7),
        ];
        let write = async |tx: &mut SystemTx| {
            for entry in &entries {
                set(tx, entry).await?;
            }
            Ok::<_, StoreError>(())
        };
        bench.store.system("set", write).await.expect("budgets");
        let find = async || {
            let read = async |tx: &mut SystemRead| {
                concerning(tx, Some(&"acme/git".parse().expect("an id")), Some(bench.workspace)).await
            };
            bench.store.system_read("find", read).await.expect("budgets")
        };
        let found = find().await;
        let one = |value| Overrides::from([(BudgetKind::CpuMs, value)]);
        assert_eq!((found.plugin, found.workspace, found.both), (one(2), one(3), one(4)));
        assert_eq!((found.plugin_calls, found.workspace_calls), (None, Some(6)));
        let listed = bench.store.system_read("list", async |tx| list(tx).await).await.expect("budgets");
        assert_eq!(listed.len(), 6);
        let weights = bench.store.system_read("weigh", async |tx| weights(tx).await).await.expect("weights");
        assert_eq!(weights, [(bench.workspace, 7)]);
        let gone = bench.store.system("clear", async |tx| clear(tx, &entries[0].scope, cpu).await).await;
        assert!(gone.expect("a change") && find().await.plugin.is_empty());
    }

    also_on_postgres!(each_scope_has_its_own_and_the_last_one_set_counts);
}
