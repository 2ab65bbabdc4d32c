//! `weighbridge budget show`: what applies, and who said so.

use api::PluginBudget;
use domain::budget::limits::Limits;
use domain::{PluginId, WorkspaceId};
use serde::Serialize;
use serde_json::json;
use store::budgets::{self, Override};
use store::workspaces;
use turns::WEIGHT;

use super::{MOST_WEIGHT, Named, asked};
use crate::command::CommandError;
use crate::host::{Host, Places};
use crate::output::Output;

/// What applies to one scope.
#[derive(Serialize)]
struct Shown {
    #[serde(rename = "for")]
    words: String,
    budgets: Vec<PluginBudget>,
    concurrent_calls: u32,
    /// Of a workspace alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u32>,
}

pub(super) async fn run(host: &Host, named: &Named, output: Output) -> Result<(), CommandError> {
    let Named { scope, plugin, words } = named;
    if scope.plugin.is_none() && scope.workspace.is_none() {
        return list(host, output).await;
    }
    let (found, weights) = host
        .store
        .system_read("find what is set of budgets", async |tx| {
            let found = budgets::concerning(tx, scope.plugin.as_ref(), scope.workspace).await?;
            Ok::<_, store::StoreError>((found, budgets::weights(tx).await?))
        })
        .await?;
    let of = |id: WorkspaceId| weights.iter().find(|(of, _)| *of == id).map_or(WEIGHT, |(_, weight)| *weight);
    let weight = scope.workspace.filter(|_| scope.plugin.is_none()).map(of);
    let places = host.places(&found);
    let limits = host.limits_of(found, asked(plugin.as_ref())?);
    let calls = calls(host, scope.plugin.as_ref(), scope.workspace, places);
    let shown = Shown { words: words.clone(), budgets: PluginBudget::all(&limits), concurrent_calls: calls, weight };
    output.sheet(&shown, &[("", &["budget", "a call has", "by", "ceiling"], rows(&shown, &limits, host))]);
    Ok(())
}

/// Of a plugin in a workspace, the fewer of the two.
fn calls(host: &Host, plugin: Option<&PluginId>, workspace: Option<WorkspaceId>, places: Places) -> u32 {
    let total = host.config.sandbox.concurrent_calls;
    let of_plugin = plugin.map_or(total, |_| places.plugin);
    of_plugin.min(workspace.map_or(total, |_| places.workspace)).min(total)
}

fn rows(shown: &Shown, limits: &Limits, host: &Host) -> Vec<Vec<String>> {
    let row = |budget: &PluginBudget| {
        let limit = limits.get(budget.budget);
        let amount = |value: u32| budget.budget.unit().shown(value.into());
        vec![budget.budget.to_string(), amount(limit.value), limit.origin.words().to_owned(), amount(limit.ceiling)]
    };
    let calls = vec![
        "concurrent_calls".to_owned(),
        shown.concurrent_calls.to_string(),
        "of all its calls together".to_owned(),
        host.config.sandbox.concurrent_calls.to_string(),
    ];
    let weight = |weight: u32| {
        let words = format!("beside others, which have {WEIGHT}");
        vec!["weight".to_owned(), weight.to_string(), words, MOST_WEIGHT.to_string()]
    };
    shown.budgets.iter().map(row).chain([calls]).chain(shown.weight.map(weight)).collect()
}

/// Everything that is set.
async fn list(host: &Host, output: Output) -> Result<(), CommandError> {
    let (set, workspaces) = host
        .store
        .system_read("list what is set of budgets", async |tx| {
            Ok::<_, store::StoreError>((budgets::list(tx).await?, workspaces::list(tx).await?))
        })
        .await?;
    let name = |id: WorkspaceId| workspaces.iter().find(|workspace| workspace.id == id).map(|found| found.name.clone());
    let value = |entry: &Override| {
        let Override { scope, setting, value, set_at } = entry;
        json!({
            "plugin": scope.plugin,
            "workspace": scope.workspace.and_then(name),
            "budget": setting.name(),
            "value": value,
            "set_at": set_at.to_string(),
        })
    };
    let values: Vec<_> = set.iter().map(value).collect();
    output.table(&values, &["plugin", "workspace", "budget", "amount", "set at"], || {
        let row = |entry: &Override| {
            let all = || "all".to_owned();
            vec![
                entry.scope.plugin.as_ref().map_or_else(all, ToString::to_string),
                entry.scope.workspace.and_then(name).unwrap_or_else(all),
                entry.setting.to_string(),
                entry.setting.unit().shown(entry.value.into()),
                entry.set_at.to_string(),
            ]
        };
        set.iter().map(row).collect()
    });
    Ok(())
}
