//! `weighbridge token …`

use std::time::Duration;

use api::Scope;
use domain::{Instant, TokenId};
use serde::Serialize;
use serde_json::json;
use store::audit::Entry;
use store::tokens::{self, Token};
use store::workspaces::Workspace;
use vault::PlainToken;

use super::CommandError;
use crate::cli;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

/// Do it.
///
/// # Errors
/// A workspace, scope or token that is not there.
pub async fn run(command: cli::Token, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    match command {
        cli::Token::New { name, workspace, scopes, days } => {
            let workspace = host.workspace(&workspace).await?;
            let made = make(&host, &workspace, name, parse_scopes(&scopes)?, days).await?;
            output
                .say(&made, || format!("{}\n\nIt is shown this once. It expires on {}.", made.token, made.expires_at));
        }
        cli::Token::List { workspace } => list(&host, &workspace, output).await?,
        cli::Token::Revoke { id } => {
            let id: TokenId = id.parse().map_err(|error| CommandError::usage(format!("{error}")))?;
            revoke(&host, id).await?;
            output.say(&json!({ "revoked": id }), || format!("{id} opens nothing any more"));
        }
    }
    Ok(())
}

/// Characters of a token that are kept, for people to tell tokens apart.
const SHOWN: usize = 8;

/// A token that was just made: the only time that its text is known.
#[derive(Serialize)]
pub struct Made {
    id: TokenId,
    /// The secret.
    pub token: String,
    scopes: Vec<String>,
    expires_at: String,
}

/// All scopes but those for figures of single people, unless they are named.
fn parse_scopes(names: &[String]) -> Result<Vec<Scope>, CommandError> {
    if names.is_empty() {
        return Ok(Scope::ALL.iter().copied().filter(|scope| *scope != Scope::PeopleRead).collect());
    }
    names.iter().map(|name| name.parse().map_err(|error| CommandError::usage(format!("{error}")))).collect()
}

async fn make(
    host: &Host,
    workspace: &Workspace,
    name: String,
    scopes: Vec<Scope>,
    days: u32,
) -> Result<Made, CommandError> {
    let plain = PlainToken::generate().map_err(|error| CommandError::because(&error))?;
    let now = Instant::now();
    let expires_at = now.after(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    let token = Token {
        id: TokenId::generate(),
        workspace: workspace.id,
        hash: plain.hash().as_bytes().to_vec(),
        prefix: plain.expose().chars().take(SHOWN).collect(),
        name,
        scopes: scopes.iter().map(ToString::to_string).collect(),
        created_at: now,
        expires_at: Some(expires_at),
        last_used_at: None,
        revoked_at: None,
    };
    let entry = Entry {
        at: now,
        actor: "operator".to_owned(),
        action: "token.new".to_owned(),
        subject: token.id.to_string(),
        workspace: Some(workspace.id),
        detail: json!({ "name": token.name, "scopes": token.scopes }),
    };
    host.store
        .system("make a token", async |tx| {
            tokens::insert(tx, &token).await?;
            store::audit::append(tx, &entry).await
        })
        .await?;
    Ok(Made {
        id: token.id,
        token: plain.expose().to_owned(),
        scopes: token.scopes,
        expires_at: expires_at.to_string(),
    })
}

async fn list(host: &Host, workspace: &str, output: Output) -> Result<(), CommandError> {
    let workspace = host.workspace(workspace).await?;
    let tokens = host.store.system_read("list tokens", async |tx| tokens::list(tx, workspace.id).await).await?;
    let now = Instant::now();
    let state = |token: &Token| {
        if token.revoked_at.is_some() {
            "revoked"
        } else if token.is_live(now) {
            "live"
        } else {
            "expired"
        }
    };
    let shown: Vec<_> = tokens
        .iter()
        .map(|token| {
            json!({
                "id": token.id,
                "name": token.name,
                "prefix": token.prefix,
                "scopes": token.scopes,
                "state": state(token),
                "last_used_at": token.last_used_at.map(|at| at.to_string()),
            })
        })
        .collect();
    output.table(&shown, &["id", "name", "begins with", "scopes", "state"], || {
        tokens
            .iter()
            .map(|token| {
                let scopes = token.scopes.join(" ");
                vec![token.id.to_string(), token.name.clone(), token.prefix.clone(), scopes, state(token).to_owned()]
            })
            .collect()
    });
    Ok(())
}

/// The token of this id, in whichever workspace: an operator has all of them.
async fn revoke(host: &Host, id: TokenId) -> Result<(), CommandError> {
    let now = Instant::now();
    host.store
        .system("revoke a token", async |tx| {
            for workspace in store::workspaces::list(tx).await? {
                if tokens::list(tx, workspace.id).await?.iter().any(|token| token.id == id) {
                    tokens::revoke(tx, workspace.id, id, now).await?;
                    let entry = Entry {
                        at: now,
                        actor: "operator".to_owned(),
                        action: "token.revoke".to_owned(),
                        subject: id.to_string(),
                        workspace: Some(workspace.id),
                        detail: json!({}),
                    };
                    return store::audit::append(tx, &entry).await.map(|()| true);
                }
            }
            Ok(false)
        })
        .await?
        .then_some(())
        .ok_or_else(|| CommandError::usage(format!("there is no token {id}: `weighbridge token list` shows them")))
}
