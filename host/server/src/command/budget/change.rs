//! `weighbridge budget set` and `clear`: each change stands in the audit log, in the transaction of the change.

use domain::Instant;
use domain::budget::setting::Setting;
use serde_json::{Map, Value, json};
use store::audit::{self, Entry};
use store::budgets::{self, Override, Scope};

use super::{Named, ceiling, key};
use crate::command::CommandError;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

pub(super) async fn set(host: &Host, named: &Named, given: &[String], output: Output) -> Result<(), CommandError> {
    let Named { scope, words, .. } = named;
    named_at_all(scope)?;
    let wanted = given.iter().map(|text| parse(&host.config, scope, text)).collect::<Result<Vec<_>, _>>()?;
    let now = Instant::now();
    let amounts = wanted.iter().map(|(setting, value)| (setting.name().to_owned(), (*value).into()));
    let amounts = Value::Object(amounts.collect::<Map<_, _>>());
    let entry = entry(now, "budget.set", named, json!({ "set": amounts }));
    host.store
        .system("set budgets", async |tx| {
            for (setting, value) in &wanted {
                let (scope, setting, value) = (scope.clone(), *setting, *value);
                budgets::set(tx, &Override { scope, setting, value, set_at: now }).await?;
            }
            audit::append(tx, &entry).await
        })
        .await?;
    output.say(&json!({ "for": words, "set": amounts }), || {
        let shown = |(setting, value): &(Setting, u32)| format!("{setting} {}", setting.unit().shown((*value).into()));
        let amounts: Vec<String> = wanted.iter().map(shown).collect();
        format!("the next call of {words} has {}", amounts.join(", "))
    });
    Ok(())
}

pub(super) async fn clear(host: &Host, named: &Named, given: &[String], output: Output) -> Result<(), CommandError> {
    let Named { scope, words, .. } = named;
    named_at_all(scope)?;
    let names = given.iter().map(|name| setting(name)).collect::<Result<Vec<_>, _>>()?;
    let now = Instant::now();
    let cleared = host
        .store
        .system("clear budgets", async |tx| {
            let set = budgets::list(tx).await?;
            let here = set.iter().filter(|entry| entry.scope == *scope).map(|entry| entry.setting);
            let gone: Vec<Setting> = here.filter(|setting| names.is_empty() || names.contains(setting)).collect();
            for setting in &gone {
                budgets::clear(tx, scope, *setting).await?;
            }
            let gone: Vec<&str> = gone.into_iter().map(Setting::name).collect();
            if !gone.is_empty() {
                audit::append(tx, &entry(now, "budget.clear", named, json!({ "cleared": gone }))).await?;
            }
            Ok::<_, store::StoreError>(gone)
        })
        .await?;
    output.say(&json!({ "for": words, "cleared": cleared }), || match &cleared[..] {
        [] => format!("nothing of that was set for {words}: `weighbridge budget show` lists what is"),
        some => format!("taken back for {words}: {}", some.join(", ")),
    });
    Ok(())
}

fn named_at_all(scope: &Scope) -> Result<(), CommandError> {
    if scope.plugin.is_none() && scope.workspace.is_none() {
        return Err(CommandError::usage(
            "say whose calls: `--plugin ID`, `--workspace NAME`, or both; for all together lower `[budgets.ceiling]` in \
             weighbridge.toml",
        ));
    }
    Ok(())
}

fn setting(name: &str) -> Result<Setting, CommandError> {
    name.parse().map_err(|error| CommandError::usage(format!("{error}, concurrent_calls, weight")))
}

/// `BUDGET=AMOUNT`, within what this host gives.
fn parse(config: &Config, scope: &Scope, text: &str) -> Result<(Setting, u32), CommandError> {
    let (name, amount) = text
        .split_once('=')
        .ok_or_else(|| CommandError::usage(format!("`{text}` is not `BUDGET=AMOUNT`, such as `cpu=5s`")))?;
    let setting = setting(name)?;
    let value = setting.parse_amount(amount).map_err(|error| CommandError::usage(error.to_string()))?;
    let (most, shown) = (ceiling(config, setting), |value: u32| setting.unit().shown(value.into()));
    if value > most {
        let (value, most) = (shown(value), shown(most));
        let or = key(setting).map(|key| format!(", or raise `{key}` in weighbridge.toml")).unwrap_or_default();
        return Err(CommandError::usage(format!(
            "{setting}: {value} is above this host's ceiling of {most}: set less{or}"
        )));
    }
    if value == 0 && setting.is_vital() {
        return Err(CommandError::usage(format!("{setting}: no call could run with 0 of it")));
    }
    if setting == Setting::ConcurrentCalls && scope.plugin.is_some() && scope.workspace.is_some() {
        return Err(CommandError::usage(
            "concurrent_calls are counted for a plugin or for a workspace: name one of the two",
        ));
    }
    if setting == Setting::Weight && scope.plugin.is_some() {
        return Err(CommandError::usage("a weight is a workspace's beside others: name `--workspace` alone"));
    }
    Ok((setting, value))
}

fn entry(at: Instant, action: &str, named: &Named, detail: Value) -> Entry {
    let (actor, action, subject) = ("operator".to_owned(), action.to_owned(), named.words.clone());
    Entry { at, actor, action, subject, workspace: named.scope.workspace, detail }
}
